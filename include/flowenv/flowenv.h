/*
 * flowenv as a library: the view of a stage, read by a C program.
 *
 *     struct flowenv *flow = NULL;
 *     struct flowenv_error error;
 *     const struct flowenv_entry *entry;
 *
 *     if (flowenv_open(NULL, &flow, &error) || flowenv_resolve_stage(flow, "dev", &error))
 *         fprintf(stderr, "%s\n", error.text);
 *     else if ((entry = flowenv_find(flow, "STRIPE_SECRET_KEY")) != NULL)
 *         use(entry->value, entry->value_len);
 *     flowenv_close(flow);
 *
 * Build:   cc program.c $(pkg-config --cflags --libs flowenv)
 * Rules:   those of the program `flowenv`: the same flowenv.ini, vault, sources,
 *          freshness and refusals. Nothing is printed, no process is started.
 * Memory:  values lie in locked memory and are wiped by the next resolve and by
 *          flowenv_close(); do not free or change what is lent.
 * Threads: one struct flowenv is used by one thread at a time, and flowenv_open()
 *          is first called by one thread alone.
 */
#ifndef FLOWENV_FLOWENV_H
#define FLOWENV_FLOWENV_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a function returns: the exit statuses of the program. */
enum flowenv_status {
    FLOWENV_OK = 0,
    FLOWENV_FAILED = 1,      /* a file, memory, a limit, something not found */
    FLOWENV_USAGE = 2,       /* what was asked for makes no sense */
    FLOWENV_CONFLICT = 4,    /* somebody else changed it */
    FLOWENV_LOCKED = 5,      /* no key, or a wrong one */
    FLOWENV_DAMAGED = 6,     /* the vault was damaged or tampered with */
    FLOWENV_ROLLBACK = 7,    /* the vault is older than one seen before */
    FLOWENV_UNTRUSTED = 8,   /* the project's directory may not be believed */
    FLOWENV_UNREACHABLE = 9, /* a service did not answer */
    FLOWENV_REFUSED = 10,    /* a safety rule of flowenv's */
    FLOWENV_TOO_NEW = 11     /* written by a newer flowenv */
};

struct flowenv_error {
    enum flowenv_status status;
    char text[2048]; /* a sentence without a value in it, and without a full stop */
};

enum flowenv_freshness {
    FLOWENV_AS_CONFIGURED, /* snapshots while they are young, else the service */
    FLOWENV_REFRESH,       /* the service, whatever the snapshot's age */
    FLOWENV_OFFLINE        /* never the service */
};

/* Zeroed: everything as the program does it without options. Texts are lent until close. */
struct flowenv_options {
    const char *directory; /* where the search for flowenv.ini begins; NULL: here */
    const char *vault;     /* NULL: as configured */
    const char *key_file;  /* NULL: as configured */
    const char *store;     /* "ssm", "local"; NULL: as configured */
    enum flowenv_freshness freshness;
    /* Gets sentences such as "values are 3 h old"; NULL: they are dropped. */
    void (*notice)(void *context, const char *sentence);
    void *context;
};

struct flowenv_entry {
    const char *key;
    const unsigned char *value; /* a NUL follows that is not counted */
    size_t value_len;
    int is_secret;      /* 1: a SecureString, a secret */
    const char *source; /* "dotenv", "ssm", "local", "environ" */
    const char *where;  /* "FILE:LINE" or a parameter's name */
    uint64_t version;   /* 0: the source has none */
};

struct flowenv;

/* The version of the library, such as "0.1.0". */
const char *flowenv_version(void);

/* options may be NULL. On failure *ret_flow is not touched. */
enum flowenv_status flowenv_open(const struct flowenv_options *options, struct flowenv **ret_flow,
                                 struct flowenv_error *error);
void flowenv_close(struct flowenv *flow); /* NULL is fine */

/* The view of a stage; NULL: default_stage of flowenv.ini. Replaces the view before. */
enum flowenv_status flowenv_resolve_stage(struct flowenv *flow, const char *stage,
                                          struct flowenv_error *error);
/* .env files, the first that has a key winning; needs no project. */
enum flowenv_status flowenv_resolve_files(struct flowenv *flow, const char *const *paths,
                                          size_t count, struct flowenv_error *error);

/* Entries of the last view, sorted by key; lent until the next resolve or close. */
size_t flowenv_count(const struct flowenv *flow);
const struct flowenv_entry *flowenv_at(const struct flowenv *flow, size_t index);
/* NULL: no such key. */
const struct flowenv_entry *flowenv_find(const struct flowenv *flow, const char *key);

#ifdef __cplusplus
}
#endif

#endif
