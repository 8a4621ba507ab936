/* The program's pipes are each served by a task of their own, since one that waits for any of them while the program
 * waits for another would wait for ever. What is collected is the process's until all is there. */
#include "base/memory.h"
#include "io/process.h"

#include <errno.h>
#include <haul/error.h>
#include <haul/stream.h>
#include <unistd.h>

/* Sends the input. */
struct feed {
    struct haul_coroutine coroutine;
    struct haul__communicate *communicate;
    int code;
};

static struct haul_step feed(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(feed);
    HAUL_AWAIT_CODE(self->code, haul_stream_write(task, haul_process_stdin(self->communicate->process),
                                                  self->communicate->input, self->communicate->size));
    /* It has ended, or wants no more. */
    if (self->code != 0 && self->code != -EPIPE && self->code != -ECONNRESET)
        HAUL_FAIL(self->code);
    haul_process_close_stdin(self->communicate->process);
    HAUL_FINALLY;
    HAUL_END;
}

/* Reads one of its outputs to the end. */
struct drain {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    struct haul__buffer *buffer;
    size_t limit;
    int code;
    unsigned char chunk[16 * 1024];
};

static struct haul_step drain(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(drain);
    do {
        if (self->buffer->size > self->limit)
            HAUL_FAIL(HAUL_E_LIMIT);
        HAUL_AWAIT(haul_stream_read(task, self->stream, self->chunk, sizeof(self->chunk)));
        self->code = haul__buffer_append(self->buffer, self->chunk, (size_t)haul_awaited(task).integer);
        if (self->code != 0)
            HAUL_FAIL(self->code);
    } while (haul_awaited(task).integer > 0);
    HAUL_FINALLY;
    HAUL_END;
}

static int begin_drain(struct haul__communicate *communicate, int i)
{
    struct haul_process *process = communicate->process;
    if (!process->streams[i])
        return 0;
    return haul_group_spawn(
        &communicate->group,
        HAUL_CALL(drain, .stream = process->streams[i], .buffer = &process->collected[i], .limit = communicate->limit),
        NULL);
}

static int begin_all(struct haul__communicate *communicate)
{
    int code = 0;
    if (haul_process_stdin(communicate->process))
        code = haul_group_spawn(&communicate->group, HAUL_CALL(feed, .communicate = communicate), NULL);
    if (code == 0)
        code = begin_drain(communicate, STDOUT_FILENO);
    if (code == 0)
        code = begin_drain(communicate, STDERR_FILENO);
    return code;
}

/* Gives what was collected away. */
static void hand_over(struct haul_process *process, struct haul_process_output *ret_output)
{
    struct haul__buffer *output = &process->collected[STDOUT_FILENO];
    struct haul__buffer *error = &process->collected[STDERR_FILENO];
    *ret_output = (struct haul_process_output){
        .output = (char *)output->bytes,
        .output_size = output->size,
        .error = (char *)error->bytes,
        .error_size = error->size,
        .status = process->status,
    };
    haul__buffer_init(output);
    haul__buffer_init(error);
}

/* Takes the errors of the pipes' tasks, which are not the program's: it has the first as the code of the await. */
static void take_errors(struct haul_error_group *errors)
{
    struct haul_task *failed = NULL;
    while ((failed = haul_error_group_next(errors, failed)))
        (void)haul_future_code(haul_task_future(failed));
    haul_error_group_finish(errors);
}

struct haul_step haul__communicate(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(haul__communicate);
    self->process->is_communicating = true;
    haul_group_init(task, &self->group);
    haul_group_collect(&self->group, &self->errors);
    self->code = begin_all(self);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_AWAIT(haul_group_wait(task, &self->group));
    HAUL_AWAIT(haul_process_wait(task, self->process));
    hand_over(self->process, self->ret_output);
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    take_errors(&self->errors);
    self->process->is_communicating = false;
    HAUL_END;
}

struct haul_await haul_process_communicate(struct haul_task *task, struct haul_process *process, const void *input,
                                           size_t size, size_t limit, struct haul_process_output *ret_output)
{
    assert(!process->is_communicating && "two tasks communicate with a process");
    process->communicate = HAUL_FRAME(haul__communicate, .process = process, .input = input, .size = size,
                                      .limit = limit > 0 ? limit : HAUL_PROCESS_LIMIT, .ret_output = ret_output);
    return haul_call(task, &process->communicate.coroutine);
}

void haul_process_output_finish(struct haul_process_output *output)
{
    haul__free(output->output);
    haul__free(output->error);
    *output = (struct haul_process_output){0};
}
