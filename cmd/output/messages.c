#include "output/messages.h"

#include "message.h"

#include <unistd.h>

static void take(void *data, const char *bytes, size_t size)
{
    struct messages *messages = data;
    if (writer_write(messages->writer, bytes, size) == 0)
        writer_flush(messages->writer);
}

int messages_begin(struct messages *messages, struct haul_loop *loop)
{
    int code = writer_create(loop, STDERR_FILENO, &messages->writer);
    if (code == 0)
        message_set_sink(take, messages);
    return code;
}

void messages_end(struct messages *messages)
{
    if (!messages->writer)
        return;
    message_set_sink(NULL, NULL);
    writer_write_rest(messages->writer);
    writer_destroy(messages->writer);
    messages->writer = NULL;
}

struct haul_step messages_run(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(messages_run);
    self->run = HAUL_FRAME(writer_run, .writer = self->messages->writer);
    HAUL_AWAIT_CODE(self->code, haul_call(task, &self->run.coroutine));
    HAUL_FINALLY;
    HAUL_END;
}
