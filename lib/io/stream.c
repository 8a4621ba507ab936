/* A stream's calls try the system call first, and wait for the descriptor only where it gives EAGAIN. The watch's
 * function then does the call, so that a task that goes on has its bytes: what was read is never dropped between the
 * event and the task, and a cancel comes either before the call or after it. */
#include "io/stream.h"

#include "base/memory.h"
#include "core/task.h"

#include <errno.h>
#include <fcntl.h>
#include <haul/error.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
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
    bool is_socket;
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
static ssize_t receive(const struct haul_stream *stream, void *room, size_t size)
{
    ssize_t got;
    do
        got = read(stream->descriptor, room, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

/* Writes to what is no socket, where nothing says MSG_NOSIGNAL: the SIGPIPE of a pipe that nobody reads, which is
 * this thread's own, is held back and taken away, unless one was held back before. */
static ssize_t write_without_signal(int descriptor, const void *bytes, size_t size)
{
    const struct timespec at_once = {0};
    sigset_t sigpipe, before, pending;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    sigemptyset(&pending);
    pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
    if (sigismember(&before, SIGPIPE))
        sigpending(&pending);
    ssize_t sent = write(descriptor, bytes, size);
    int error = errno;
    if (sent < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&sigpipe, NULL, &at_once) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return sent;
}

static ssize_t transmit(const struct haul_stream *stream, const void *bytes, size_t size)
{
    ssize_t sent;
    do
        sent = stream->is_socket ? send(stream->descriptor, bytes, size, MSG_NOSIGNAL)
                                 : write_without_signal(stream->descriptor, bytes, size);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

static void go_on_reading(struct haul_stream *stream)
{
    ssize_t got = receive(stream, stream->room, stream->room_size);
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
    ssize_t sent = transmit(stream, stream->bytes, stream->size);
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

static int make_stream(struct haul_loop *loop, int descriptor, bool is_socket, struct haul_stream **ret_stream)
{
    struct haul_stream *stream = haul__allocate_zeroed(sizeof(*stream));
    if (!stream)
        return -ENOMEM;
    stream->descriptor = descriptor;
    stream->is_socket = is_socket;
    int code = haul__watch_create(loop->poll, descriptor, on_event, stream, &stream->watch);
    if (code < 0) {
        haul__free(stream);
        return code;
    }
    *ret_stream = stream;
    return 0;
}

int haul__stream_create_for_socket(struct haul_loop *loop, int descriptor, struct haul_stream **ret_stream)
{
    return make_stream(loop, descriptor, true, ret_stream);
}

int haul_stream_create(struct haul_loop *loop, int descriptor, struct haul_stream **ret_stream)
{
    struct haul_stream *stream;
    struct stat status;
    if (fstat(descriptor, &status) < 0)
        return -errno;
    int code = make_stream(loop, descriptor, S_ISSOCK(status.st_mode), &stream);
    if (code < 0)
        return code;
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) {
        code = -errno;
        haul__watch_destroy(stream->watch);
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
    struct haul_stream *stream = task->waited;
    stream->reader = NULL;
    watch_what_is_wanted(stream);
    haul__task_wake(task, HAUL_E_CANCELLED, nothing());
}

struct haul_await haul_stream_read(struct haul_task *task, struct haul_stream *stream, void *buffer, size_t size)
{
    assert(size > 0 && !stream->reader && "one task reads a stream, at least a byte");
    if (haul__may_try(&stream->unwaited_reads)) {
        ssize_t got = receive(stream, buffer, size);
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
    return haul__task_park(task, cancel_read, stream);
}

static void cancel_write(struct haul_task *task)
{
    struct haul_stream *stream = task->waited;
    stream->writer = NULL;
    watch_what_is_wanted(stream);
    haul__task_wake(task, HAUL_E_CANCELLED, nothing());
}

struct haul_await haul_stream_write(struct haul_task *task, struct haul_stream *stream, const void *bytes, size_t size)
{
    assert(!stream->writer && "one task writes to a stream");
    stream->bytes = bytes;
    stream->size = size;
    if (size == 0)
        return haul__task_answer(task, 0, nothing());
    if (haul__may_try(&stream->unwaited_writes)) {
        ssize_t sent = transmit(stream, bytes, size);
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
    return haul__task_park(task, cancel_write, stream);
}

int haul_stream_shut_write(struct haul_stream *stream)
{
    return shutdown(stream->descriptor, SHUT_WR) < 0 ? -errno : 0;
}
