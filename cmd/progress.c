#include "cmd/progress.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MS = 500, BAR_MS = 100, LINE_MS = 10000, BAR_CELLS = 20, BAR_BLOCK = 5 };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    const char *what;
    bool running, ending, drawn, terminal;
    struct timespec since;
} bar = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

/* Standard error that is gone is no reason to stop. */
static void show(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

    (void)ignored;
}

static void erase(void)
{
    if (bar.drawn)
        show("\r\033[K");
    bar.drawn = false;
}

static long elapsed_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec - bar.since.tv_sec) * 1000 +
           (now.tv_nsec - bar.since.tv_nsec) / 1000000;
}

static void draw(unsigned step)
{
    char cells[BAR_CELLS + 1], line[128];
    unsigned i, at = step % (2 * (BAR_CELLS - BAR_BLOCK));
    long ms = elapsed_ms();

    if (!bar.terminal) {
        (void)snprintf(line, sizeof line, "flowenv: %s, %ld s so far\n", bar.what, ms / 1000);
        show(line);
        return;
    }
    if (at > BAR_CELLS - BAR_BLOCK)
        at = 2 * (BAR_CELLS - BAR_BLOCK) - at;
    for (i = 0; i < BAR_CELLS; i++)
        cells[i] = i >= at && i < at + BAR_BLOCK ? '=' : ' ';
    cells[BAR_CELLS] = '\0';
    (void)snprintf(line, sizeof line, "\r\033[K[%s] %s, %ld.%ld s", cells, bar.what, ms / 1000,
                   ms % 1000 / 100);
    show(line);
    bar.drawn = true;
}

static void wait_ms(long ms)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_cond_timedwait(&bar.wake, &bar.lock, &until);
}

static void *run(void *unused)
{
    unsigned step = 0;
    long next_ms = bar.terminal ? FIRST_MS : LINE_MS;

    (void)unused;
    (void)pthread_mutex_lock(&bar.lock);
    while (!bar.ending) {
        long left = next_ms - elapsed_ms();

        if (left > 0) {
            wait_ms(left);
            continue;
        }
        draw(step++);
        next_ms = elapsed_ms() + (bar.terminal ? BAR_MS : LINE_MS);
    }
    erase();
    (void)pthread_mutex_unlock(&bar.lock);
    return NULL;
}

void progress_start(const char *what)
{
    sigset_t all, before;

    if (bar.running)
        return;
    bar.what = what;
    bar.ending = false;
    bar.terminal = isatty(STDERR_FILENO) == 1;
    (void)clock_gettime(CLOCK_MONOTONIC, &bar.since);
    /* Signals stay with the thread that works. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    bar.running = pthread_create(&bar.thread, NULL, run, NULL) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_clear(void)
{
    if (!bar.running)
        return;
    (void)pthread_mutex_lock(&bar.lock);
    erase();
    (void)pthread_mutex_unlock(&bar.lock);
}

void progress_stop(void)
{
    if (!bar.running)
        return;
    (void)pthread_mutex_lock(&bar.lock);
    bar.ending = true;
    (void)pthread_cond_signal(&bar.wake);
    (void)pthread_mutex_unlock(&bar.lock);
    (void)pthread_join(bar.thread, NULL);
    bar.running = false;
}
