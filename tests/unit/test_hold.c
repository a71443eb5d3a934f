#include "support/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hold.h"

TEST("a signal that comes in a hold waits for its end, and then does what it always does")
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

    for (size_t i = 0; i < FLOW_COUNT(numbers); i++) {
        char reached = 0;
        int ends[2], status = 0;
        pid_t child;

        EXPECT_INT(pipe(ends), 0);
        child = fork();
        if (child == 0) {
            struct flow_hold hold;

            flow_hold_take(&hold);
            (void)raise(numbers[i]);
            if (write(ends[1], "x", 1) != 1)
                _exit(1);
            flow_hold_release(&hold);
            _exit(2);
        }
        (void)close(ends[1]);
        EXPECT_INT(waitpid(child, &status, 0), child);
        EXPECT_INT(read(ends[0], &reached, 1), 1);
        EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i]);
        (void)close(ends[0]);
    }
}
