#include "compare/client_runner.h"

#include "compare/measure.h"
#include "compare/run_records.h"
#include "compare/shuffle.h"
#include "compare/url_list.h"
#include "options/client_options.h"
#include "run/entry.h"
#include "run/verdict.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/loop.h>
#include <haul/task.h>

#include <errno.h>
#include <stdlib.h>

/* A result has left when it is handed over: a comparison writes none, so that a slow terminal is not measured, and
 * keeps records, for pictures, only then. */
static int emit(void *data, struct entry *entry)
{
    struct client_run *once = data;
    measure_emit(once->run, entry, haul_loop_update_now(once->front.loop));
    if (once->runner->records)
        run_records_add(once->runner->records, entry, once->run->start);
    return 0;
}

/* The first that is ok wins a race. */
static void judge(void *data, struct entry *entry)
{
    struct client_run *once = data;
    if (once->variant.mode != MODE_RACE || once->is_won || !entry->result->ok)
        return;
    once->is_won = true;
    front_stop(&once->front, verdict_race_lost);
    haul_task_cancel(once->racing);
}

static int create_client(struct client_runner *runner, struct haul_loop *loop, size_t concurrency,
                         struct haul_client **ret_client)
{
    struct haul_client_options client_options;
    client_options_fill(runner->options, MODE_AS_COMPLETED, runner->trust, &client_options);
    client_options.concurrency = concurrency;
    client_options.waiting = front_room_changed;
    client_options.waiting_data = &runner->once.front;
    return haul_client_create(loop, &client_options, ret_client);
}

/* Which of the warm clients a variant has. Sequential needs but one connection, of whichever. */
static size_t warm_place(const struct client_runner *runner, const struct variant *variant)
{
    const struct comparison_options *comparison = &runner->options->comparison;
    for (size_t place = 0; place < comparison->concurrency_count; place++)
        if (comparison->concurrencies[place] == variant->concurrency)
            return place;
    return 0;
}

static int take_client(struct client_run *once, struct haul_loop *loop)
{
    struct client_runner *runner = once->runner;
    if (!runner->clients)
        return create_client(runner, loop, once->variant.concurrency, &once->client);
    size_t place = warm_place(runner, &once->variant);
    int code = 0;
    if (!runner->clients[place])
        code = create_client(runner, loop, runner->options->comparison.concurrencies[place], &runner->clients[place]);
    if (code != 0)
        return code;
    once->client = runner->clients[place];
    haul_client_reset_statistics(once->client);
    return 0;
}

/* Has the feed give a sample, begun anew each time. */
static int begin_sample(struct client_run *once, struct haul_loop *loop)
{
    once->order = malloc((once->feed.count + 1) * sizeof(*once->order));
    if (!once->order)
        return -ENOMEM;
    shuffle(once->order, once->feed.count, shuffle_seed());
    list_feed_sample(&once->feed, once->order, loop, haul_loop_now(loop) + once->runner->sample_time);
    once->run->is_sample = true;
    return 0;
}

static int make(struct client_run *once, struct haul_loop *loop)
{
    const struct client_runner *runner = once->runner;
    const struct url_list *list = &runner->lists[once->variant.side];
    bool is_sequential = once->variant.mode == MODE_SEQUENTIAL;
    int code = take_client(once, loop);
    if (code != 0)
        return code;
    list_feed_init(&once->feed, (const struct entry *const *)list->entries, list->count);
    const struct front_plan plan = {
        .client = once->client,
        .feed = &once->feed.feed,
        .sink = {.emit = emit, .judge = judge, .data = once},
        .request = request_of(&runner->options->request),
        .mode = once->variant.mode,
        .concurrency = once->variant.concurrency,
        .window = runner->options->window,
    };
    front_init(&once->front, &plan);
    code = measure_begin(once->run, list->count, haul_loop_update_now(loop));
    if (code == 0 && is_sequential && runner->sample_time != HAUL_NEVER)
        code = begin_sample(once, loop);
    return code;
}

static haul_step_fn client_run;

static struct haul_step client_run(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(client_run);
    haul_group_init(task, &self->group);
    coroutine->code = (int16_t)make(self, haul_task_loop(task));
    if (coroutine->code == 0)
        coroutine->code =
            (int16_t)haul_group_spawn(&self->group, HAUL_CALL(front_run, .front = &self->front), &self->racing);
    if (coroutine->code != 0)
        HAUL_FAIL(coroutine->code);
    HAUL_AWAIT(haul_group_wait(task, &self->group));
    struct haul_client_statistics statistics;
    haul_client_statistics(self->client, &statistics);
    measure_end(self->run, haul_loop_update_now(haul_task_loop(task)), &statistics);
    HAUL_FINALLY;
    haul_group_cancel(&self->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    if (self->code != 0 && (coroutine->code == 0 || coroutine->code == HAUL_E_CANCELLED))
        coroutine->code = (int16_t)self->code;
    haul_task_unref(self->racing);
    if (!self->runner->clients)
        haul_client_destroy(self->client);
    free(self->order);
    HAUL_END;
}

static struct haul_await run(struct haul_task *task, struct runner *runner, const struct variant *variant,
                             struct measured_run *run)
{
    struct client_runner *self = (struct client_runner *)runner;
    self->once = HAUL_FRAME(client_run, .runner = self, .variant = *variant, .run = run);
    return haul_call(task, &self->once.coroutine);
}

int client_runner_init(struct client_runner *runner, const struct options *options, struct haul_trust *trust,
                       const struct url_list *lists)
{
    *runner = (struct client_runner){
        .runner = {.run = run}, .options = options, .trust = trust, .lists = lists, .sample_time = HAUL_NEVER};
    if (!options->comparison.is_warm)
        return 0;
    runner->clients = calloc(options->comparison.concurrency_count, sizeof(struct haul_client *));
    return runner->clients ? 0 : -ENOMEM;
}

void client_runner_finish(struct client_runner *runner)
{
    for (size_t i = 0; runner->clients && i < runner->options->comparison.concurrency_count; i++)
        haul_client_destroy(runner->clients[i]);
    free(runner->clients);
}
