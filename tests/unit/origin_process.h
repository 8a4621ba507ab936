/* The loopback server of tests/origin, run beside a unit test. */
#ifndef TESTS_ORIGIN_PROCESS_H
#define TESTS_ORIGIN_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

struct origin_process {
    pid_t process;
    int input; /* it ends when this is closed, however the test ends */
    uint16_t port;
};

/* Starts it from the program that the environment's ORIGIN names. Fails the test if it does not come up. */
void origin_process_start(struct origin_process *origin);

void origin_process_stop(struct origin_process *origin);

/* One of its counters, as "peak_in_flight". */
long origin_process_count(const struct origin_process *origin, const char *name);

/* Has its counters begin anew, once it has seen the end of every request. */
void origin_process_reset(const struct origin_process *origin);

#endif
