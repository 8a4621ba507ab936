#include "report/compare.h"

#include "input/source.h"
#include "message.h"
#include "output/replacement.h"
#include "output/text.h"
#include "output/writer.h"
#include "report/announcer.h"
#include "report/client_runner.h"
#include "report/export.h"
#include "report/rounds.h"
#include "report/table.h"
#include "report/url_list.h"
#include "report/words.h"
#include "run/program.h"

#include <haul/haul.h>

#include <string.h>

/* All that a comparison needs, made from the top down and torn down from the bottom up. */
struct job {
    struct replacement *export; /* NULL: none is asked for, or it goes to standard output */
    struct text exported;       /* the export, whole; empty until all is measured */
    struct program program;
    struct url_list list;
    struct comparison comparison;
    struct client_runner runner;
    struct announcer announcer;
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
        url_list_foretell(&job->list, job->program.options->concurrency, &foretold);
        announcer_tell_duration(&job->announcer, rounds_estimate(&job->comparison, &foretold));
    }
}

/* What does not touch the network is the same each time: it needs no warm-up, and one round says all. */
static int begin_rounds(struct job *job, struct rounds *ret_rounds)
{
    const struct options *options = job->program.options;
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
    client_runner_init(&job->runner, options, job->program.trust, (const struct entry *const *)job->list.entries,
                       job->list.count);
    *ret_rounds =
        HAUL_FRAME(rounds, .comparison = &job->comparison, .runner = &job->runner.runner, .has_warm_up = !is_offline,
                   .watcher = {.run_begins = run_begins, .warmed_up = warmed_up, .data = job});
    if (job->list.count > 0)
        tell_plan(job, is_offline);
    return comparison_begin(&job->comparison);
}

static void fail_export(struct job *job, const char *path, int code)
{
    message("cannot write %s: %s", path, haul_error_message(code));
    job->program.has_told = true;
}

/* The table, on standard output unless the export is there. */
static int give_table(struct job *job, const struct text *text)
{
    const char *export = job->program.options->export_json;
    if (!export || strcmp(export, "-") != 0)
        return writer_write(job->program.writer, text->bytes, text->size);
    message_write(text->bytes, text->size);
    return 0;
}

/* The export, on standard output unless it has a file. */
static int give_export(struct job *job, const struct differences *differences)
{
    int code = export_append(&job->exported, &job->comparison, differences);
    if (code != 0)
        text_clear(&job->exported);
    else if (!job->export)
        code = writer_write(job->program.writer, job->exported.bytes, job->exported.size);
    return code;
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
    text_finish(&text);
    if (code == 0 && job->program.options->export_json)
        code = give_export(job, differences);
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
    bool is_missing = comparison->url_count == 0 && source_has_failed(job->program.source);
    if (comparison->url_count == 0 && !is_missing && !job->program.options->silent)
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
    self->read = HAUL_FRAME(url_list_read, .list = &self->job->list, .feed = &self->job->program.feed.feed);
    HAUL_AWAIT(haul_call(task, &self->read.coroutine));
    self->code = begin_rounds(self->job, &self->rounds);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    if (self->job->list.count > 0)
        HAUL_AWAIT_CODE(self->code, haul_call(task, &self->rounds.coroutine));
    /* Cancelled by a signal it still has something to tell; because the reader has gone it has not. */
    if (self->code != 0 && (self->code != HAUL_E_CANCELLED || self->job->program.interruption.signal == 0))
        HAUL_FAIL(self->code);
    self->code = tell(self->job);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    self->drain = HAUL_FRAME(writer_drain, .writer = self->job->program.writer);
    HAUL_AWAIT(haul_call(task, &self->drain.coroutine));
    HAUL_FINALLY;
    HAUL_END;
}

static void interrupt(void *data)
{
    program_cancel(&((struct job *)data)->program);
}

static int make_export(struct job *job, const char *path)
{
    if (!path || strcmp(path, "-") == 0)
        return 0;
    int code = replacement_create(path, 0666, &job->export);
    if (code != 0)
        fail_export(job, path, code);
    return code;
}

static int make(struct job *job, const struct options *options)
{
    announcer_init(&job->announcer, options->silent);
    message_set_before(announcer_clear, &job->announcer);
    int code = program_make(&job->program, options);
    return code == 0 ? make_export(job, options->export_json) : code;
}

static void tear_down(struct job *job)
{
    message_set_before(NULL, NULL);
    comparison_finish(&job->comparison);
    url_list_finish(&job->list);
    replacement_destroy(job->export);
    text_finish(&job->exported);
    program_tear_down(&job->program);
}

/* Once signals have their default action: the file may be a pipe that nobody reads. */
static void commit_export(struct job *job)
{
    if (!job->export || job->exported.size == 0)
        return;
    int code = replacement_write(job->export, job->exported.bytes, job->exported.size);
    if (code == 0)
        code = replacement_commit(job->export);
    if (code != 0)
        fail_export(job, job->program.options->export_json, code);
}

/* What a comparison that has ended with CODE comes to, and says. */
static enum exit_status conclude(struct job *job, int code)
{
    commit_export(job);
    announcer_clear(&job->announcer);
    if (job->program.interruption.signal != 0 && !job->comparison.runs)
        message("interrupted while the list was read");
    program_tell_failure(&job->program, code);
    bool is_ok = comparison_not_ok(&job->comparison) == 0;
    return program_judge(&job->program, is_ok ? EXIT_STATUS_OK : EXIT_STATUS_NOT_OK, code);
}

enum exit_status compare_command(const struct options *options)
{
    struct job job = {0};
    int code = make(&job, options);
    enum exit_status status;
    if (code == 0) {
        code = program_run(&job.program, HAUL_CALL(work, .job = &job), interrupt, &job);
        status = conclude(&job, code);
    } else {
        status = program_give_up(&job.program, code);
    }
    tear_down(&job);
    return status;
}
