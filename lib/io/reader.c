/* Reading from a stream. A wish is served from what has come already, then from the system. Bytes for a wish that they
 * do not fulfil yet are collected in the stream and not in the caller's room, so that a cancel leaves them to the next
 * read; and there is room for them before they are received, so that none is lost for want of memory. */
#include "io/stream.h"

#include <errno.h>
#include <haul/error.h>
#include <string.h>
#include <unistd.h>

/* So much is received at a time where nobody says how much there will be. */
enum { CHUNK = 4096 };

/* The number of bytes, 0 at the end, or a negative errno. */
static ssize_t receive(const struct haul_stream *stream, void *room, size_t size)
{
    ssize_t got;
    do
        got = read(stream->descriptor, room, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* Gives the next SIZE bytes that have come into the wish's room. */
static int give_in_room(struct haul_stream *stream, size_t size, union haul_value *ret_value)
{
    if (size > 0)
        memcpy(stream->wish.room, haul__incoming_take(&stream->incoming, size), size);
    *ret_value = (union haul_value){.integer = (int64_t)size};
    return 0;
}

/* Gives the next SIZE bytes that have come where they are. */
static int give_chunk(struct haul_stream *stream, size_t size, union haul_value *ret_value)
{
    const void *bytes = haul__incoming_take(&stream->incoming, size);
    stream->chunk = (struct haul_chunk){bytes, size};
    *ret_value = (union haul_value){.pointer = &stream->chunk};
    return 0;
}

static int search(struct haul_stream *stream, union haul_value *ret_value)
{
    size_t before;
    bool found = haul__incoming_find(&stream->incoming, stream->wish.separator, stream->wish.size, &before);
    if (before > stream->limit) {
        stream->chunk = (struct haul_chunk){(char *)stream->incoming.bytes + stream->incoming.begin, before};
        *ret_value = (union haul_value){.pointer = &stream->chunk};
        return HAUL_E_LIMIT;
    }
    return found ? give_chunk(stream, before + stream->wish.size, ret_value) : HAUL__PENDING;
}

/* Serves the wish from what has come. HAUL__PENDING: that is not enough. */
static int serve(struct haul_stream *stream, union haul_value *ret_value)
{
    size_t size = haul__incoming_size(&stream->incoming);
    switch (stream->wish.kind) {
    case HAUL__WISH_SOME:
        return size == 0 ? HAUL__PENDING : give_in_room(stream, least(size, stream->wish.size), ret_value);
    case HAUL__WISH_EXACTLY:
        return size < stream->wish.size ? HAUL__PENDING : give_in_room(stream, stream->wish.size, ret_value);
    default:
        return search(stream, ret_value);
    }
}

/* The end came before the wish was fulfilled: it gets what there is. */
static int end(struct haul_stream *stream, union haul_value *ret_value)
{
    size_t size = haul__incoming_size(&stream->incoming);
    if (stream->wish.kind == HAUL__WISH_UNTIL)
        give_chunk(stream, size, ret_value);
    else
        give_in_room(stream, size, ret_value);
    return stream->wish.kind == HAUL__WISH_SOME ? 0 : HAUL_E_DRAINED;
}

/* Makes room for what the wish lacks: for an unknown number of bytes as much again as there are, within the limit. */
static int make_room(struct haul_stream *stream)
{
    size_t size = haul__incoming_size(&stream->incoming);
    size_t wanted = stream->wish.size;
    size_t within = stream->limit > SIZE_MAX - wanted ? SIZE_MAX : stream->limit + wanted;
    if (stream->wish.kind == HAUL__WISH_UNTIL)
        wanted = least(size < CHUNK / 2 ? CHUNK : size * 2, within);
    return haul__incoming_reserve(&stream->incoming, wanted);
}

/* Receives once: bytes that come as fast as they are taken cannot hold up the loop. */
static ssize_t receive_once(struct haul_stream *stream)
{
    size_t room_size;
    int code = make_room(stream);
    if (code < 0)
        return code;
    unsigned char *room = haul__incoming_room(&stream->incoming, &room_size);
    ssize_t got = receive(stream, room, room_size);
    if (got > 0)
        haul__incoming_add(&stream->incoming, (size_t)got);
    return got;
}

/* Fulfils the wish. HAUL__PENDING: more has to come first. */
static int try_to_read(struct haul_stream *stream, union haul_value *ret_value)
{
    int code = serve(stream, ret_value);
    if (code != HAUL__PENDING)
        return code;
    bool directly = stream->wish.kind == HAUL__WISH_SOME;
    ssize_t got = directly ? receive(stream, stream->wish.room, stream->wish.size) : receive_once(stream);
    if (got == -EAGAIN)
        return HAUL__PENDING;
    if (got < 0)
        return (int)got;
    if (got == 0)
        return end(stream, ret_value);
    if (!directly)
        return serve(stream, ret_value);
    *ret_value = (union haul_value){.integer = got};
    return 0;
}

static void go_on_reading(struct haul_stream *stream)
{
    union haul_value value = {0};
    int code = try_to_read(stream, &value);
    if (code == HAUL__PENDING)
        return;
    struct haul_task *reader = stream->reader;
    stream->reader = NULL;
    haul__task_wake(reader, code, value);
}

static void cancel_read(struct haul_task *task)
{
    struct haul_stream *stream = haul__task_waited(task);
    stream->reader = NULL;
    haul__stream_watch(stream);
    haul__task_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

static const struct haul__ready_kind read_kind = {.cancel = cancel_read};

static struct haul_await read_wish(struct haul_task *task, struct haul_stream *stream, struct haul__wish wish)
{
    assert(!stream->reader && "one task reads a stream");
    union haul_value value = {0};
    bool at_once = haul__may_try(&stream->unwaited_reads);
    stream->wish = wish;
    haul__incoming_search_anew(&stream->incoming);
    int code = at_once ? try_to_read(stream, &value) : serve(stream, &value);
    if (code != HAUL__PENDING && at_once)
        return haul__task_answer(task, code, value);
    struct haul_await await = haul__task_park(task, &read_kind, stream);
    if (code != HAUL__PENDING) {
        haul__task_wake(task, code, value);
        return await;
    }
    stream->unwaited_reads = 0;
    stream->reader = task;
    stream->go_on_reading = go_on_reading;
    haul__stream_watch(stream);
    return await;
}

struct haul_await haul_stream_read(struct haul_task *task, struct haul_stream *stream, void *buffer, size_t size)
{
    assert(size > 0 && "at least a byte is read");
    return read_wish(task, stream, (struct haul__wish){.kind = HAUL__WISH_SOME, .room = buffer, .size = size});
}

struct haul_await haul_stream_read_exactly(struct haul_task *task, struct haul_stream *stream, void *buffer,
                                           size_t size)
{
    return read_wish(task, stream, (struct haul__wish){.kind = HAUL__WISH_EXACTLY, .room = buffer, .size = size});
}

struct haul_await haul_stream_read_until(struct haul_task *task, struct haul_stream *stream, const void *separator,
                                         size_t size)
{
    assert(size > 0 && "a separator has a byte at least");
    return read_wish(task, stream, (struct haul__wish){.kind = HAUL__WISH_UNTIL, .separator = separator, .size = size});
}

struct haul_await haul_stream_read_line(struct haul_task *task, struct haul_stream *stream)
{
    return haul_stream_read_until(task, stream, "\n", 1);
}

void haul_stream_set_limit(struct haul_stream *stream, size_t limit)
{
    stream->limit = limit;
}
