/* The event loop: runs what is ready, and waits for descriptors, signals and points in time (asyncio: event loop).
 *
 * One thread makes, runs and destroys a loop and all that belongs to it; of all that, other threads may call
 * haul_loop_call_soon_threadsafe alone. An iteration waits for descriptors and
 * deadlines (not at all while something is ready), then runs all that was ready at its begin, in order; what becomes
 * ready meanwhile waits for the next. Descriptors come before deadlines: an answer that has arrived is not timed out.
 * Equal deadlines come in the order they were set. One that comes less than 0.1 ms after an iteration began is waited
 * for until that has passed, so that a crowd of timers is not waited for one by one; not so on a virtual clock. */
#ifndef HAUL_LOOP_H
#define HAUL_LOOP_H

#include <haul/clock.h>
#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_handle;
struct haul_loop;

/* What the loop calls; DATA is what was given with it. Runs on the loop's thread, never inside the call that set it. */
typedef void haul_callback_fn(void *data);

/* Told what nobody took: a task or future that died with an error which nobody asked for; the message has a
 * task's name. And, in debug mode, what held up the loop, with CODE 0: see <haul/trace.h>. MESSAGE is one sentence and
 * lives as long as the call. */
typedef void haul_exception_fn(void *data, struct haul_loop *loop, const char *message, int code);

struct haul_loop_options {
    struct haul_clock clock;              /* all zero: haul_clock_monotonic() */
    haul_exception_fn *exception_handler; /* NULL: errors that nobody takes are dropped */
    void *exception_data;
};

/* Makes a loop. OPTIONS may be NULL. Negative errno: out of memory or descriptors. */
int haul_loop_create(const struct haul_loop_options *options, struct haul_loop **ret_loop);

/* Destroys a loop, and the handles and done callbacks that have not been called. NULL is fine. No future outlives its
 * loop: drop the references first.
 * HAUL_E_BUSY: tasks are alive, and nothing was done. See haul_loop_finish in <haul/run.h>. */
int haul_loop_destroy(struct haul_loop *loop);

/* Has FN told from now on, with DATA, in place of the handler of the options: for who has not made the loop, as under
 * haul_run. NULL: errors that nobody takes are dropped. */
void haul_loop_set_exception_handler(struct haul_loop *loop, haul_exception_fn *fn, void *data);

/* The loop's time in nanoseconds: the clock as it stood when the current iteration came back from waiting, or when
 * the loop was last asked, whichever is later. */
int64_t haul_loop_now(const struct haul_loop *loop);

/* Reads the clock again; for after long work without an await. Returns the time. */
int64_t haul_loop_update_now(struct haul_loop *loop);

/* Nonzero if the loop's clock is a virtual one. */
int haul_loop_is_virtual(const struct haul_loop *loop);

/* Has the loop call FN soon: in the next iteration, in the order of these calls. Where RET_HANDLE is not NULL it gets
 * a handle, good for haul_handle_cancel until FN is called. -ENOMEM. */
int haul_loop_call_soon(struct haul_loop *loop, haul_callback_fn *fn, void *data, struct haul_handle **ret_handle);

/* The same at DEADLINE on the loop's clock, or a DURATION from its now; one that is past is due in the next iteration,
 * the earlier first. */
int haul_loop_call_at(struct haul_loop *loop, int64_t deadline, haul_callback_fn *fn, void *data,
                      struct haul_handle **ret_handle);
int haul_loop_call_later(struct haul_loop *loop, int64_t duration, haul_callback_fn *fn, void *data,
                         struct haul_handle **ret_handle);

/* Takes back a call that has not happened, and frees the handle. */
void haul_handle_cancel(struct haul_handle *handle);

/* As haul_loop_call_soon, from any thread: FN is called on the loop's thread, in the order of these calls; a loop that
 * waits is woken. A call that was not made when the loop is destroyed is dropped, as those of haul_loop_call_soon are.
 * The loop must be there: threads that call it end, or let it be, before it is destroyed. Not for signal handlers of
 * the program's own, since it allocates; see haul_loop_add_signal_handler. -ENOMEM. */
int haul_loop_call_soon_threadsafe(struct haul_loop *loop, haul_callback_fn *fn, void *data);

/* Says that another thread is going to call: until that is taken back by as many haul_loop_release, a loop that has
 * nothing else to wait for waits instead of answering HAUL_E_STALLED, and a virtual clock stands still. An await of
 * <haul/executor.h> does so by itself. On the loop's thread. */
void haul_loop_hold(struct haul_loop *loop);
void haul_loop_release(struct haul_loop *loop);

/* Has the loop call FN each time the process gets SIGNAL, until haul_loop_remove_signal_handler. A signal has one
 * handler in the process. HAUL_E_BUSY: this loop has one for it; -EINVAL: there is no such signal, or it cannot be
 * caught; -ENOMEM, -EMFILE or another negative errno. */
int haul_loop_add_signal_handler(struct haul_loop *loop, int signal, haul_callback_fn *fn, void *data);

/* Takes the handler away; the signal's action is again the default. Does nothing where there is none. */
void haul_loop_remove_signal_handler(struct haul_loop *loop, int signal);

/* Runs until haul_loop_stop. 0, or a negative errno from waiting; HAUL_E_STALLED when nothing is ready and nothing is
 * left to wait for; a call of another thread is waited for while the loop is held. */
int haul_loop_run_forever(struct haul_loop *loop);

/* Has the running loop leave at the end of its iteration; before a run: makes that run leave after one iteration,
 * which waits for nothing. */
void haul_loop_stop(struct haul_loop *loop);

HAUL__END_C

#endif
