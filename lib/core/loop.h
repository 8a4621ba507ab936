/* The inside of the loop: the ready queue, the timers and the hooks. It knows no future and no task. */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include "base/heap.h"
#include "base/list.h"
#include "base/slab.h"
#include "core/mailbox.h"
#include "core/poll.h"

#include <haul/group.h>
#include <haul/loop.h>
#include <haul/trace.h>

struct haul__ready;

/* What the loop does with something that is ready; and, of a task that waits, how its wait is ended early. In one
 * table, so that a task needs one pointer for both. */
struct haul__ready_kind {
    void (*run)(struct haul__ready *ready);
    void (*cancel)(struct haul_task *task); /* haul__cancel_fn, see core/task.h; NULL in all but a task that waits */
};

/* Something that the loop runs once: a task's step, a done callback, a handle. While it is not ready its owner may use
 * the link (to stand in a queue of waiters) or the timer. */
struct haul__ready {
    union {
        struct haul_list link;
        struct haul_timer timer;
    } at;
    const struct haul__ready_kind *kind;
};

/* So much apart are two waits for deadlines at least, in nanoseconds, on a clock that is not virtual. */
#define HAUL__TIMER_PACE 100000

/* Called once in every iteration, around the wait. Neither function adds or removes hooks. */
struct haul__hook {
    struct haul_list link;
    /* Before the poll. Returns the deadline by which the wait must end (HAUL_NEVER: none). May make things ready. */
    int64_t (*before_poll)(struct haul__hook *hook);
    /* After descriptors, before due timers, so that an answer that has arrived is not timed out. May make things ready.
     * NULL: nothing to do. */
    void (*after_poll)(struct haul__hook *hook);
};

/* What is seen of the steps that tasks make. Where nobody looks it costs two tests a step, and two an
 * iteration. */
struct haul__observation {
    void (*step)(struct haul_task *task, enum haul_trace_event event); /* told of each; NULL: nobody looks */
    /* Told in debug mode WHAT has run since BEGIN, to see how long it took; NULL outside of it. */
    void (*held)(struct haul_loop *loop, const char *what, int64_t begin);
    haul_trace_fn *trace;
    void *trace_data;
    haul_idle_fn *idle; /* told of each wait; NULL: nobody looks */
    void *idle_data;
    int64_t slow_callback_duration;
    char stepped[128]; /* in debug mode: the name of the task that what runs has stepped; empty: none */
};

/* What is closed when the loop is destroyed, once no task is left. It takes itself out. */
struct haul__closer {
    struct haul_list link;
    void (*close)(struct haul__closer *closer);
};

struct haul_loop {
    struct haul__poll *poll;
    struct haul_clock clock;
    struct haul__mailbox mailbox; /* struct haul__ready, from other threads */
    struct haul_list closers;
    struct haul_list ready; /* struct haul__ready, to run in the next iteration */
    struct haul__heap timers;
    struct haul_list hooks;
    struct haul_list handles;              /* struct haul_handle that have not run */
    struct haul_list signals;              /* struct signal_handler */
    struct haul__descriptors *descriptors; /* that it has readers and writers for; NULL: it never had one */
    bool stopping;
    bool insists;    /* a cancel reaches also what was cancelled before */
    bool is_closing; /* it is being destroyed: what is ready drops what it holds, and calls nobody */
    haul_exception_fn *exception_handler;
    void *exception_data;
    /* What lies above keeps here what belongs to the loop as a whole. */
    struct haul_group root;                          /* its own group: owns what runs, cancels nobody */
    int (*cancel_task)(struct haul_future *future);  /* haul_task_cancel, for the floor of futures */
    void (*report_task)(struct haul_future *future); /* as one that died with an error that nobody took */
    struct haul_task *current;                       /* the task whose step runs */
    struct haul__slab tasks;                         /* the memory of all, until their last reference is dropped */
    uint64_t last_task_id;
    size_t tasks_alive;
    struct haul__name *names; /* those that tasks were given; NULL: none */
    struct haul__observation observation;
    size_t processes; /* that have not been destroyed */
};

/* Adds to the ready queue; it must not be in it. Never fails. */
static inline void haul__loop_make_ready(struct haul_loop *loop, struct haul__ready *ready)
{
    haul__list_append(&loop->ready, &ready->at.link);
}

/* Adds a whole list of struct haul__ready. */
static inline void haul__loop_make_all_ready(struct haul_loop *loop, struct haul_list *list)
{
    haul__list_splice(&loop->ready, list);
}

/* Has timer->fire called when DEADLINE has come; HAUL_NEVER: not at all. -ENOMEM. */
int haul__loop_set_timer(struct haul_loop *loop, struct haul_timer *timer, int64_t deadline);

/* Takes the timer out, if it is set. */
void haul__loop_clear_timer(struct haul_loop *loop, struct haul_timer *timer);

void haul__loop_add_hook(struct haul_loop *loop, struct haul__hook *hook);
void haul__loop_remove_hook(struct haul_loop *loop, struct haul__hook *hook);

/* One iteration: hooks, wait, hooks, due timers, a snapshot of the ready queue. 0, HAUL_E_STALLED, negative errno. */
int haul__loop_run_once(struct haul_loop *loop);

/* Tells the exception handler, if there is one. */
void haul__loop_report(struct haul_loop *loop, const char *message, int code);

#endif
