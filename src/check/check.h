/*
 * Checking: what a stage is asked to have against what its view has.
 *
 * One rule a file (rule_<id>.c), one table of rules (rules.c). Plain data in,
 * findings out: files are read by scanners (scan_<kind>.c) from text handed
 * in, so the whole can be tested without a disk.
 */
#ifndef FLOW_CHECK_CHECK_H
#define FLOW_CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"
#include "model/project.h"
#include "model/view.h"

enum flow_severity { FLOW_WARNING, FLOW_ERROR };

/* One key that some file asks for. The check owns the texts of needs and findings. */
struct flow_need {
    const char *key;
    const char *file; /* ".env.example", "flowenv.ini" */
    unsigned line, column;
    bool optional; /* may be missing: optional, or there is a default */
    const char
        *example; /* the value the example file shows; NULL: none. Never a secret by contract. */
    const struct flow_require *require; /* NULL, or the rule that asks; lent by the project */
};

struct flow_finding {
    const char *rule; /* its id, such as "missing"; see flow_check_rules() */
    enum flow_severity severity;
    const char *key;
    const char *file; /* where it is asked for */
    unsigned line, column;
    const char *sentence; /* what is wrong, and what to do; no value */
};

struct flow_check {
    struct flow_need *needs;
    size_t need_count, need_cap;
    struct flow_finding *findings; /* sorted by severity, key, rule */
    size_t finding_count, finding_cap;
};

void flow_check_init(struct flow_check *check);
void flow_check_done(struct flow_check *check);

/*
 * Scanners: add needs. An example file is a dotenv file, and every key in it is
 * required, whatever value it shows. Of the rules of [require] those without a
 * stage and those of this stage count; where a key has both, the latter decides
 * whether it may be missing.
 */
enum flow_code flow_check_scan_example(struct flow_check *check, const char *file,
                                       struct flow_bytes text, struct flow_err *err);
enum flow_code flow_check_scan_require(struct flow_check *check, const struct flow_project *project,
                                       const char *file, const char *stage, struct flow_err *err);

/* Runs all rules, once; needs and findings come sorted. */
enum flow_code flow_check_run(struct flow_check *check, const struct flow_project *project,
                              const struct flow_stage *stage, const struct flow_view *view,
                              struct flow_err *err);
size_t flow_check_errors(const struct flow_check *check);

struct flow_rule_text {
    const char *id;
    enum flow_severity severity;
    const char *explanation; /* for `check --explain ID` */
    const char *remedy;
};
const struct flow_rule_text *flow_check_rules(size_t *ret_count);

#endif
