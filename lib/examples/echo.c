/* A server that sends back each line that it gets, and a client that sends it some, over TCP on the loopback. */
#include "examples/example.h"

#include <string.h>

/* Serves one connection after the other until it is cancelled. */
struct server {
    struct haul_coroutine coroutine;
    struct haul_listener *listener;
    struct haul_stream *stream;
    int code;
};

static struct haul_step server(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(server);
    for (;;) {
        HAUL_AWAIT(haul_listener_accept(task, self->listener));
        self->stream = haul_awaited(task).pointer;
        for (;;) {
            HAUL_AWAIT_CODE(self->code, haul_stream_read_line(task, self->stream));
            if (self->code == HAUL_E_DRAINED)
                break;
            if (self->code != 0)
                HAUL_FAIL(self->code);
            /* The line lies in the stream until the next read, so it need not be copied. */
            const struct haul_chunk *line = haul_awaited(task).pointer;
            HAUL_AWAIT(haul_stream_write(task, self->stream, line->bytes, line->size));
        }
        haul_stream_destroy(self->stream);
        self->stream = NULL;
    }
    HAUL_FINALLY;
    haul_stream_destroy(self->stream);
    HAUL_END;
}

/* Sends lines and shows what comes back; then stops the server. */
struct client {
    struct haul_coroutine coroutine;
    struct haul_listener *listener;
    FILE *out;
    struct haul_group group;
    struct haul_stream *stream;
    int i;
    int code;
};

static struct haul_step client(struct haul_task *task, struct haul_coroutine *coroutine)
{
    static const char *const lines[] = {"Hello\n", "World\n"};
    HAUL_BEGIN(client);
    haul_group_init(task, &self->group);
    self->code = haul_group_spawn(&self->group, HAUL_CALL(server, .listener = self->listener), NULL);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_AWAIT(haul_stream_connect(task, "127.0.0.1", haul_listener_port(self->listener)));
    self->stream = haul_awaited(task).pointer;
    for (self->i = 0; self->i < 2; self->i++) {
        fprintf(self->out, "sent %s", lines[self->i]);
        HAUL_AWAIT(haul_stream_write(task, self->stream, lines[self->i], strlen(lines[self->i])));
        HAUL_AWAIT(haul_stream_read_line(task, self->stream));
        const struct haul_chunk *line = haul_awaited(task).pointer;
        fprintf(self->out, "got %.*s", (int)line->size, line->bytes);
    }
    HAUL_FINALLY;
    haul_stream_destroy(self->stream);
    haul_group_cancel(&self->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    HAUL_END;
}

int example_echo(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_listener *listener;
    struct haul_outcome outcome;
    if (haul_listener_create(loop, "127.0.0.1", 0, 1, &listener) != 0)
        return 1;
    int code = haul_run_task(loop, HAUL_CALL(client, .listener = listener, .out = out), &outcome);
    haul_listener_destroy(listener);
    return code != 0 || outcome.code != 0;
}
