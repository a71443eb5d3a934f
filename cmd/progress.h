/*
 * Progress on standard error, once something has taken half a second.
 *
 * On a terminal a moving bar with the seconds so far, taken away at the end;
 * elsewhere a line every ten seconds. It is drawn by a thread of its own,
 * started only where a service is asked, so a command that is served from the
 * vault never has one.
 */
#ifndef FLOW_CMD_PROGRESS_H
#define FLOW_CMD_PROGRESS_H

/* what: a constant text, "asking the service". Started twice: goes on. */
void progress_start(const char *what);
/* Takes the bar off the screen for a line of text; it comes back by itself. */
void progress_clear(void);
/* Ends the thread; before a prompt, an answer, an exec or the end. */
void progress_stop(void);

#endif
