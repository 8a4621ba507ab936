#include "output/writer.h"

#include <haul/descriptor.h>
#include <haul/semaphore.h>
#include <haul/sleep.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    batch_size = 64 * 1024,
    /* A terminal whose poll says POLLOUT has room for a little, but does not tell how much. */
    terminal_piece = 64,
};

static const int64_t flush_interval = 2 * HAUL_MILLISECOND;
static const int64_t look_again_interval = 250 * HAUL_MILLISECOND;

enum method {
    METHOD_DIRECT,      /* never makes one wait, or cannot be waited for */
    METHOD_NONBLOCKING, /* a description of its own, with O_NONBLOCK */
    METHOD_SOCKET,
    METHOD_POLLED, /* poll, then a piece that fits */
};

struct writer {
    struct haul_loop *loop;
    int descriptor; /* that is written to */
    bool is_owned;  /* it was opened here */
    bool is_terminal;
    enum method method;
    size_t piece; /* the most that is written at once */

    char *bytes; /* those that wait stand from `begin` to `end` */
    size_t begin;
    size_t end;
    size_t capacity;

    enum writer_state state;
    int error;
    bool is_blocked; /* the descriptor took no more, and is to be waited for */
    bool is_run;     /* by writer_run */
    struct haul_handle *flush_handle;
    int64_t flushed;               /* when it was flushed last */
    struct haul_semaphore stirred; /* a place when writer_run has to look */
    struct haul_event drained;     /* for writer_drain: that nothing waits */
    struct haul_event room;        /* set unless it was full */
    haul_callback_fn *room_fn;
    void *room_data;
    haul_callback_fn *before_fn;
    void *before_data;
    bool is_amid_line; /* what was written last is not the end of one */

    uint64_t taken;
    uint64_t written;
    haul_callback_fn *written_fn;
    void *written_data;
};

/* Opens what DESCRIPTOR refers to again, for writing without waiting; -1 where that cannot be done. */
static int open_again(int descriptor)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void choose_method(struct writer *writer)
{
    struct stat status;
    writer->method = METHOD_DIRECT;
    writer->piece = SSIZE_MAX;
    if (fstat(writer->descriptor, &status) < 0)
        return;
    if (S_ISSOCK(status.st_mode)) {
        writer->method = METHOD_SOCKET;
        return;
    }
    writer->is_terminal = S_ISCHR(status.st_mode) && isatty(writer->descriptor);
    if (!writer->is_terminal && !S_ISFIFO(status.st_mode))
        return;
    int again = open_again(writer->descriptor);
    if (again >= 0) {
        writer->descriptor = again;
        writer->is_owned = true;
        writer->method = METHOD_NONBLOCKING;
    } else {
        writer->method = METHOD_POLLED;
        writer->piece = writer->is_terminal ? (size_t)terminal_piece : (size_t)PIPE_BUF;
    }
}

/* Whether a pipe or socket has lost its reader. A peer of a socket that has only ended its own sending (POLLRDHUP) may
 * still read. */
static bool reader_is_gone(int descriptor)
{
    struct pollfd hang_up = {.fd = descriptor};
    return poll(&hang_up, 1, 0) > 0 && (hang_up.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

/* A terminal that hangs up sends SIGHUP, and files have no reader. */
static bool has_reader(const struct writer *writer)
{
    return writer->method != METHOD_DIRECT && !writer->is_terminal;
}

int writer_create(struct haul_loop *loop, int descriptor, struct writer **ret_writer)
{
    struct writer *writer = malloc(sizeof(*writer));
    if (writer == NULL)
        return -ENOMEM;
    *writer = (struct writer){.loop = loop, .descriptor = descriptor, .flushed = haul_loop_now(loop) - flush_interval};
    choose_method(writer);
    if (has_reader(writer) && reader_is_gone(writer->descriptor))
        writer->state = WRITER_READER_GONE;
    haul_semaphore_init(&writer->stirred, 0);
    haul_event_init(&writer->drained);
    haul_event_set(&writer->drained);
    haul_event_init(&writer->room);
    haul_event_set(&writer->room);
    *ret_writer = writer;
    return 0;
}

void writer_destroy(struct writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->flush_handle != NULL)
        haul_handle_cancel(writer->flush_handle);
    haul_event_finish(&writer->room);
    haul_event_finish(&writer->drained);
    haul_semaphore_finish(&writer->stirred);
    if (writer->is_owned)
        close(writer->descriptor);
    free(writer->bytes);
    free(writer);
}

/* Has writer_run look at what has changed. */
static void stir(struct writer *writer)
{
    if (haul_semaphore_free(&writer->stirred) == 0)
        haul_semaphore_release(&writer->stirred);
}

/* Nothing will be written any more. */
static void give_up(struct writer *writer, enum writer_state state, int error)
{
    if (writer->state != WRITER_OPEN)
        return;
    writer->state = state;
    writer->error = error;
    writer->begin = writer->end = 0;
    stir(writer);
}

static void give_up_after_error(struct writer *writer, int error)
{
    bool is_hung_up = error == EPIPE || error == ECONNRESET || (error == EIO && writer->is_terminal);
    if (is_hung_up)
        give_up(writer, WRITER_READER_GONE, 0);
    else
        give_up(writer, WRITER_FAILED, error);
}

/* As write(2), but never waits: -1 with EAGAIN instead. */
static ssize_t put(struct writer *writer, const char *bytes, size_t size)
{
    if (size > writer->piece)
        size = writer->piece;
    if (writer->method == METHOD_SOCKET)
        return send(writer->descriptor, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (writer->method == METHOD_POLLED) {
        struct pollfd room = {.fd = writer->descriptor, .events = POLLOUT};
        if (poll(&room, 1, 0) == 0) {
            errno = EAGAIN;
            return -1;
        }
    }
    return write(writer->descriptor, bytes, size);
}

/* Writes as far as it goes at once. */
static void write_out(struct writer *writer)
{
    uint64_t before = writer->written;
    while (writer->begin < writer->end && writer->state == WRITER_OPEN && !writer->is_blocked) {
        ssize_t written = put(writer, writer->bytes + writer->begin, writer->end - writer->begin);
        if (written >= 0) {
            writer->begin += (size_t)written;
            writer->written += (uint64_t)written;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            writer->is_blocked = true;
            stir(writer);
        } else if (errno != EINTR) {
            give_up_after_error(writer, errno);
        }
    }
    writer->flushed = haul_loop_now(writer->loop);
    if (writer->begin == writer->end) {
        writer->begin = writer->end = 0;
        haul_event_set(&writer->drained);
    }
    if (writer->written > before && writer->written_fn != NULL)
        writer->written_fn(writer->written_data);
}

static void tell_room(struct writer *writer)
{
    if (haul_event_is_set(&writer->room) || writer_is_full(writer))
        return;
    haul_event_set(&writer->room);
    if (writer->room_fn != NULL)
        writer->room_fn(writer->room_data);
}

void writer_flush(struct writer *writer)
{
    write_out(writer);
    tell_room(writer);
}

static void flush_when_due(void *data)
{
    struct writer *writer = data;
    writer->flush_handle = NULL;
    writer_flush(writer);
}

/* Sees to it that what was just appended leaves, now or soon. */
static void see_off(struct writer *writer)
{
    if (writer->is_blocked)
        return;
    bool is_due = writer->is_terminal || writer->end - writer->begin >= batch_size;
    if (!is_due && writer->flush_handle == NULL) {
        int64_t deadline = writer->flushed + flush_interval;
        int code;
        if (haul_loop_now(writer->loop) >= deadline)
            code = haul_loop_call_soon(writer->loop, flush_when_due, writer, &writer->flush_handle);
        else
            code = haul_loop_call_at(writer->loop, deadline, flush_when_due, writer, &writer->flush_handle);
        is_due = code != 0;
    }
    if (is_due)
        write_out(writer);
}

/* Makes room for SIZE bytes behind `end`. */
static int make_room(struct writer *writer, size_t size)
{
    size_t pending = writer->end - writer->begin;
    if (size <= writer->capacity - writer->end)
        return 0;
    if (size <= writer->capacity - pending && writer->begin >= writer->capacity / 2) {
        memmove(writer->bytes, writer->bytes + writer->begin, pending);
    } else {
        size_t capacity = writer->capacity == 0 ? 2 * (size_t)batch_size : 2 * writer->capacity;
        if (capacity - pending < size)
            capacity = pending + size;
        char *bytes = malloc(capacity);
        if (bytes == NULL)
            return -ENOMEM;
        if (pending > 0)
            memcpy(bytes, writer->bytes + writer->begin, pending);
        free(writer->bytes);
        writer->bytes = bytes;
        writer->capacity = capacity;
    }
    writer->begin = 0;
    writer->end = pending;
    return 0;
}

static int append(struct writer *writer, const void *bytes, size_t size)
{
    int code = make_room(writer, size);
    if (code != 0)
        return code;
    writer->taken += size;
    memcpy(writer->bytes + writer->end, bytes, size);
    writer->end += size;
    see_off(writer);
    if (writer_is_full(writer))
        haul_event_clear(&writer->room);
    return 0;
}

int writer_write(struct writer *writer, const void *bytes, size_t size)
{
    if (size == 0)
        return 0;
    if (writer->state != WRITER_OPEN) {
        writer->taken += size;
        return 0;
    }
    if (writer->before_fn != NULL)
        writer->before_fn(writer->before_data);
    int code = append(writer, bytes, size);
    if (code == 0)
        writer->is_amid_line = ((const char *)bytes)[size - 1] != '\n';
    return code;
}

void writer_set_before(struct writer *writer, haul_callback_fn *fn, void *data)
{
    writer->before_fn = fn;
    writer->before_data = data;
}

bool writer_is_amid_line(const struct writer *writer)
{
    return writer->is_amid_line;
}

bool writer_may_decorate(const struct writer *writer)
{
    return writer->state == WRITER_OPEN && !writer->is_amid_line && writer_pending(writer) == 0;
}

void writer_decorate(struct writer *writer, const char *bytes, size_t size)
{
    if (writer->state == WRITER_OPEN)
        (void)append(writer, bytes, size);
}

void writer_write_rest(struct writer *writer)
{
    struct pollfd room = {.fd = writer->descriptor, .events = POLLOUT};
    for (;;) {
        writer->is_blocked = false;
        write_out(writer);
        if (writer->state != WRITER_OPEN || writer_pending(writer) == 0)
            return;
        poll(&room, 1, -1);
    }
}

size_t writer_pending(const struct writer *writer)
{
    return writer->end - writer->begin;
}

uint64_t writer_taken(const struct writer *writer)
{
    return writer->taken;
}

uint64_t writer_written(const struct writer *writer)
{
    return writer->written;
}

void writer_set_written_callback(struct writer *writer, haul_callback_fn *fn, void *data)
{
    writer->written_fn = fn;
    writer->written_data = data;
}

bool writer_is_full(const struct writer *writer)
{
    return writer_pending(writer) > WRITER_HIGH_WATER;
}

void writer_set_room_callback(struct writer *writer, haul_callback_fn *fn, void *data)
{
    writer->room_fn = fn;
    writer->room_data = data;
}

struct haul_event *writer_room(struct writer *writer)
{
    return &writer->room;
}

enum writer_state writer_state(const struct writer *writer)
{
    return writer->state;
}

int writer_error(const struct writer *writer)
{
    return writer->error;
}

bool writer_is_terminal(const struct writer *writer)
{
    return writer->is_terminal;
}

/* Sees the reader go away: a broken pipe or socket can be "read" at once. */
struct watch_reader {
    struct haul_coroutine coroutine;
    struct writer *writer;
};

static struct haul_step watch_reader(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(watch_reader);
    for (;;) {
        HAUL_AWAIT(haul_wait_readable(task, self->writer->descriptor));
        if (reader_is_gone(self->writer->descriptor))
            break;
        /* The other side of a socket has sent something, or ended its sending, which nobody takes: it stays readable,
         * and waiting would no longer wait. */
        HAUL_AWAIT(haul_sleep(task, look_again_interval));
    }
    give_up(self->writer, WRITER_READER_GONE, 0);
    HAUL_FINALLY;
    HAUL_END;
}

/* After a wait for the descriptor, which gave CODE. */
static void go_on(struct writer *writer, int code)
{
    writer->is_blocked = false;
    if (code < 0)
        give_up(writer, WRITER_FAILED, -code);
    writer_flush(writer);
}

struct haul_step writer_run(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(writer_run);
    self->writer->is_run = true;
    haul_group_init(task, &self->group);
    if (has_reader(self->writer)) {
        self->code = haul_group_spawn(&self->group, HAUL_CALL(watch_reader, .writer = self->writer), NULL);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    }
    while (self->writer->state == WRITER_OPEN) {
        if (self->writer->is_blocked) {
            HAUL_AWAIT_CODE(self->code, haul_wait_writable(task, self->writer->descriptor));
            if (self->code > 0)
                HAUL_FAIL(self->code);
            go_on(self->writer, self->code);
        } else {
            HAUL_AWAIT(haul_semaphore_acquire(task, &self->writer->stirred));
        }
    }
    tell_room(self->writer);
    HAUL_FAIL(self->writer->state == WRITER_FAILED ? -self->writer->error : -EPIPE);
    HAUL_FINALLY;
    self->writer->is_run = false;
    haul_event_set(&self->writer->drained);
    haul_group_cancel(&self->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    HAUL_END;
}

struct haul_step writer_drain(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(writer_drain);
    writer_flush(self->writer);
    while (self->writer->state == WRITER_OPEN && writer_pending(self->writer) > 0) {
        if (self->writer->is_run) {
            haul_event_clear(&self->writer->drained);
            HAUL_AWAIT(haul_event_wait(task, &self->writer->drained));
        } else {
            HAUL_AWAIT_CODE(self->code, haul_wait_writable(task, self->writer->descriptor));
            if (self->code > 0)
                HAUL_FAIL(self->code);
            go_on(self->writer, self->code);
        }
    }
    HAUL_FINALLY;
    HAUL_END;
}
