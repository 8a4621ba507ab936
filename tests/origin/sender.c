#include "sender.h"

#include <haul/stream.h>
#include <stdio.h>
#include <string.h>

/* A body up to this size goes out together with the head. */
#define JOINED_BODY_MAX 4096

/* The next piece of the body, at most. */
static struct slice next_piece(const struct answer *answer, uint64_t sent)
{
    size_t offset = sent % answer->body.size;
    uint64_t size = answer->body.size - offset;
    if (size > answer->size - sent)
        size = answer->size - sent;
    if (answer->piece > 0 && size > answer->piece)
        size = answer->piece;
    return (struct slice){answer->body.at + offset, size};
}

/* Moves a small body to the head, where it may be sent at once. */
static void join_body(struct answer *answer)
{
    if (answer->chunked || answer->piece > 0 || answer->size > JOINED_BODY_MAX)
        return;
    for (uint64_t sent = 0; sent < answer->size;) {
        struct slice piece = next_piece(answer, sent);
        bytes_append(&answer->head, piece.at, piece.size);
        sent += piece.size;
    }
    answer->size = 0;
}

static struct slice frame_chunk(struct bytes *chunk, struct slice piece)
{
    char size[24];
    int length = snprintf(size, sizeof(size), "%zx\r\n", piece.size);
    chunk->size = 0;
    bytes_append(chunk, size, (size_t)length);
    bytes_append(chunk, piece.at, piece.size);
    bytes_append_text(chunk, "\r\n");
    return (struct slice){chunk->at, chunk->size};
}

struct haul_step send_answer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    struct connection *connection = ((struct send_answer *)(void *)coroutine)->connection;
    struct answer *answer = &connection->answer;
    struct slice piece = {0};
    HAUL_BEGIN(send_answer);
    if (answer->delay > 0) {
        self->hold = HAUL_FRAME(hold, .connection = connection, .duration = answer->delay);
        HAUL_AWAIT(haul_call(task, &self->hold.coroutine));
    }
    join_body(answer);
    HAUL_AWAIT(haul_stream_write(task, connection->stream, answer->head.at, answer->head.size));
    while (self->sent < answer->size) {
        if (self->sent > 0 && answer->pause > 0) {
            self->hold = HAUL_FRAME(hold, .connection = connection, .duration = answer->pause);
            HAUL_AWAIT(haul_call(task, &self->hold.coroutine));
        }
        piece = next_piece(answer, self->sent);
        self->sent += piece.size;
        if (answer->chunked)
            piece = frame_chunk(&connection->chunk, piece);
        HAUL_AWAIT(haul_stream_write(task, connection->stream, piece.at, piece.size));
    }
    if (answer->chunked) {
        const char *last = answer->trailer ? "0\r\nX-Trailer: 1\r\n\r\n" : "0\r\n\r\n";
        HAUL_AWAIT(haul_stream_write(task, connection->stream, last, strlen(last)));
    }
    if (answer->ending == ENDING_HANG) {
        self->hold = HAUL_FRAME(hold, .connection = connection, .duration = HAUL_NEVER);
        HAUL_AWAIT(haul_call(task, &self->hold.coroutine));
    }
    HAUL_FINALLY;
    HAUL_END;
}
