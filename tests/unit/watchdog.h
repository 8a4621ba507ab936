/* Tells where a test is that takes too long, for who reads the log of one that hung. It ends nothing. */
#ifndef TESTS_WATCHDOG_H
#define TESTS_WATCHDOG_H

/* If it is not stopped within 20 s, less than Meson gives a test, the stack of the thread that SIGALRM comes to, which
 * is the first one where the others are the library's, is written to standard error: PROGRAM(+OFFSET) for each call, of
 * which `addr2line --functions --exe PROGRAM OFFSET` says what it is. */
void watchdog_start(void);
void watchdog_stop(void);

#endif
