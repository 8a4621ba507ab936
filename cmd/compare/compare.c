#include "compare/compare.h"

#include "compare/announcer.h"
#include "compare/baseline.h"
#include "compare/client_runner.h"
#include "compare/exports.h"
#include "compare/illustration.h"
#include "compare/rounds.h"
#include "compare/run_records.h"
#include "compare/sides.h"
#include "compare/table.h"
#include "compare/words.h"
#include "input/source.h"
#include "message.h"
#include "output/spill.h"
#include "output/text.h"
#include "output/writer.h"
#include "picture/pictures.h"
#include "picture/waterfall.h"
#include "run/program.h"

#include <haul/haul.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* All that a comparison needs, made from the top down and torn down from the bottom up. */
struct job {
    struct exports exports;
    struct baseline baseline;
    struct program program;
    struct sides sides;
    struct variant *variants;
    size_t variant_count;
    struct variant *warm_ups;
    size_t warm_up_count;
    struct comparison comparison;
    struct client_runner runner;
    struct pictures *pictures;   /* NULL: none is asked for */
    struct run_records *records; /* that they are made of */
    struct announcer announcer;
    bool is_worse; /* than the baseline, past the limit */
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

static void run_begins(void *data, size_t number, size_t count, const struct variant *variant)
{
    struct job *job = data;
    if (job->records)
        run_records_begin(job->records, number);
    struct variant_labels labels = comparison_labels(&job->comparison);
    struct text label = {0};
    variant_append(&label, &labels, variant);
    text_append(&label, "", 1);
    if (!label.failed)
        announcer_show_run(&job->announcer, number, count, label.bytes);
    text_finish(&label);
}

/* What one after another would take too long becomes a sample. That it would is all that is taken from a run whose
 * latencies are those of concurrency: no figure is. */
static void decide_sampling(struct job *job, const struct measured_run *run)
{
    int64_t most = job->program.options->comparison.skip_sequential_above;
    if (run->sum_of_totals > most)
        job->runner.sample_time = most;
}

/* About how long it takes, going by a run as completed. */
static void tell_duration(const struct job *job, const struct measured_run *run)
{
    int64_t least = job->program.options->comparison.min_time;
    int64_t estimate = rounds_estimate(&job->comparison, run, job->runner.sample_time);
    announcer_tell_duration(&job->announcer, least != HAUL_NEVER && least > estimate ? least : estimate);
}

static void warmed_up(void *data, const struct measured_run *run, size_t left)
{
    struct job *job = data;
    decide_sampling(job, run);
    if (left == 0)
        tell_duration(job, run);
}

/* Says what will be done with the list, now that it is known. */
static void tell_plan(struct job *job, bool is_offline)
{
    const struct url_list *list = &job->sides.lists[0];
    size_t run_count = job->comparison.rounds * job->comparison.variant_count;
    const struct announcer_plan plan = {
        .url_count = list->count,
        .run_count = run_count + job->warm_up_count,
        .is_offline = is_offline,
        .is_least = job->program.options->comparison.min_time != HAUL_NEVER,
    };
    announcer_tell_plan(&job->announcer, &plan);
    if (is_offline) {
        struct measured_run foretold;
        url_list_foretell(list, job->program.options->concurrency, &foretold);
        decide_sampling(job, &foretold);
        tell_duration(job, &foretold);
    }
}

/* Cold one run as completed on each side will do, since all that it warms is beyond haul; warm there is one for each
 * client that is kept. */
static int list_warm_ups(struct job *job)
{
    const struct comparison_options *options = &job->program.options->comparison;
    size_t each = options->is_warm ? options->concurrency_count : 1;
    /* Where all that is compared is races, nobody waits for those that lose. */
    bool are_races = options->mode_count == 1 && options->modes[0] == MODE_RACE;
    enum mode mode = are_races ? MODE_RACE : MODE_AS_COMPLETED;
    job->warm_ups = calloc(each * job->sides.count, sizeof(*job->warm_ups));
    if (!job->warm_ups)
        return -ENOMEM;
    for (size_t side = 0; side < job->sides.count; side++) {
        for (size_t i = 0; i < each; i++) {
            size_t concurrency = options->concurrencies[options->concurrency_count - 1 - i];
            job->warm_ups[job->warm_up_count++] = (struct variant){mode, concurrency, side};
        }
    }
    return 0;
}

/* What does not touch the network is the same each time: one round says all, unless more are asked for. */
static size_t rounds_wanted(const struct job *job, bool is_offline)
{
    const struct comparison_options *options = &job->program.options->comparison;
    if (job->sides.lists[0].count == 0)
        return 0;
    return is_offline && !options->are_runs_given ? 1 : options->runs;
}

/* What does not touch the network needs no run to warm up either. */
static int begin_rounds(struct job *job, struct rounds *ret_rounds)
{
    const struct options *options = job->program.options;
    const struct url_list *list = &job->sides.lists[0];
    bool is_offline = url_list_is_offline(list);
    job->comparison = (struct comparison){
        .urls = (const char *const *)list->names,
        .hosts = list->hosts,
        .url_count = list->count,
        .host_count = list->host_count,
        .per_host = options->per_host,
        .is_warm = options->comparison.is_warm,
        .variants = job->variants,
        .variant_count = job->variant_count,
        .sides = job->sides.names,
        .bases = (const char *const *)job->sides.bases,
        .side_count = job->sides.names ? job->sides.count : 0,
        .rounds = rounds_wanted(job, is_offline),
    };
    int code = client_runner_init(&job->runner, options, job->program.trust, job->sides.lists);
    job->runner.records = job->records;
    if (code == 0 && !is_offline)
        code = list_warm_ups(job);
    if (code != 0)
        return code;
    *ret_rounds = HAUL_FRAME(rounds, .comparison = &job->comparison, .runner = &job->runner.runner,
                             .warm_ups = job->warm_ups, .warm_up_count = job->warm_up_count,
                             .min_time = options->comparison.min_time != HAUL_NEVER ? options->comparison.min_time : 0,
                             .watcher = {.run_begins = run_begins, .warmed_up = warmed_up, .data = job});
    if (list->count > 0)
        tell_plan(job, is_offline);
    return comparison_begin(&job->comparison);
}

static void fail_export(struct job *job, const char *path, int code)
{
    message("cannot write %s: %s", path, haul_error_message(code));
    job->program.has_told = true;
}

/* Table, words and waterfalls, on standard output unless an export is there. */
static int give(void *data, const char *bytes, size_t size)
{
    const struct job *job = data;
    if (!exports_take_standard_output(&job->exports))
        return writer_write(job->program.writer, bytes, size);
    message_write(bytes, size);
    return 0;
}

/* Makes the pictures. Where one cannot be written, the others are there. */
static int illustrate(struct job *job, const struct findings *findings, const struct text *words)
{
    struct picture_problem problem;
    int code = job->program.options->waterfall ? give(job, "\n", 1) : 0;
    if (code == 0)
        code = illustration_add(job->pictures, job->records, findings, words);
    if (code == 0 && pictures_end(job->pictures, &problem) != 0)
        fail_export(job, problem.name, problem.code);
    return code;
}

static int tell_findings(struct job *job, const struct findings *findings)
{
    const struct comparison_options *options = &job->program.options->comparison;
    const struct baseline_limit limit = {options->has_max_regression, options->max_regression};
    struct text table = {0}, words = {0};
    int code = table_append(&table, &job->comparison, findings->figures);
    if (code == 0)
        code = words_append(&words, findings);
    if (code == 0 && options->baseline)
        code = baseline_append(&words, &job->baseline, findings, limit, &job->is_worse);
    text_append_string(&table, "\n");
    if (words.size > 0)
        text_append(&table, words.bytes, words.size);
    if (code == 0)
        code = table.failed ? -ENOMEM : give(job, table.bytes, table.size);
    if (code == 0)
        code = exports_fill(&job->exports, findings, job->program.writer);
    if (code == 0 && job->pictures)
        code = illustrate(job, findings, &words);
    text_finish(&table);
    text_finish(&words);
    return code;
}

/* Finds out what the complete rounds show, and tells it. */
static int tell_rounds(struct job *job)
{
    const struct comparison *comparison = &job->comparison;
    struct differences differences = {0};
    struct pairs pairs = {0};
    struct figures *figures = NULL;
    int code = 0;
    if (comparison->rounds_complete > 0 && comparison->url_count > 0) {
        code = differences_find(comparison, &differences);
        if (code == 0)
            code = pairs_find(comparison, &pairs);
        if (code == 0)
            code = figures_of_all(comparison, &figures);
    }
    const struct findings findings = {comparison, &differences, figures, &pairs};
    if (code == 0)
        code = tell_findings(job, &findings);
    free(figures);
    pairs_finish(&pairs);
    differences_finish(&differences);
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
    return is_missing ? 0 : tell_rounds(job);
}

static struct haul_step work(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(work);
    self->read = HAUL_FRAME(url_list_read, .list = &self->job->sides.lists[0], .feed = &self->job->program.feed.feed);
    HAUL_AWAIT(haul_call(task, &self->read.coroutine));
    self->code = sides_complete(&self->job->sides, self->job->program.options);
    if (self->code == 0)
        self->code = begin_rounds(self->job, &self->rounds);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    if (self->job->comparison.url_count > 0)
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
    client_runner_finish(&self->job->runner);
    HAUL_END;
}

static void interrupt(void *data)
{
    program_cancel(&((struct job *)data)->program);
}

/* Whether the baseline has something of what will be run. */
static bool has_common_variant(const struct job *job)
{
    for (size_t i = 0; i < job->variant_count; i++) {
        const char *side = job->sides.count > 1 ? job->sides.names[job->variants[i].side] : NULL;
        if (baseline_find(&job->baseline, &job->variants[i], side))
            return true;
    }
    return false;
}

/* HAUL_E_INVALID: it cannot be held against what will be run, and a message has said so. */
static int read_baseline(struct job *job, const struct comparison_options *options)
{
    if (!options->baseline)
        return 0;
    const char *problem;
    int code = baseline_read(options->baseline, &job->baseline, &problem);
    if (code == 0 && baseline_is_warm(&job->baseline) != options->is_warm) {
        problem = options->is_warm ? "it was measured cold, and this is --warm" : "it was measured with --warm";
        code = HAUL_E_INVALID;
    } else if (code == 0 && !has_common_variant(job)) {
        problem = "it has none of the modes, concurrencies and sides that are asked for";
        code = HAUL_E_INVALID;
    }
    if (code == 0 || code == -ENOMEM)
        return code;
    message("--baseline %s: %s", options->baseline, code < 0 ? haul_error_message(code) : problem);
    job->program.has_told = true;
    return HAUL_E_INVALID;
}

static int begin_pictures(struct job *job, const struct options *options)
{
    const struct waterfall_outlet outlet = {
        .descriptor = exports_take_standard_output(&job->exports) ? STDERR_FILENO : STDOUT_FILENO,
        .write = give,
        .data = job,
    };
    struct picture_problem problem;
    int code = pictures_create(options, &outlet, &job->pictures, &problem);
    if (code == 0) {
        problem.name = spill_directory();
        code = run_records_create(problem.name, &job->program.epoch, &job->records);
    }
    if (code != 0)
        fail_export(job, problem.name, code);
    return code;
}

static int make(struct job *job, const struct options *options)
{
    announcer_init(&job->announcer, options->silent);
    message_set_before(announcer_clear, &job->announcer);
    int code = program_make(&job->program, options);
    if (code == 0)
        code = sides_make(&job->sides, &options->comparison);
    if (code == 0)
        job->variants = variant_list(&options->comparison, &job->variant_count);
    if (code == 0 && !job->variants)
        code = -ENOMEM;
    if (code == 0)
        code = read_baseline(job, &options->comparison);
    const char *path;
    if (code != 0)
        return code;
    code = exports_begin(&job->exports, options->comparison.files, &path);
    if (code != 0)
        fail_export(job, path, code);
    return code == 0 && pictures_are_wanted(options) ? begin_pictures(job, options) : code;
}

static void tear_down(struct job *job)
{
    message_set_before(NULL, NULL);
    comparison_finish(&job->comparison);
    free(job->warm_ups);
    free(job->variants);
    sides_finish(&job->sides);
    baseline_finish(&job->baseline);
    pictures_destroy(job->pictures);
    run_records_destroy(job->records);
    exports_finish(&job->exports);
    program_tear_down(&job->program);
}

/* What a comparison that has ended with CODE comes to, and says. */
static enum exit_status conclude(struct job *job, int code)
{
    const char *path;
    /* A file may be a pipe that nobody reads. */
    interruption_let_through();
    int export_code = exports_commit(&job->exports, &path);
    if (export_code != 0)
        fail_export(job, path, export_code);
    announcer_clear(&job->announcer);
    if (job->program.interruption.signal != 0 && !job->comparison.runs)
        message("interrupted while the list was read");
    bool is_refused = code == HAUL_E_INVALID; /* the list does not go with the sides; a message has said so */
    program_tell_failure(&job->program, is_refused ? 0 : code);
    bool is_ok = comparison_not_ok(&job->comparison) == 0;
    enum exit_status status = is_ok ? EXIT_STATUS_OK : EXIT_STATUS_NOT_OK;
    if (job->is_worse)
        status = exit_status_worse(status, EXIT_STATUS_REGRESSION);
    if (is_refused)
        status = exit_status_worse(status, EXIT_STATUS_USAGE);
    return program_judge(&job->program, status, is_refused ? 0 : code);
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
