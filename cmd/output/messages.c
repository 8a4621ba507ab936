#include "output/messages.h"

#include "message.h"
#include "output/terminal.h"

#include <sys/stat.h>
#include <unistd.h>

/* On a terminal a message has a line to itself, also behind a body that does not end with one. */
static void take(void *data, const char *bytes, size_t size)
{
    struct messages *messages = data;
    int code = 0;
    if (writer_is_terminal(messages->writer) && writer_is_amid_line(messages->writer))
        code = writer_write(messages->writer, "\n", 1);
    if (code == 0)
        code = writer_write(messages->writer, bytes, size);
    if (code == 0)
        writer_flush(messages->writer);
}

static bool is_same_file(int one, int other)
{
    struct stat first;
    struct stat second;
    if (terminal_is_shared(one, other))
        return true;
    return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

int messages_begin(struct messages *messages, struct haul_loop *loop, struct writer *output)
{
    messages->is_owned = !is_same_file(STDERR_FILENO, STDOUT_FILENO);
    if (messages->is_owned) {
        int code = writer_create(loop, STDERR_FILENO, &messages->writer);
        if (code != 0)
            return code;
    } else {
        messages->writer = output;
    }
    message_set_sink(take, messages);
    return 0;
}

void messages_end(struct messages *messages, bool is_patient)
{
    if (!messages->writer)
        return;
    message_set_sink(NULL, NULL);
    if (is_patient)
        writer_write_rest(messages->writer);
    else
        writer_flush(messages->writer);
    if (messages->is_owned)
        writer_destroy(messages->writer);
    messages->writer = NULL;
}

struct haul_step messages_run(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(messages_run);
    if (self->messages->is_owned) {
        self->run = HAUL_FRAME(writer_run, .writer = self->messages->writer);
        HAUL_AWAIT_CODE(self->code, haul_call(task, &self->run.coroutine));
    }
    HAUL_FINALLY;
    HAUL_END;
}
