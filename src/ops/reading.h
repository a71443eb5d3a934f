/*
 * Readings: what each source of a stage said, before anything is merged. Local
 * stores and files are read, snapshots served or fetched; the environment is
 * asked by key once the others are known.
 */
#ifndef FLOW_OPS_READING_H
#define FLOW_OPS_READING_H

#include "model/param.h"
#include "ops/resolve.h"

/* What one source said: its parameters and, beside each, the key it serves. */
struct flow_reading {
    enum flow_source source;
    const char *prefix; /* NULL where names are keys */
    struct flow_params params;
    const char **keys; /* params.count of them, in the arena of params */
    int64_t fetched_s;
};

/* Strongest first. A zeroed struct is an empty one. */
struct flow_readings {
    struct flow_reading list[FLOW_SOURCE_COUNT];
    size_t count;
};
void flow_readings_done(struct flow_readings *readings);

/* FLOW_E_CONFLICT: two parameters of one source give one key; both are named. */
enum flow_code flow_readings_stage(struct flow_session *session, const struct flow_stage *stage,
                                   const struct flow_resolve_options *options,
                                   struct flow_readings *readings, struct flow_err *err);
enum flow_code flow_readings_files(const char *const *paths, size_t count,
                                   const struct flow_resolve_options *options,
                                   struct flow_readings *readings, struct flow_err *err);
enum flow_code flow_readings_prefix(struct flow_session *session, enum flow_source source,
                                    const char *prefix, const struct flow_resolve_options *options,
                                    struct flow_readings *readings, struct flow_err *err);

#endif
