#include "report/client_runner.h"

#include "options/client_options.h"
#include "report/measure.h"

#include <haul/loop.h>
#include <haul/task.h>

/* A result has left when it is handed over: a comparison writes none, so that a slow terminal is not measured. */
static int emit(void *data, struct entry *entry)
{
    struct client_run *once = data;
    measure_emit(once->run, entry, haul_loop_update_now(once->front.loop));
    return 0;
}

static int make_client(struct client_run *once, struct haul_loop *loop)
{
    const struct client_runner *runner = once->runner;
    struct haul_client_options client_options;
    client_options_fill(runner->options, once->mode, runner->trust, &client_options);
    client_options.waiting = front_room_changed;
    client_options.waiting_data = &once->front;
    return haul_client_create(loop, &client_options, &once->client);
}

static int make(struct client_run *once, struct haul_loop *loop)
{
    const struct client_runner *runner = once->runner;
    int code = make_client(once, loop);
    if (code != 0)
        return code;
    list_feed_init(&once->feed, runner->entries, runner->count);
    const struct front_plan plan = {
        .client = once->client,
        .feed = &once->feed.feed,
        .sink = {.emit = emit, .data = once},
        .request = request_of(&runner->options->request),
        .mode = once->mode,
        .concurrency = once->mode == MODE_SEQUENTIAL ? 1 : runner->options->concurrency,
        .window = runner->options->window,
    };
    front_init(&once->front, &plan);
    return measure_begin(once->run, runner->count, haul_loop_update_now(loop));
}

static haul_step_fn client_run;

static struct haul_step client_run(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(client_run);
    coroutine->code = (int16_t)make(self, haul_task_loop(task));
    if (coroutine->code != 0)
        HAUL_FAIL(coroutine->code);
    self->front_run = HAUL_FRAME(front_run, .front = &self->front);
    HAUL_AWAIT(haul_call(task, &self->front_run.coroutine));
    struct haul_client_statistics statistics;
    haul_client_statistics(self->client, &statistics);
    measure_end(self->run, haul_loop_update_now(haul_task_loop(task)), &statistics);
    HAUL_FINALLY;
    haul_client_destroy(self->client);
    HAUL_END;
}

static struct haul_await run(struct haul_task *task, struct runner *runner, enum mode mode, struct measured_run *run)
{
    struct client_runner *self = (struct client_runner *)runner;
    self->once = HAUL_FRAME(client_run, .runner = self, .mode = mode, .run = run);
    return haul_call(task, &self->once.coroutine);
}

void client_runner_init(struct client_runner *runner, const struct options *options, struct haul_trust *trust,
                        const struct entry *const *entries, size_t count)
{
    *runner = (struct client_runner){
        .runner = {.run = run}, .options = options, .trust = trust, .entries = entries, .count = count};
}
