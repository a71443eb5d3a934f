#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

int flow_beneath_open(int root, const char *path, int flags)
{
    int fd = flow_beneath_ask_kernel(root, path, flags);

    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = flow_beneath_walk(root, path, flags);
    return fd;
}

/* Copies the component at *path and moves *path behind it and its slashes; false: errno says why.
 */
static bool next_component(const char **path, char component[NAME_MAX + 1])
{
    size_t len = strcspn(*path, "/");

    if (len > NAME_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(component, *path, len);
    component[len] = '\0';
    *path += len;
    *path += strspn(*path, "/");
    if (strcmp(component, "..") == 0) {
        errno = EXDEV;
        return false;
    }
    return true;
}

/* Systems disagree on what a refused link gives: ELOOP, ENOTDIR, EMLINK. Here it is ELOOP. */
static int open_no_link(int directory, const char *name, int flags)
{
    int fd = openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC);
    int why = errno;
    struct stat status;

    if (fd < 0 && fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(status.st_mode))
        why = ELOOP;
    errno = why;
    return fd;
}

int flow_beneath_walk(int root, const char *path, int flags)
{
    FLOW_CLEANUP(flow_fd_closep) int directory = -1;
    char component[NAME_MAX + 1];

    if (*path == '/' || *path == '\0') {
        errno = *path == '/' ? EXDEV : ENOENT;
        return -1;
    }
    for (;;) {
        int parent = directory < 0 ? root : directory, next;

        if (!next_component(&path, component))
            return -1;
        if (*path == '\0')
            return open_no_link(parent, component, flags);
        next = open_no_link(parent, component, O_RDONLY | O_DIRECTORY);
        if (next < 0)
            return -1;
        flow_fd_closep(&directory);
        directory = next;
    }
}
