/* What most tests of the core stand on: a loop on a virtual clock, and a script of what happened, in order. */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <haul/haul.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

struct stage {
    struct haul_virtual_clock clock;
    struct haul_loop *loop;
    char script[4096];
    size_t size;
};

/* Fixtures: *STATE is a struct stage. Its loop's exception handler says "report CODE". Closing it finishes the loop,
 * which must not be stalled. */
int stage_open(void **state);
int stage_close(void **state);
#define on_stage(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

/* The milliseconds that have passed. */
int64_t stage_time(const struct stage *stage);

/* Adds a line to the script. */
void stage_say(struct stage *stage, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What was said is TEXT, its lines joined with ", "; and begins a new script. */
#define assert_script(stage, text)                                                                                     \
    do {                                                                                                               \
        assert_string_equal((stage)->script, (text));                                                                  \
        stage_forget(stage);                                                                                           \
    } while (0)
void stage_forget(struct stage *stage);

/* Makes a task of the loop's own group; the reference is the caller's. */
struct haul_task *stage_task(struct stage *stage, struct haul_awaitable awaitable);

/* Runs the loop until the task has ended, drops the reference, and gives its code. */
int stage_end(struct stage *stage, struct haul_task *task);

/* Runs AWAITABLE as a task to its end: its code. */
int stage_run(struct stage *stage, struct haul_awaitable awaitable);

/* Lets the loop do so many iterations. */
void stage_turn(struct stage *stage, int iterations);

/* Whether FN meets an assert, tried in a process of its own. */
bool meets_assert(void (*fn)(void *data), void *data);

/* A coroutine that says "NAME begins", sleeps, says "NAME ends", or "NAME cancelled"; and then sleeps for CLEANUP,
 * unless that is 0, and says "NAME cleaned". Returns RESULT, or fails with FAILURE. */
struct actor {
    struct haul_coroutine coroutine;
    struct stage *stage;
    const char *name;
    int64_t duration;
    int64_t cleanup;
    int failure;
    int64_t result;
    int code;
};
haul_step_fn actor;

/* A destructor for values: adds 1 to the int that COUNTER points to. */
void count_destroyed(void *counter);

#endif
