/* The single owner of standard output: takes whole records and writes them as far as the descriptor takes them at
 * once, so that output never holds up the loop.
 *
 * When: a record leaves at the end of the iteration it was written in, or 2 ms after the last one left, or when 64 kB
 * have come together, whichever suits; on a terminal at once. So a slow run is seen as it goes and a fast one writes
 * in large pieces.
 *
 * How: O_NONBLOCK belongs to the open file description, which others may share (a shell, a pipeline's neighbour), so it
 * is never set on DESCRIPTOR itself. A pipe or terminal is opened again for a description of its own; a socket is told
 * MSG_DONTWAIT each time; where a pipe or terminal cannot be opened again, poll(2) is asked before each small piece; a
 * regular file or another device is written directly.
 *
 * The program ignores SIGPIPE. */
#ifndef OUTPUT_WRITER_H
#define OUTPUT_WRITER_H

#include <haul/event.h>
#include <haul/group.h>
#include <haul/loop.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer;

/* While more than this waits, nothing new should be started. */
enum { WRITER_HIGH_WATER = 1024 * 1024 };

enum writer_state {
    WRITER_OPEN,
    WRITER_READER_GONE, /* nobody reads any more */
    WRITER_FAILED,      /* it cannot be written, see writer_error */
};

/* Makes a writer to DESCRIPTOR, which stays the caller's and open. Negative errno. A reader that has already gone is
 * no error here but the writer's state. */
int writer_create(struct haul_loop *loop, int descriptor, struct writer **ret_writer);

/* Frees it; what it has not written is lost, see writer_drain. No task may use it. NULL is fine. */
void writer_destroy(struct writer *writer);

/* Appends a record, whole. Once the state is not WRITER_OPEN it is dropped. -ENOMEM: it was not taken. */
int writer_write(struct writer *writer, const void *bytes, size_t size);

/* Has FN called before anything is written, so that what decorates a terminal goes out of the way. NULL: no more. */
void writer_set_before(struct writer *writer, haul_callback_fn *fn, void *data);

/* Whether what was written last, or waits, is not the end of a line. */
bool writer_is_amid_line(const struct writer *writer);

/* Whether what only decorates may be written now: nothing waits, and the last line has ended. */
bool writer_may_decorate(const struct writer *writer);

/* Writes what only decorates, and leaves the cursor where a line begins. Where it cannot be taken it is dropped. */
void writer_decorate(struct writer *writer, const char *bytes, size_t size);

/* Writes as far as it goes at once, without the wait for more to come. */
void writer_flush(struct writer *writer);

/* Writes all that waits, and waits for the descriptor itself: for the end, once the loop runs no more. */
void writer_write_rest(struct writer *writer);

/* How many bytes wait. */
size_t writer_pending(const struct writer *writer);

/* How many bytes it has taken, and how many of these are written. What is lost where it is no longer open never is. */
uint64_t writer_taken(const struct writer *writer);
uint64_t writer_written(const struct writer *writer);

/* Has FN called each time that something was written, from inside of what writes too. There is one such function. */
void writer_set_written_callback(struct writer *writer, haul_callback_fn *fn, void *data);

/* True while more than WRITER_HIGH_WATER waits. */
bool writer_is_full(const struct writer *writer);

/* Has FN called each time that it has been full and is so no longer, or will never write again; never from inside
 * writer_write. There is one such function. */
void writer_set_room_callback(struct writer *writer, haul_callback_fn *fn, void *data);

/* Set unless it is full. */
struct haul_event *writer_room(struct writer *writer);

enum writer_state writer_state(const struct writer *writer);

/* Why it cannot be written, as an errno (ENOSPC, EIO, ...); 0 unless the state is WRITER_FAILED. */
int writer_error(const struct writer *writer);

bool writer_is_terminal(const struct writer *writer);

/* What the writer does by itself, as a task: writes on when a slow reader is ready again, and sees a reader go away
 * while nothing is written. It runs until it is cancelled, or ends with -EPIPE when the reader has gone, or with the
 * negated writer_error. So, in a group with what makes the output, it ends that too:
 *
 *     haul_group_spawn(&group, HAUL_CALL(writer_run, .writer = writer), NULL);
 *
 * Without it what a slow reader does not take at once waits for writer_drain. */
struct writer_run {
    struct haul_coroutine coroutine;
    struct writer *writer;
    /* Private from here. */
    struct haul_group group;
    int code;
};
haul_step_fn writer_run;

/* Waits until all is written, or never will be: see writer_state. HAUL_E_CANCELLED. A coroutine, for the end of a run,
 * with writer_run or without. */
struct writer_drain {
    struct haul_coroutine coroutine;
    struct writer *writer;
    /* Private from here. */
    int code;
};
haul_step_fn writer_drain;

#endif
