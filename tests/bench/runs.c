/*
 * Runs a command N times and prints, one line a run:
 *     wall microseconds, user+system microseconds, peak resident KiB, exit status
 * Its output goes to /dev/null. Used by bench.py, whose own start would be
 * part of the figure otherwise.
 *
 * usage: runs N COMMAND [ARGUMENT...]
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long micros_since(const struct timespec *start)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * 1000000 + (now.tv_nsec - start->tv_nsec) / 1000;
}

static long micros(struct timeval time)
{
    return time.tv_sec * 1000000 + time.tv_usec;
}

static int run_once(char **command, posix_spawn_file_actions_t *actions)
{
    struct timespec start;
    struct rusage used;
    pid_t child;
    int status;

    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    if (posix_spawnp(&child, command[0], actions, NULL, command, environ) != 0)
        return -1;
    while (wait4(child, &status, 0, &used) < 0)
        if (errno != EINTR)
            return -1;
    return printf("%ld %ld %ld %d\n", micros_since(&start),
                  micros(used.ru_utime) + micros(used.ru_stime), used.ru_maxrss,
                  WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    long left = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

    if (left < 1) {
        (void)fprintf(stderr, "usage: runs N COMMAND [ARGUMENT...]\n");
        return 2;
    }
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) != 0)
        return 1;
    for (; left > 0; left--)
        if (run_once(argv + 2, &actions) < 0)
            return 1;
    return 0;
}
