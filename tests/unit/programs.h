/* What tests of processes stand on: a loop on the real clock, and nothing left when a test has ended. */
#ifndef TESTS_PROGRAMS_H
#define TESTS_PROGRAMS_H

#include <haul/haul.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

struct programs {
    struct haul_loop *loop;
    int descriptors; /* that were open before */
};

/* Fixtures: *STATE is a struct programs. Closing it finishes the loop, if it is not NULL, and then no descriptor is
 * open that was not before, and the test has no child, not even a dead one. */
int programs_open(void **state);
int programs_close(void **state);
#define with_programs(test) cmocka_unit_test_setup_teardown(test, programs_open, programs_close)

/* How many descriptors are open. */
int count_descriptors(void);

/* Whether the process has children, living or dead. */
bool has_children(void);

/* Waits until a child has ended, and leaves it to be reaped. */
void wait_for_end(int pid);

/* Options with all three pipes, without one for the standard error, and without any but that of the output. */
extern const struct haul_process_options three_pipes, two_pipes, output_pipe;

/* Starts SCRIPT in a shell. */
struct haul_process *start_shell(struct haul_loop *loop, const char *script,
                                 const struct haul_process_options *options);

/* Runs SCRIPT in a shell to its end, its standard input at its end: what it wrote to its standard output, the caller's
 * to free, and its status. */
struct haul_process_output run_shell(struct haul_loop *loop, const char *script,
                                     const struct haul_process_options *options);

/* Waits for a process: its status. */
struct await_end {
    struct haul_coroutine coroutine;
    struct haul_process *process;
};
haul_step_fn await_end;

/* Runs await_end as a task to its end, with code 0. */
int end_status(struct haul_loop *loop, struct haul_process *process);

/* Communicates. RET_CODE gets what the await gave, which the task's own code is not where the task was cancelled behind
 * it; NULL: nobody asks. */
struct converse {
    struct haul_coroutine coroutine;
    struct haul_process *process;
    const char *input;
    size_t size;
    size_t limit;
    struct haul_process_output *ret_output;
    int *ret_code;
    int code;
};
haul_step_fn converse;

/* Writes BYTES to the process and reads as many back, which are the same: then all that they went through runs. */
void send_through(struct haul_loop *loop, struct haul_process *process, const char *bytes);

/* Reads once, SIZE bytes at most, within a task: how many it were. */
int64_t read_some(struct haul_loop *loop, struct haul_stream *stream, char *buffer, size_t size);

#endif
