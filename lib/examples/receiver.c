/* Program 18 of the tutorials, my_coroutine. A generator that takes what is sent to it, and waits before it goes on.
 * The tutorial's sleeps in a way that holds up everything; this one is iterated by a task and awaits its sleep, so
 * that others could run. */
#include "examples/example.h"

#include <string.h>

struct receiver {
    struct haul_coroutine coroutine;
    FILE *out;
    const char *received;
};

static struct haul_step receiver(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(receiver);
    fprintf(self->out, "something\n");
    for (;;) {
        HAUL_YIELD(0);
        self->received = haul_received(coroutine).pointer;
        if (strcmp(self->received, "First") == 0) {
            fprintf(self->out, "waiting First\n");
            HAUL_AWAIT(haul_sleep(task, 4 * HAUL_SECOND));
        }
        if (strcmp(self->received, "Second") == 0) {
            fprintf(self->out, "waiting second\n");
            HAUL_AWAIT(haul_sleep(task, 2 * HAUL_SECOND));
        }
        fprintf(self->out, "Received: %s\n", self->received);
    }
    HAUL_FINALLY;
    HAUL_END;
}

struct sender {
    struct haul_coroutine coroutine;
    FILE *out;
    int code;
    struct receiver frame;
    struct haul_generator receiver;
};

static struct haul_step sender(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(sender);
    self->frame = HAUL_FRAME(receiver, .out = self->out);
    haul_generator_init(&self->receiver, &self->frame.coroutine);
    HAUL_AWAIT(haul_generator_anext(task, &self->receiver));
    HAUL_AWAIT(haul_generator_asend(task, &self->receiver, (union haul_value){.pointer = (void *)"First"}));
    HAUL_AWAIT(haul_generator_asend(task, &self->receiver, (union haul_value){.pointer = (void *)"Second"}));
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_generator_aclose(task, &self->receiver));
    HAUL_END;
}

int example_receiver(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome;
    int code = haul_run_task(loop, HAUL_CALL(sender, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
