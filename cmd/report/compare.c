#include "report/compare.h"

#include "client_options.h"
#include "descriptor_limit.h"
#include "input/source.h"
#include "message.h"
#include "output/messages.h"
#include "output/text.h"
#include "output/writer.h"
#include "report/announcer.h"
#include "report/client_runner.h"
#include "report/export.h"
#include "report/replacement.h"
#include "report/rounds.h"
#include "report/table.h"
#include "report/url_list.h"
#include "report/words.h"
#include "run/interruption.h"
#include "run/source_feed.h"

#include <haul/haul.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* All that a comparison needs, made from the top down and torn down from the bottom up. */
struct job {
    const struct options *options;
    struct replacement *export; /* NULL: none is asked for, or it goes to standard output */
    struct haul_loop *loop;
    struct haul_trust *trust;
    struct source *source;
    struct source_feed feed;
    struct writer *writer;
    struct messages messages;
    struct url_list list;
    struct comparison comparison;
    struct client_runner runner;
    struct announcer announcer;
    struct interruption interruption;
    struct haul_task *work_task;
    bool has_failed; /* a message has said why */
};

/* Reads the list, runs it, and tells what came of it. */
struct work {
    struct haul_coroutine coroutine;
    struct job *job;
    struct url_list_read read;
    struct rounds rounds;
    struct writer_drain drain;
    int code;
};

/* The work beside the writers. */
struct program {
    struct haul_coroutine coroutine;
    struct job *job;
    struct haul_group group;
    int code;
};

static void run_begins(void *data, size_t number, size_t count, enum mode mode)
{
    announcer_show_run(&((struct job *)data)->announcer, number, count, mode);
}

static void warmed_up(void *data, const struct measured_run *run)
{
    const struct job *job = data;
    announcer_tell_duration(&job->announcer, rounds_estimate(&job->comparison, run));
}

/* Says what will be done with the list, now that it is known. */
static void tell_plan(const struct job *job, bool is_offline)
{
    size_t run_count = job->comparison.rounds * job->comparison.mode_count;
    announcer_tell_plan(&job->announcer, job->list.count, run_count + !is_offline, is_offline);
    if (is_offline) {
        struct measured_run foretold;
        url_list_foretell(&job->list, job->options->concurrency, &foretold);
        announcer_tell_duration(&job->announcer, rounds_estimate(&job->comparison, &foretold));
    }
}

/* What does not touch the network is the same each time: it needs no warm-up, and one round says all. */
static int begin_rounds(struct job *job, struct rounds *ret_rounds)
{
    const struct options *options = job->options;
    bool is_offline = url_list_is_offline(&job->list);
    job->comparison = (struct comparison){
        .urls = (const char *const *)job->list.names,
        .url_count = job->list.count,
        .host_count = job->list.host_count,
        .concurrency = options->concurrency,
        .per_host = options->per_host,
        .modes = options->modes,
        .mode_count = options->mode_count,
        .rounds = is_offline ? job->list.count > 0 : options->runs,
    };
    client_runner_init(&job->runner, options, job->trust, (const struct entry *const *)job->list.entries,
                       job->list.count);
    *ret_rounds =
        HAUL_FRAME(rounds, .comparison = &job->comparison, .runner = &job->runner.runner, .has_warm_up = !is_offline,
                   .watcher = {.run_begins = run_begins, .warmed_up = warmed_up, .data = job});
    if (job->list.count > 0)
        tell_plan(job, is_offline);
    return comparison_begin(&job->comparison);
}

static void fail_export(struct job *job, int code)
{
    message("cannot write %s: %s", job->options->export_json, haul_error_message(code));
    job->has_failed = true;
}

/* The table, on standard output unless the export is there. */
static int give_table(struct job *job, const struct text *text)
{
    const char *export = job->options->export_json;
    if (!export || strcmp(export, "-") != 0)
        return writer_write(job->writer, text->bytes, text->size);
    message_write(text->bytes, text->size);
    return 0;
}

static int give_export(struct job *job, const struct text *text)
{
    if (!job->export)
        return writer_write(job->writer, text->bytes, text->size);
    int code = replacement_commit(job->export, text->bytes, text->size);
    if (code != 0)
        fail_export(job, code);
    return 0;
}

static int tell_figures(struct job *job, const struct differences *differences)
{
    struct text text = {0};
    int code = table_append(&text, &job->comparison);
    text_append_string(&text, "\n");
    if (code == 0)
        code = words_append(&text, &job->comparison, differences);
    if (code == 0)
        code = give_table(job, &text);
    text_clear(&text);
    if (code == 0 && job->options->export_json) {
        code = export_append(&text, &job->comparison, differences);
        if (code == 0)
            code = give_export(job, &text);
    }
    text_finish(&text);
    return code;
}

/* Tells what the complete rounds came to; nothing where there is none but of an empty list. */
static int tell(struct job *job)
{
    const struct comparison *comparison = &job->comparison;
    announcer_clear(&job->announcer);
    if (comparison->rounds_complete < comparison->rounds)
        message("interrupted: %zu of %zu rounds complete", comparison->rounds_complete, comparison->rounds);
    if (comparison->rounds_complete == 0 && comparison->rounds > 0)
        return 0;
    bool is_missing = comparison->url_count == 0 && source_has_failed(job->source);
    if (comparison->url_count == 0 && !is_missing && !job->options->silent)
        message("the list is empty: nothing was compared");
    if (is_missing)
        return 0;
    struct differences differences;
    int code = differences_find(comparison, &differences);
    if (code != 0)
        return code;
    code = tell_figures(job, &differences);
    differences_finish(&differences);
    return code;
}

static struct haul_step work(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(work);
    self->read = HAUL_FRAME(url_list_read, .list = &self->job->list, .feed = &self->job->feed.feed);
    HAUL_AWAIT(haul_call(task, &self->read.coroutine));
    self->code = begin_rounds(self->job, &self->rounds);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    if (self->job->list.count > 0)
        HAUL_AWAIT_CODE(self->code, haul_call(task, &self->rounds.coroutine));
    /* Cancelled by a signal it still has something to tell; because the reader has gone it has not. */
    if (self->code != 0 && (self->code != HAUL_E_CANCELLED || self->job->interruption.signal == 0))
        HAUL_FAIL(self->code);
    self->code = tell(self->job);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    self->drain = HAUL_FRAME(writer_drain, .writer = self->job->writer);
    HAUL_AWAIT(haul_call(task, &self->drain.coroutine));
    HAUL_FINALLY;
    HAUL_END;
}

static struct haul_step program(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(program);
    haul_group_init(task, &self->group);
    self->code = haul_group_spawn(&self->group, HAUL_CALL(writer_run, .writer = self->job->writer), NULL);
    if (self->code == 0)
        self->code = haul_group_spawn(&self->group, HAUL_CALL(messages_run, .messages = &self->job->messages), NULL);
    if (self->code == 0)
        self->code = haul_group_spawn(&self->group, HAUL_CALL(work, .job = self->job), &self->job->work_task);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_AWAIT(haul_task_wait(task, self->job->work_task));
    HAUL_FINALLY;
    haul_group_cancel(&self->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    if (self->code != 0 && (coroutine->code == 0 || coroutine->code == HAUL_E_CANCELLED))
        coroutine->code = (int16_t)self->code;
    HAUL_END;
}

static void interrupt(void *data)
{
    haul_task_cancel(((struct job *)data)->work_task);
}

static int make_export(struct job *job)
{
    const char *path = job->options->export_json;
    if (!path || strcmp(path, "-") == 0)
        return 0;
    int code = replacement_create(path, &job->export);
    if (code != 0)
        fail_export(job, code);
    return code;
}

static int make(struct job *job)
{
    const struct options *options = job->options;
    announcer_init(&job->announcer, options->silent);
    message_set_before(announcer_clear, &job->announcer);
    int code = make_export(job);
    if (code == 0)
        code = haul_loop_create(NULL, &job->loop);
    if (code == 0)
        code = messages_begin(&job->messages, job->loop);
    if (code == 0) {
        code = client_trust_create(options, &job->trust);
        job->has_failed = code == HAUL_E_INVALID;
    }
    if (code == 0)
        code = source_create(options->items, options->item_count, &job->source);
    if (code == 0)
        code = writer_create(job->loop, STDOUT_FILENO, &job->writer);
    if (code != 0)
        return code;
    source_feed_init(&job->feed, job->source);
    return interruption_begin(&job->interruption, job->loop, interrupt, job);
}

static void tear_down(struct job *job)
{
    message_set_before(NULL, NULL);
    haul_task_unref(job->work_task);
    comparison_finish(&job->comparison);
    url_list_finish(&job->list);
    writer_destroy(job->writer);
    source_destroy(job->source);
    haul_trust_unref(job->trust);
    if (job->loop)
        haul_loop_finish(job->loop);
    replacement_destroy(job->export);
}

static void tell_failure(const struct job *job, int code)
{
    if (job->has_failed || (job->writer && writer_state(job->writer) == WRITER_READER_GONE))
        return;
    if (job->writer && writer_state(job->writer) == WRITER_FAILED)
        message("cannot write to standard output: %s", strerror(writer_error(job->writer)));
    else if (code != 0 && code != HAUL_E_CANCELLED)
        message("cannot go on: %s", haul_error_message(code));
}

/* What a comparison that has begun comes to. CODE is what kept it from ending by itself, or 0. */
static enum exit_status judge(const struct job *job, int code)
{
    enum exit_status status = comparison_not_ok(&job->comparison) > 0 ? EXIT_STATUS_NOT_OK : EXIT_STATUS_OK;
    if (source_has_failed(job->source))
        status = exit_status_worse(status, EXIT_STATUS_USAGE);
    if (writer_state(job->writer) == WRITER_READER_GONE)
        status = exit_status_worse(status, EXIT_STATUS_NO_READER);
    else if (job->has_failed || (code != 0 && code != HAUL_E_CANCELLED))
        status = exit_status_worse(status, EXIT_STATUS_BROKEN);
    return status;
}

enum exit_status compare_command(const struct options *options)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    descriptor_limit_raise();
    struct job job = {.options = options};
    int code = make(&job);
    if (code != 0) {
        messages_end(&job.messages);
        tell_failure(&job, code);
        tear_down(&job);
        return code == HAUL_E_INVALID ? EXIT_STATUS_USAGE : EXIT_STATUS_BROKEN;
    }
    struct haul_outcome outcome;
    code = haul_run_task(job.loop, HAUL_CALL(program, .job = &job), &outcome);
    if (code == 0)
        code = outcome.code;
    interruption_end(&job.interruption);
    messages_end(&job.messages);
    announcer_clear(&job.announcer);
    if (job.interruption.signal != 0 && !job.comparison.runs)
        message("interrupted while the list was read");
    tell_failure(&job, code);
    enum exit_status status = judge(&job, code);
    struct interruption interruption = job.interruption;
    tear_down(&job);
    interruption_raise(&interruption);
    return status;
}
