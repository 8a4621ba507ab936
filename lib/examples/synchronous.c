/* Program 7 of the tutorials, synchronous and asynchronous. Nine tasks, one after the other and then all at once.
 * The tutorial draws their sleeps, of 0 to 2 ms, each time anew. Here they are given, such that the second part
 * begins as the tutorial's did. Those that are due together end in the order of the arguments: of the four that end
 * last, the tutorial's order (1, 9, 8, 6) is another one that its drawn sleeps permitted. */
#include "examples/example.h"

enum { COUNT = 9 };

static const int milliseconds[COUNT] = {2, 1, 0, 0, 1, 2, 0, 2, 2};

struct piece {
    struct haul_coroutine coroutine;
    FILE *out;
    int number;
};

static struct haul_step piece(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(piece);
    HAUL_AWAIT(haul_sleep(task, milliseconds[self->number - 1] * HAUL_MILLISECOND));
    fprintf(self->out, "Task %d done\n", self->number);
    HAUL_FINALLY;
    HAUL_END;
}

/* Each is run to its end before the next one begins. */
static int synchronous(struct haul_loop *loop, FILE *out)
{
    struct haul_outcome outcome = {.code = 0};
    int code = 0;
    for (int i = 0; i < COUNT && code == 0 && outcome.code == 0; i++)
        code = haul_run_task(loop, HAUL_CALL(piece, .out = out, .number = i + 1), &outcome);
    return code != 0 ? code : outcome.code;
}

struct asynchronous {
    struct haul_coroutine coroutine;
    FILE *out;
    struct haul_outcome outcomes[COUNT];
};

static struct haul_step asynchronous(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(asynchronous);
    struct piece pieces[COUNT];
    struct haul_awaitable awaitables[COUNT];
    for (int i = 0; i < COUNT; i++) {
        pieces[i] = HAUL_FRAME(piece, .out = self->out, .number = i + 1);
        awaitables[i] = HAUL_AWAITABLE(pieces[i]);
    }
    HAUL_AWAIT(haul_gather(task, awaitables, COUNT, HAUL_GATHER_FAIL_FAST, self->outcomes));
    HAUL_FINALLY;
    HAUL_END;
}

int example_synchronous(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct haul_outcome outcome = {.code = 0};
    fprintf(out, "Synchronous:\n");
    int code = synchronous(loop, out);
    fprintf(out, "\n\n\nAsynchronous:\n");
    if (code == 0)
        code = haul_run_task(loop, HAUL_CALL(asynchronous, .out = out), &outcome);
    return code != 0 || outcome.code != 0;
}
