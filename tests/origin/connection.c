#include "connection.h"

#include "request.h"

#include <haul/error.h>
#include <haul/loop.h>
#include <haul/stream.h>
#include <haul/task.h>
#include <stdlib.h>

/* At least so much room for what comes. */
#define ROOM 1024

struct connection *connection_create(struct haul_stream *stream, struct counters *counters, struct workers *workers)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    if (!connection)
        out_of_memory();
    connection->stream = stream;
    connection->counters = counters;
    connection->workers = workers;
    connection->counted = true;
    counters_connection_opened(counters);
    return connection;
}

void connection_destroy(struct connection *connection)
{
    if (connection->counted)
        counters_connection_closed(connection->counters);
    haul_stream_destroy(connection->stream);
    bytes_finish(&connection->received);
    bytes_finish(&connection->chunk);
    answer_finish(&connection->answer);
    free(connection);
}

void connection_uncount(struct connection *connection)
{
    if (connection->counted)
        counters_connection_uncounted(connection->counters);
    connection->counted = false;
}

struct haul_step receive(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(receive);
    if (self->connection->received.size > 2 * REQUEST_SIZE_MAX)
        HAUL_FAIL(HAUL_E_LIMIT);
    bytes_reserve(&self->connection->received, ROOM);
    HAUL_AWAIT(haul_stream_read(task, self->connection->stream,
                                self->connection->received.at + self->connection->received.size,
                                self->connection->received.capacity - self->connection->received.size));
    if (haul_awaited(task).integer == 0)
        HAUL_FAIL(HAUL_E_DRAINED);
    self->connection->received.size += (size_t)haul_awaited(task).integer;
    HAUL_FINALLY;
    HAUL_END;
}

struct haul_step hold(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(hold);
    /* From now on: the loop's time may be that of before the request was sent. */
    self->code = haul_timeout_enter(task, &self->timeout,
                                    haul_deadline(haul_loop_update_now(haul_task_loop(task)), self->duration));
    while (self->code == 0) {
        self->receive = HAUL_FRAME(receive, .connection = self->connection);
        HAUL_AWAIT_CODE(self->code, haul_call(task, &self->receive.coroutine));
    }
    self->code = haul_timeout_leave(task, &self->timeout, self->code);
    if (self->code != HAUL_E_TIMEOUT)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}
