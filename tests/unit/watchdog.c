#include "watchdog.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum { patience = 20, depth = 64 };

static void tell(int signal)
{
    static const char text[] = "it takes long; it is at\n";
    void *frames[depth];
    int error = errno;
    (void)signal;
    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    backtrace_symbols_fd(frames, backtrace(frames, depth), STDERR_FILENO);
    errno = error;
}

void watchdog_start(void)
{
    struct sigaction action = {.sa_handler = tell, .sa_flags = (int)SA_RESTART};
    void *frame;
    /* The first call loads what it needs, which a signal handler must not. */
    backtrace(&frame, 1);
    sigaction(SIGALRM, &action, NULL);
    alarm(patience);
}

void watchdog_stop(void)
{
    alarm(0);
    signal(SIGALRM, SIG_DFL);
}
