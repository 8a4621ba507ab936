/* A stream's calls try the system call first, and wait for the descriptor only where it gives EAGAIN. The watch's
 * function then does the call, so that a task that goes on has its bytes: what was read is never dropped between the
 * event and the task, and a cancel comes either before the call or after it. Reading is in reader.c. */
#include "io/stream.h"

#include "base/memory.h"
#include "io/address.h"

#include <errno.h>
#include <fcntl.h>
#include <haul/error.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static union haul_value count(size_t bytes)
{
    return (union haul_value){.integer = (int64_t)bytes};
}

void haul__stream_watch(struct haul_stream *stream)
{
    haul__watch_set(stream->watch, (stream->reader ? HAUL__READABLE : 0) | (stream->writer ? HAUL__WRITABLE : 0));
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

static struct haul_task *let_writer_go(struct haul_stream *stream)
{
    struct haul_task *writer = stream->writer;
    stream->writer = NULL;
    return writer;
}

/* Sends as much as the system takes at once. True: that was all, or it failed with RET_CODE. */
static bool send_some(struct haul_stream *stream, int *ret_code)
{
    ssize_t sent = transmit(stream, stream->bytes + stream->sent, stream->size - stream->sent);
    *ret_code = 0;
    if (sent > 0)
        stream->sent += (size_t)sent;
    else if (sent < 0 && sent != -EAGAIN)
        *ret_code = (int)sent;
    return *ret_code < 0 || stream->sent == stream->size;
}

/* Sends once: what is left over then does not fit, and a side that takes bytes as fast as they come cannot hold up the
 * loop. */
static void go_on_writing(struct haul_stream *stream)
{
    int code;
    if (send_some(stream, &code))
        haul__task_wake(let_writer_go(stream), code, count(stream->sent));
}

static void end_connecting(struct haul_stream *stream)
{
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(stream->descriptor, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
        error = errno;
    struct haul_task *task = let_writer_go(stream);
    stream->is_connecting = false;
    haul__stream_watch(stream);
    if (error == 0) {
        haul__task_wake(task, 0, (union haul_value){.pointer = stream});
    } else {
        haul_stream_destroy(stream);
        haul__task_wake(task, -error, (union haul_value){.pointer = NULL});
    }
}

static void on_event(struct haul__watch *watch, int events, void *data)
{
    (void)watch;
    struct haul_stream *stream = data;
    if (stream->is_connecting) {
        end_connecting(stream);
        return;
    }
    if ((events & HAUL__READABLE) && stream->reader)
        stream->go_on_reading(stream);
    if ((events & HAUL__WRITABLE) && stream->writer)
        go_on_writing(stream);
    haul__stream_watch(stream);
}

static int make_stream(struct haul_loop *loop, int descriptor, bool is_socket, struct haul_stream **ret_stream)
{
    struct haul_stream *stream = haul__allocate_zeroed(sizeof(*stream));
    if (!stream)
        return -ENOMEM;
    stream->descriptor = descriptor;
    stream->is_socket = is_socket;
    stream->limit = HAUL_STREAM_LIMIT;
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
    haul__incoming_finish(&stream->incoming);
    haul__free(stream);
}

void haul_stream_reset(struct haul_stream *stream)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(stream->descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void cancel_connect(struct haul_task *task)
{
    struct haul_stream *stream = haul__task_waited(task);
    stream->writer = NULL;
    haul_stream_destroy(stream);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){.pointer = NULL});
}

static const struct haul__ready_kind connect_kind = {.cancel = cancel_connect};

struct haul_await haul__stream_wait_connected(struct haul_task *task, struct haul_stream *stream)
{
    stream->writer = task;
    stream->is_connecting = true;
    haul__stream_watch(stream);
    return haul__task_park(task, &connect_kind, stream);
}

static void cancel_write(struct haul_task *task)
{
    struct haul_stream *stream = haul__task_waited(task);
    stream->writer = NULL;
    haul__stream_watch(stream);
    haul__task_wake(task, HAUL_E_CANCELLED, count(stream->sent));
}

static const struct haul__ready_kind write_kind = {.cancel = cancel_write};

struct haul_await haul_stream_write(struct haul_task *task, struct haul_stream *stream, const void *bytes, size_t size)
{
    assert(!stream->writer && "one task writes to a stream");
    stream->bytes = bytes;
    stream->size = size;
    stream->sent = 0;
    if (size == 0)
        return haul__task_answer(task, 0, count(0));
    if (haul__may_try(&stream->unwaited_writes)) {
        int code;
        if (send_some(stream, &code))
            return haul__task_answer(task, code, count(stream->sent));
        stream->unwaited_writes = 0;
    }
    stream->writer = task;
    haul__stream_watch(stream);
    return haul__task_park(task, &write_kind, stream);
}

int haul_stream_shut_write(struct haul_stream *stream)
{
    return shutdown(stream->descriptor, SHUT_WR) < 0 ? -errno : 0;
}

int haul_stream_peer(const struct haul_stream *stream, char *buffer, size_t size)
{
    struct haul__address address = {.size = sizeof(address.as)};
    if (getpeername(stream->descriptor, &address.as.any, &address.size) < 0)
        return -errno;
    return haul__address_write(&address, buffer, size);
}
