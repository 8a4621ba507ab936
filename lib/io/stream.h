/* The inside of a stream, which its reader, its writer and whoever connects it share. */
#ifndef IO_STREAM_H
#define IO_STREAM_H

#include "core/task.h"
#include "io/incoming.h"

#include <haul/stream.h>

#include <stdbool.h>
#include <sys/types.h>

/* How often in a row a call on the same object may succeed without waiting. The next one then waits although it need
 * not: a task that is always served at once would otherwise never leave its step, and nobody else would run. */
enum { HAUL__CALLS_A_TURN = 16 };

/* Counts a call against UNWAITED, the calls in a row that did not wait: whether it may try at once. */
static inline bool haul__may_try(unsigned *unwaited)
{
    if (++*unwaited <= HAUL__CALLS_A_TURN)
        return true;
    *unwaited = 0;
    return false;
}

/* What the task that reads wants. */
struct haul__wish {
    enum haul__wish_kind { HAUL__WISH_SOME, HAUL__WISH_EXACTLY, HAUL__WISH_UNTIL } kind;
    unsigned char *room;   /* where its bytes go, but for UNTIL */
    const void *separator; /* for UNTIL */
    size_t size;           /* of the room or of the separator */
};

struct haul_stream {
    struct haul__watch *watch;
    struct haul_task *reader;                          /* waits for its wish, or NULL */
    void (*go_on_reading)(struct haul_stream *stream); /* while it waits: there is something to read */
    struct haul__wish wish;
    struct haul__incoming incoming;
    struct haul_chunk chunk; /* what haul_stream_read_until gave last */
    size_t limit;
    struct haul_task *writer;   /* waits in haul_stream_write or for the connection, or NULL */
    const unsigned char *bytes; /* what it has still to send */
    size_t size;
    size_t sent; /* of them, so far */
    int descriptor;
    bool is_socket;
    bool is_connecting; /* the writer waits for the connection */
    unsigned unwaited_reads;
    unsigned unwaited_writes;
};

/* haul_stream_create for a socket that is non-blocking already. */
int haul__stream_create_for_socket(struct haul_loop *loop, int descriptor, struct haul_stream **ret_stream);

/* Has the watch wait for what the tasks wait for. */
void haul__stream_watch(struct haul_stream *stream);

/* Waits for the connection that has begun, and gives the stream; destroys it where there comes none. */
struct haul_await haul__stream_wait_connected(struct haul_task *task, struct haul_stream *stream);

#endif
