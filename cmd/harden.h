/*
 * The process made safe to hold secrets in: the first thing in main().
 *
 * harden_process(): no core file and no look into memory by others of this
 * user (T3); files are made for the owner alone (T8); a reader that went away
 * is an error of write(2), not a death (T45); descriptors 0 to 2 are taken, so
 * no file that is opened later becomes standard output. One that was closed
 * stays useless: reading or writing it fails.
 *
 * harden_undo(): right before execve(), gives the child what the user had:
 * limit, umask, SIGPIPE. Descriptors that were closed are closed again.
 *
 * Not here: variables that poison our own libraries leave the environment in
 * flow_environ_take(); freed memory is wiped in malloc_linux.c.
 */
#ifndef FLOW_CMD_HARDEN_H
#define FLOW_CMD_HARDEN_H

void harden_process(void);
void harden_undo(void);

/* What only one system has. */
void harden_for_system(void);

#endif
