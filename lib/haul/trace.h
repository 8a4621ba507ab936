/* Seeing what a loop does: each step of each task, and what holds the loop for long (asyncio: debug mode).
 *
 * A step is what a task does from one await at which it has to wait to the next. */
#ifndef HAUL_TRACE_H
#define HAUL_TRACE_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_loop;
struct haul_task;

/* A step's begin, and then what it came to. */
enum haul_trace_event {
    HAUL_TRACE_RUNS,      /* the task has its turn */
    HAUL_TRACE_YIELDED,   /* it lets the others run, and has its next turn in the next iteration */
    HAUL_TRACE_WAITS,     /* it waits for something */
    HAUL_TRACE_COMPLETED, /* it has ended, with a value */
    HAUL_TRACE_FAILED,    /* it has ended, with an error */
    HAUL_TRACE_CANCELLED, /* it has ended as cancelled; without a step of its own where it had not begun */
};

struct haul_trace_step {
    struct haul_task *task; /* borrowed */
    enum haul_trace_event event;
    int code;               /* what it has ended with; 0 before its end */
    union haul_value value; /* of HAUL_TRACE_COMPLETED; still the task's */
};

/* Told of a step, on the loop's thread, between the steps. It looks on: it neither runs nor stops the loop, nor does it
 * cancel a task. To look at an error here is not to take it: see haul_future_code. */
typedef void haul_trace_fn(void *data, const struct haul_trace_step *step);

/* Has FN told of each step of each task of the loop from now on; NULL: nobody. */
void haul_loop_set_trace(struct haul_loop *loop, haul_trace_fn *fn, void *data);

/* Told on the loop's thread that the loop has waited, with nothing to do, from BEGIN to END on its clock. Between two
 * such waits it was busy. It looks on as well. */
typedef void haul_idle_fn(void *data, int64_t begin, int64_t end);

/* Has FN told of each wait of the loop from now on; NULL: nobody. */
void haul_loop_set_idle(struct haul_loop *loop, haul_idle_fn *fn, void *data);

/* Turns the debug mode on (nonzero) or off, as at first. In it what holds up the loop is told to the loop's exception
 * handler, with code 0, since it is no error: "Executing <Task name='Task-1'> took 0.123 seconds" for a step. In place
 * of the task stands <Handle> for any other callback (a done callback, a call that was asked for, a signal handler),
 * and <Hook> for what a client does with what has come, the functions that take bodies among it. The time is that of
 * the loop's own clock; a very long name is cut off. */
void haul_loop_set_debug(struct haul_loop *loop, int on);

/* From how many nanoseconds on that is told; HAUL_SECOND / 10 at first (asyncio: slow_callback_duration). */
void haul_loop_set_slow_callback_duration(struct haul_loop *loop, int64_t duration);

HAUL__END_C

#endif
