#include "failing_close.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

/* The names that --wrap gives. */
int __real_close(int descriptor);
int __wrap_close(int descriptor);

static int next_error;

void failing_close_set(int error)
{
    next_error = error;
}

int __wrap_close(int descriptor)
{
    struct stat status;
    bool fails = next_error != 0 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    int code = __real_close(descriptor);
    if (!fails)
        return code;
    errno = next_error;
    return -1;
}
