#include "server.h"

#include "conversation.h"

#include <haul/stream.h>
#include <utlist.h>

/* One connection, from its being accepted to its end. */
struct attend {
    struct haul_coroutine coroutine;
    struct serve *server;
    struct connection *connection;
    struct converse converse;
    int code;
};

static void remove_connection(struct serve *server, struct connection *connection)
{
    DL_DELETE(server->connections, connection);
    connection_destroy(connection);
}

/* Never ends with an error: that would end the other connections too. */
static struct haul_step attend(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(attend);
    self->converse = HAUL_FRAME(converse, .connection = self->connection);
    HAUL_AWAIT_CODE(self->code, haul_call(task, &self->converse.coroutine));
    HAUL_FINALLY;
    remove_connection(self->server, self->connection);
    HAUL_END;
}

static int begin_to_attend(struct serve *server, struct haul_stream *stream)
{
    struct connection *connection = connection_create(stream, &server->counters, &server->workers);
    DL_APPEND(server->connections, connection);
    int code = haul_group_spawn(&server->group, HAUL_CALL(attend, .server = server, .connection = connection), NULL);
    if (code != 0)
        remove_connection(server, connection);
    return code;
}

struct haul_step serve(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(serve);
    haul_group_init(task, &self->group);
    for (;;) {
        HAUL_AWAIT(haul_listener_accept(task, self->listener));
        self->code = begin_to_attend(self, haul_awaited(task).pointer);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    }
    HAUL_FINALLY;
    haul_group_cancel(&self->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    /* Tasks that were cancelled before they began have not seen their connections. */
    while (self->connections)
        remove_connection(self, self->connections);
    counters_finish(&self->counters);
    workers_finish(&self->workers);
    HAUL_END;
}
