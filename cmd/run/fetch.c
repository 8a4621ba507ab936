#include "run/fetch.h"

#include "client_options.h"
#include "descriptor_limit.h"
#include "input/source.h"
#include "message.h"
#include "output/messages.h"
#include "output/output.h"
#include "output/progress.h"
#include "output/summary.h"
#include "output/terminal.h"
#include "output/text.h"
#include "run/front.h"
#include "run/interruption.h"
#include "run/source_feed.h"

#include <haul/haul.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* All that a run needs, made from the top down and torn down from the bottom up. */
struct run {
    const struct options *options;
    struct haul_loop *loop;
    struct epoch epoch;
    struct haul_trust *trust;
    struct haul_client *client;
    struct source *source;
    struct source_feed feed;
    struct writer *writer;
    struct messages messages;
    struct progress *progress; /* NULL: none is shown */
    struct output *output;
    struct front front;
    struct haul_task *front_task;
    struct interruption interruption;
    struct output_wait_room wait_room; /* the front's, while it waits for the output */
};

/* Runs the front beside the writers, and lets that of the output finish. */
struct program {
    struct haul_coroutine coroutine;
    struct run *run;
    struct haul_group group;
    struct output_drain drain;
    int code;
};

static struct haul_step program(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(program);
    haul_group_init(task, &self->group);
    coroutine->code = (int16_t)haul_group_spawn(&self->group, HAUL_CALL(writer_run, .writer = self->run->writer), NULL);
    if (coroutine->code == 0)
        coroutine->code =
            (int16_t)haul_group_spawn(&self->group, HAUL_CALL(messages_run, .messages = &self->run->messages), NULL);
    if (coroutine->code == 0)
        coroutine->code = (int16_t)haul_group_spawn(&self->group, HAUL_CALL(front_run, .front = &self->run->front),
                                                    &self->run->front_task);
    if (coroutine->code != 0)
        HAUL_FAIL(coroutine->code);
    HAUL_AWAIT_CODE(self->code, haul_task_wait(task, self->run->front_task));
    self->drain = HAUL_FRAME(output_drain, .output = self->run->output);
    HAUL_AWAIT(haul_call(task, &self->drain.coroutine));
    if (self->code != 0 && self->code != HAUL_E_CANCELLED)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    haul_group_cancel(&self->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    if (self->code != 0 && (coroutine->code == 0 || coroutine->code == HAUL_E_CANCELLED))
        coroutine->code = (int16_t)self->code;
    HAUL_END;
}

static int emit(void *data, struct entry *entry)
{
    return output_emit(((struct run *)data)->output, entry);
}

static int prepare(void *data, struct entry *entry, haul_body_fn **ret_fn, void **ret_data)
{
    return output_prepare(((struct run *)data)->output, entry, ret_fn, ret_data);
}

static void take_turn(void *data, struct entry *entry)
{
    output_take_turn(((struct run *)data)->output, entry);
}

static bool is_full(void *data)
{
    return output_is_full(((struct run *)data)->output);
}

static struct haul_await wait_room(struct haul_task *task, void *data)
{
    struct run *run = data;
    run->wait_room = HAUL_FRAME(output_wait_room, .output = run->output);
    return haul_call(task, &run->wait_room.coroutine);
}

static void tell_figures(void *data, struct progress_figures *ret_figures)
{
    const struct run *run = data;
    struct summary_counts counts;
    struct haul_client_statistics statistics;
    summary_counts(output_summary(run->output), &counts);
    haul_client_statistics(run->client, &statistics);
    *ret_figures = (struct progress_figures){
        .done = counts.urls,
        .failed = counts.not_ok,
        .in_flight = statistics.in_flight,
        .bytes = counts.bytes,
        .total = front_is_drained(&run->front) ? run->feed.count : 0,
    };
}

static void interrupt(void *data)
{
    struct run *run = data;
    front_set_cancel_message(&run->front, "interrupted");
    haul_task_cancel(run->front_task);
}

static struct epoch read_epoch(struct haul_loop *loop)
{
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    return (struct epoch){.wall = wall.tv_sec * HAUL_SECOND + wall.tv_nsec, .monotonic = haul_loop_update_now(loop)};
}

static int make_client(struct run *run)
{
    int code = client_trust_create(run->options, &run->trust);
    if (code != 0)
        return code;
    struct haul_client_options client_options;
    client_options_fill(run->options, run->options->mode, run->trust, &client_options);
    client_options.waiting = front_room_changed;
    client_options.waiting_data = &run->front;
    return haul_client_create(run->loop, &client_options, &run->client);
}

static int make_output(struct run *run)
{
    const struct options *options = run->options;
    int code = writer_create(run->loop, STDOUT_FILENO, &run->writer);
    if (code == 0 && !options->silent && terminal_is_capable(STDERR_FILENO)) {
        bool is_shared = terminal_is_shared(STDERR_FILENO, STDOUT_FILENO);
        code = progress_create(run->loop, STDERR_FILENO, is_shared ? run->writer : NULL, tell_figures, run,
                               &run->progress);
        message_set_before(progress_clear, run->progress);
    }
    if (code != 0)
        return code;
    const struct output_options output_options = {
        .format = options->body    ? OUTPUT_BODIES
                  : options->jsonl ? OUTPUT_RECORDS
                                   : OUTPUT_LINES,
        .style = output_style_for(STDOUT_FILENO),
        .epoch = run->epoch,
        .writer = run->writer,
        .messages = run->messages.writer,
        .progress = terminal_is_shared(STDERR_FILENO, STDOUT_FILENO) ? run->progress : NULL,
    };
    return output_create(run->loop, &output_options, &run->output);
}

static int make(struct run *run)
{
    const struct options *options = run->options;
    int code = haul_loop_create(NULL, &run->loop);
    if (code != 0)
        return code;
    run->epoch = read_epoch(run->loop);
    code = messages_begin(&run->messages, run->loop);
    if (code == 0)
        code = make_client(run);
    if (code == 0)
        code = source_create(options->items, options->item_count, &run->source);
    if (code == 0)
        code = make_output(run);
    if (code != 0)
        return code;
    source_feed_init(&run->feed, run->source);
    const struct front_plan plan = {
        .client = run->client,
        .feed = &run->feed.feed,
        .sink = {.emit = emit,
                 .prepare = prepare,
                 .take_turn = take_turn,
                 .is_full = is_full,
                 .wait_room = wait_room,
                 .data = run},
        .mode = options->mode,
        .concurrency = options->mode == MODE_SEQUENTIAL ? 1 : options->concurrency,
        .window = options->window,
    };
    front_init(&run->front, &plan);
    return interruption_begin(&run->interruption, run->loop, interrupt, run);
}

static void tear_down(struct run *run)
{
    message_set_before(NULL, NULL);
    progress_destroy(run->progress);
    haul_task_unref(run->front_task);
    output_destroy(run->output);
    writer_destroy(run->writer);
    source_destroy(run->source);
    haul_client_destroy(run->client);
    haul_trust_unref(run->trust);
    if (run->loop)
        haul_loop_finish(run->loop);
}

/* The summary, or a line where something was not ok. */
static void tell_end(struct run *run)
{
    const struct options *options = run->options;
    const struct summary *summary = output_summary(run->output);
    struct summary_counts counts;
    summary_counts(summary, &counts);
    struct text text = {0};
    if (options->summary || (!options->silent && isatty(STDERR_FILENO) && counts.urls > 1)) {
        struct haul_client_statistics statistics;
        haul_client_statistics(run->client, &statistics);
        summary_append_table(summary, haul_loop_update_now(run->loop) - run->epoch.monotonic, &statistics, &text);
        fwrite(text.bytes, 1, text.size, stderr);
    } else if (!options->silent) {
        summary_append_line(summary, &text);
        if (text.size > 0)
            message("%.*s", (int)text.size, text.bytes);
    }
    text_finish(&text);
    if (counts.urls == 0 && !options->silent && run->interruption.signal == 0 && !source_has_failed(run->source))
        message("the list is empty: nothing was fetched");
}

/* What a run that has begun comes to. CODE is what kept it from ending by itself, or 0. */
static enum exit_status judge(struct run *run, int code)
{
    struct summary_counts counts;
    summary_counts(output_summary(run->output), &counts);
    enum exit_status status = counts.not_ok > 0 ? EXIT_STATUS_NOT_OK : EXIT_STATUS_OK;
    if (source_has_failed(run->source))
        status = exit_status_worse(status, EXIT_STATUS_USAGE);
    if (writer_state(run->writer) == WRITER_READER_GONE)
        status = exit_status_worse(status, EXIT_STATUS_NO_READER);
    else if (code != 0 && code != HAUL_E_CANCELLED)
        status = exit_status_worse(status, EXIT_STATUS_BROKEN);
    return status;
}

static void tell_failure(struct run *run, int code)
{
    if (run->writer && writer_state(run->writer) == WRITER_READER_GONE)
        return;
    if (run->writer && writer_state(run->writer) == WRITER_FAILED)
        message("cannot write to standard output: %s", strerror(writer_error(run->writer)));
    else if (code != 0 && code != HAUL_E_CANCELLED && code != HAUL_E_INVALID)
        message("cannot go on: %s", haul_error_message(code));
}

enum exit_status fetch_command(const struct options *options)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    descriptor_limit_raise();
    struct run run = {.options = options};
    int code = make(&run);
    if (code != 0) {
        messages_end(&run.messages);
        tell_failure(&run, code);
        tear_down(&run);
        return code == HAUL_E_INVALID ? EXIT_STATUS_USAGE : EXIT_STATUS_BROKEN;
    }
    struct haul_outcome outcome;
    code = haul_run_task(run.loop, HAUL_CALL(program, .run = &run), &outcome);
    if (code == 0)
        code = outcome.code;
    interruption_end(&run.interruption);
    messages_end(&run.messages);
    progress_clear(run.progress);
    tell_failure(&run, code);
    if (writer_state(run.writer) == WRITER_OPEN)
        tell_end(&run);
    interruption_raise(&run.interruption);
    enum exit_status status = judge(&run, code);
    tear_down(&run);
    return status;
}
