/* A stream's calls try the system call first, and wait for the descriptor only where it gives EAGAIN. The watch's
 * function then does the call, so that a task that goes on has its bytes: what was read is never dropped between the
 * event and the task, and a cancel comes either before the call or after it. */
#include "io/stream.h"

#include "base/memory.h"
#include "core/task.h"

#include <errno.h>
#include <haul/error.h>
#include <sys/socket.h>
#include <unistd.h>

struct haul_stream {
    struct haul__watch *watch;
    struct haul_task *reader; /* waits in haul_stream_read, or NULL */
    void *room;               /* where its bytes go */
    size_t room_size;
    struct haul_task *writer;   /* waits in haul_stream_write, or NULL */
    const unsigned char *bytes; /* what it has still to send */
    size_t size;
    int descriptor;
    unsigned unwaited_reads;
    unsigned unwaited_writes;
};

static union haul_value nothing(void)
{
    return (union haul_value){.integer = 0};
}

/* Has the watch wait for what the tasks wait for. */
static void watch_what_is_wanted(struct haul_stream *stream)
{
    haul__watch_set(stream->watch, (stream->reader ? HAUL__READABLE : 0) | (stream->writer ? HAUL__WRITABLE : 0));
}

/* The number of bytes, 0 at the end, or a negative errno. */
static ssize_t receive(int descriptor, void *room, size_t size)
{
    ssize_t got;
    do
        got = recv(descriptor, room, size, 0);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static ssize_t transmit(int descriptor, const void *bytes, size_t size)
{
    ssize_t sent;
    do
        sent = send(descriptor, bytes, size, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

static void go_on_reading(struct haul_stream *stream)
{
    ssize_t got = receive(stream->descriptor, stream->room, stream->room_size);
    if (got == -EAGAIN)
        return;
    struct haul_task *reader = stream->reader;
    stream->reader = NULL;
    if (got < 0)
        haul__task_wake(reader, (int)got, nothing());
    else
        haul__task_wake(reader, 0, (union haul_value){.integer = got});
}

/* Sends once: what is left over then does not fit, and a side that takes bytes as fast as they come cannot hold up the
 * loop. */
static void go_on_writing(struct haul_stream *stream)
{
    ssize_t sent = transmit(stream->descriptor, stream->bytes, stream->size);
    if (sent == -EAGAIN)
        return;
    if (sent > 0) {
        stream->bytes += sent;
        stream->size -= (size_t)sent;
        if (stream->size > 0)
            return;
    }
    struct haul_task *writer = stream->writer;
    stream->writer = NULL;
    haul__task_wake(writer, sent < 0 ? (int)sent : 0, nothing());
}

static void on_event(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    struct haul_stream *stream = data;
    if ((events & HAUL__READABLE) && stream->reader)
        go_on_reading(stream);
    if ((events & HAUL__WRITABLE) && stream->writer)
        go_on_writing(stream);
    watch_what_is_wanted(stream);
}

int haul__stream_create(struct haul_loop *loop, int descriptor, struct haul_stream **ret_stream)
{
    struct haul_stream *stream = haul__allocate_zeroed(sizeof(*stream));
    if (!stream)
        return -ENOMEM;
    stream->descriptor = descriptor;
    int code = haul__watch_create(loop->poll, descriptor, on_event, stream, &stream->watch);
    if (code < 0) {
        haul__free(stream);
        return code;
    }
    *ret_stream = stream;
    return 0;
}

void haul_stream_destroy(struct haul_stream *stream)
{
    if (!stream)
        return;
    assert(!stream->reader && !stream->writer && "a stream is destroyed while a task waits on it");
    haul__watch_destroy(stream->watch);
    close(stream->descriptor);
    haul__free(stream);
}

void haul_stream_reset(struct haul_stream *stream)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(stream->descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void cancel_read(struct haul_task *task)
{
    struct haul_stream *stream = haul__task_waited(task);
    stream->reader = NULL;
    watch_what_is_wanted(stream);
    haul__task_wake(task, HAUL_E_CANCELLED, nothing());
}

static const struct haul__ready_kind read_kind = {.cancel = cancel_read};

struct haul_await haul_stream_read(struct haul_task *task, struct haul_stream *stream, void *buffer, size_t size)
{
    assert(size > 0 && !stream->reader && "one task reads a stream, at least a byte");
    if (haul__may_try(&stream->unwaited_reads)) {
        ssize_t got = receive(stream->descriptor, buffer, size);
        if (got >= 0)
            return haul__task_answer(task, 0, (union haul_value){.integer = got});
        if (got != -EAGAIN)
            return haul__task_answer(task, (int)got, nothing());
        stream->unwaited_reads = 0;
    }
    stream->reader = task;
    stream->room = buffer;
    stream->room_size = size;
    watch_what_is_wanted(stream);
    return haul__task_park(task, &read_kind, stream);
}

static void cancel_write(struct haul_task *task)
{
    struct haul_stream *stream = haul__task_waited(task);
    stream->writer = NULL;
    watch_what_is_wanted(stream);
    haul__task_wake(task, HAUL_E_CANCELLED, nothing());
}

static const struct haul__ready_kind write_kind = {.cancel = cancel_write};

struct haul_await haul_stream_write(struct haul_task *task, struct haul_stream *stream, const void *bytes, size_t size)
{
    assert(!stream->writer && "one task writes to a stream");
    stream->bytes = bytes;
    stream->size = size;
    if (size == 0)
        return haul__task_answer(task, 0, nothing());
    if (haul__may_try(&stream->unwaited_writes)) {
        ssize_t sent = transmit(stream->descriptor, bytes, size);
        if (sent < 0 && sent != -EAGAIN)
            return haul__task_answer(task, (int)sent, nothing());
        if (sent > 0) {
            stream->bytes += sent;
            stream->size -= (size_t)sent;
        }
        if (stream->size == 0)
            return haul__task_answer(task, 0, nothing());
        stream->unwaited_writes = 0;
    }
    stream->writer = task;
    watch_what_is_wanted(stream);
    return haul__task_park(task, &write_kind, stream);
}

int haul_stream_shut_write(struct haul_stream *stream)
{
    return shutdown(stream->descriptor, SHUT_WR) < 0 ? -errno : 0;
}
