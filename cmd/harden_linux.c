#include "cmd/harden.h"

#ifdef __linux__
#include <sys/prctl.h>

/* Also takes /proc/PID/mem and /proc/PID/environ from the user's other processes; execve() gives
 * them back. */
void harden_for_system(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
#else
void harden_for_system(void)
{
}
#endif
