/* Fetches its arguments, all at once, and prints their statuses in the order given; 0 is one that failed. */
#include "examples/example.h"

struct fetch_all {
    struct haul_coroutine coroutine;
    struct haul_client *client;
    char **urls;
    FILE *out;
    size_t count;
    struct haul_outcome outcomes[100];
};

static struct haul_step fetch_all(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(fetch_all);
    struct haul_fetch fetches[100];
    struct haul_awaitable awaitables[100];
    for (; self->count < 100 && self->urls[self->count]; self->count++) {
        fetches[self->count] = HAUL_FRAME(haul_fetch, .client = self->client, .text = self->urls[self->count]);
        awaitables[self->count] = HAUL_AWAITABLE(fetches[self->count]);
    }
    HAUL_AWAIT(haul_gather(task, awaitables, self->count, HAUL_GATHER_FAIL_FAST, self->outcomes));
    for (size_t i = 0; i < self->count; i++)
        fprintf(self->out, "%d %s\n", ((struct haul_result *)self->outcomes[i].value.pointer)->status, self->urls[i]);
    HAUL_FINALLY;
    for (size_t i = 0; i < self->count; i++)
        haul_outcome_finish(&self->outcomes[i]);
    HAUL_END;
}

int example_fetch(struct haul_loop *loop, FILE *out, int argc, char **argv)
{
    struct haul_client *client;
    struct haul_outcome outcome;
    if (argc < 2 || haul_client_create(loop, NULL, &client) != 0)
        return 2;
    int code = haul_run_task(loop, HAUL_CALL(fetch_all, .client = client, .urls = argv + 1, .out = out), &outcome);
    haul_client_destroy(client);
    return code != 0 || outcome.code != 0;
}
