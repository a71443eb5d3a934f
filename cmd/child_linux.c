#define _GNU_SOURCE
#include "cmd/child.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

void child_close_descriptors(void)
{
    long max;
    int fd;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
#endif
    max = sysconf(_SC_OPEN_MAX);
    for (fd = 3; fd < max && fd < 65536; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}
