/*
 * Opening a path that may not leave a directory (T9).
 *
 * On Linux the kernel follows the path and the links in it, and stops where
 * one leads out of the root (openat2). Elsewhere, and under a kernel or a
 * sandbox that has no such call, each component is opened on its own and no
 * link is followed, so a race has nothing to win.
 *
 * Both give a descriptor, or -1 with errno: EXDEV where the path leaves the
 * root, ELOOP where a link is in the way that may not be followed.
 * Source: openat2(2), RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS.
 */
#ifndef FLOW_BASE_BENEATH_H
#define FLOW_BASE_BENEATH_H

/* root is a descriptor of a directory, flags are those of open(2) for reading. */
int flow_beneath_open(int root, const char *path, int flags);

/* The portable way alone; ".." is refused. */
int flow_beneath_walk(int root, const char *path, int flags);

/* The kernel's way alone; ENOSYS or EPERM where it is not to be had. */
int flow_beneath_ask_kernel(int root, const char *path, int flags);

#endif
