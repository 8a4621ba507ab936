/* A call that blocks beside a task that ticks: a thread of the loop's executor reads from a pipe, in which there is
 * nothing yet, and the loop goes on. After its third tick the task writes what the other waits for. */
#include "examples/example.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* What the call needs is its own: it would run on where nobody awaited it any more. */
struct reading {
    int descriptor;
};

static struct reading *open_reading(int descriptor)
{
    struct reading *reading = malloc(sizeof(*reading));
    if (reading)
        reading->descriptor = dup(descriptor);
    return reading;
}

static void close_reading(void *data)
{
    struct reading *reading = data;
    close(reading->descriptor);
    free(reading);
}

/* On a thread of the executor. */
static int read_text(void *data, union haul_value *ret_value)
{
    const struct reading *reading = data;
    char *text = calloc(1, 16);
    if (!text || read(reading->descriptor, text, 15) < 0) {
        free(text);
        return -errno;
    }
    ret_value->pointer = text;
    return 0;
}

struct reader {
    struct haul_coroutine coroutine;
    FILE *out;
    int descriptor;
};

static struct haul_step reader(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(reader);
    fprintf(self->out, "the call begins\n");
    struct reading *reading = open_reading(self->descriptor);
    if (!reading)
        HAUL_FAIL(-ENOMEM);
    HAUL_AWAIT(haul_run_in_executor(
        task, NULL,
        (struct haul_job){.fn = read_text, .data = reading, .destroy_data = close_reading, .destroy_value = free}));
    fprintf(self->out, "the call has read: %s\n", (char *)haul_awaited(task).pointer);
    free(haul_awaited(task).pointer);
    HAUL_FINALLY;
    HAUL_END;
}

struct ticker {
    struct haul_coroutine coroutine;
    FILE *out;
    int descriptor;
    int ticks;
};

static struct haul_step ticker(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(ticker);
    for (self->ticks = 1; self->ticks <= 3; self->ticks++) {
        fprintf(self->out, "tick %d\n", self->ticks);
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    if (write(self->descriptor, "hello", 5) != 5)
        HAUL_FAIL(-errno);
    HAUL_FINALLY;
    HAUL_END;
}

struct both {
    struct haul_coroutine coroutine;
    FILE *out;
    const int *ends; /* of the pipe */
    struct haul_outcome outcomes[2];
};

static struct haul_step both(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(both);
    const struct haul_awaitable awaitables[] = {
        HAUL_CALL(reader, .out = self->out, .descriptor = self->ends[0]),
        HAUL_CALL(ticker, .out = self->out, .descriptor = self->ends[1]),
    };
    HAUL_AWAIT(haul_gather(task, awaitables, 2, HAUL_GATHER_FAIL_FAST, self->outcomes));
    HAUL_FINALLY;
    HAUL_END;
}

int example_blocking_call(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    int ends[2];
    if (pipe(ends) != 0)
        return 1;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(both, .out = out, .ends = ends), &outcome);
    close(ends[0]);
    close(ends[1]);
    return code != 0 || outcome.code != 0;
}
