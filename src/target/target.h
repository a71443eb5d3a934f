/*
 * Targets: what a view is rendered for. Each checks every limit of its service
 * first and lists all violations at once (T43), then writes.
 *
 * Serverless reads the values of its file for variables, so a value is escaped:
 * 2n+1 backslashes for the n that stand right before each "${". A '$' before
 * those backslashes hides them from its parser, and CloudFormation replaces
 * "{{resolve:...}}": a value with either is refused.
 * Source: CONTRACTS 4.2 (Lambda), 7 (Vercel), 8 (Serverless Framework), and
 *         serverless 3.40 lib/configuration/variables/parse.js.
 */
#ifndef FLOW_TARGET_TARGET_H
#define FLOW_TARGET_TARGET_H

#include "base/err.h"
#include "base/secret.h"
#include "model/project.h"
#include "model/view.h"

/*
 * The environment block of the view's entries: Lambda {"Variables": {...}},
 * the serverless ${file(...)} JSON, the Vercel form (what `vercel env pull`
 * would write, but right). FLOW_E_REFUSED: *ret_lines has one line for each
 * fault, naming keys and sizes. FLOW_OK: it has remarks on what the service may
 * still refuse, or is NULL. The caller frees it with free().
 * FLOW_E_USAGE: apigateway and github have no form here.
 */
enum flow_code flow_target_render(enum flow_target_kind kind, const struct flow_view *view,
                                  struct flow_secret **ret_text, char **ret_lines,
                                  struct flow_err *err);

#endif
