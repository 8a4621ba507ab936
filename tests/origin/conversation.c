#include "conversation.h"

#include "behaviours.h"

#include <haul/loop.h>
#include <haul/stream.h>
#include <haul/task.h>

/* Makes up the answer to what has been received, and counts it. False: more has to come first. */
static bool take_request(struct converse *self, int64_t now)
{
    struct connection *connection = self->connection;
    struct request request;
    enum request_state state =
        request_parse((struct slice){connection->received.at, connection->received.size}, &request);
    if (state == REQUEST_INCOMPLETE)
        return false;
    answer_clear(&connection->answer);
    self->request_size = connection->received.size;
    if (state == REQUEST_BAD) {
        behaviours_refuse(&connection->answer);
        return true;
    }
    struct circumstances circumstances = {.counters = connection->counters, .workers = connection->workers, .now = now};
    if (behaviours_is_statistics(&request)) {
        connection_uncount(connection);
    } else {
        circumstances.count = counters_request_begun(connection->counters, request.path);
        self->in_flight = true;
    }
    self->request_size = request.size;
    behaviours_answer(&request, &circumstances, &connection->answer);
    return true;
}

static void end_request(struct converse *self)
{
    if (self->in_flight)
        counters_request_ended(self->connection->counters);
    self->in_flight = false;
}

struct haul_step converse(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(converse);
    for (;;) {
        while (!take_request(self, haul_loop_now(haul_task_loop(task)))) {
            self->child.receive = HAUL_FRAME(receive, .connection = self->connection);
            HAUL_AWAIT(haul_call(task, &self->child.receive.coroutine));
        }
        self->child.send = HAUL_FRAME(send_answer, .connection = self->connection);
        HAUL_AWAIT(haul_call(task, &self->child.send.coroutine));
        end_request(self);
        bytes_drop(&self->connection->received, self->request_size);
        if (self->connection->answer.ending != ENDING_KEEP)
            break;
    }
    if (self->connection->answer.ending == ENDING_RESET)
        haul_stream_reset(self->connection->stream);
    HAUL_FINALLY;
    end_request(self);
    HAUL_END;
}
