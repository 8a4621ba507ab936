#include "base/thread.h"

#include <signal.h>
#include <stddef.h>

/* The thread inherits its signal mask; a fault is dealt with where it happens. */
int haul__thread_create(pthread_t *ret_thread, void *(*fn)(void *data), void *data)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
    sigset_t blocked;
    sigset_t before;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int error = pthread_create(ret_thread, NULL, fn, data);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -error;
}
