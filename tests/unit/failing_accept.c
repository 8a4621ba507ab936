#include "failing_accept.h"

#include <errno.h>
#include <sys/socket.h>

/* The names that --wrap gives. */
int __real_accept4(int descriptor, struct sockaddr *address, socklen_t *size, int flags);
int __wrap_accept4(int descriptor, struct sockaddr *address, socklen_t *size, int flags);

static int next_error;
static int left;

void failing_accept_set(int error, int count)
{
    next_error = error;
    left = count;
}

int __wrap_accept4(int descriptor, struct sockaddr *address, socklen_t *size, int flags)
{
    if (left == 0)
        return __real_accept4(descriptor, address, size, flags);
    left--;
    errno = next_error;
    return -1;
}
