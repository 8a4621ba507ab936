#include "failing_pidfd.h"

#include <errno.h>
#include <sys/pidfd.h>

/* The names that --wrap gives. */
int __real_pidfd_open(pid_t pid, unsigned flags);
int __wrap_pidfd_open(pid_t pid, unsigned flags);

static bool fails_now;

void failing_pidfd_set(bool fails)
{
    fails_now = fails;
}

int __wrap_pidfd_open(pid_t pid, unsigned flags)
{
    if (!fails_now)
        return __real_pidfd_open(pid, flags);
    errno = ENOSYS;
    return -1;
}
