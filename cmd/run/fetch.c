#include "run/fetch.h"

#include "files/draft.h"
#include "input/source.h"
#include "message.h"
#include "options/client_options.h"
#include "options/status_set.h"
#include "output/journal.h"
#include "output/output.h"
#include "output/progress.h"
#include "output/spill.h"
#include "output/verbose.h"
#include "output/write_out.h"
#include "picture/pictures.h"
#include "request/jar.h"
#include "run/advice.h"
#include "run/condition.h"
#include "run/dedupe.h"
#include "run/entry.h"
#include "run/epilogue.h"
#include "run/front.h"
#include "run/gauge.h"
#include "run/products.h"
#include "run/program.h"
#include "run/resume.h"
#include "run/verdict.h"

#include <haul/haul.h>

/* All that a run needs, made from the top down and torn down from the bottom up. */
struct run {
    struct program program;
    struct jar jar;
    struct haul_client *client;
    struct gauge gauge;
    struct progress *progress; /* NULL: none is shown */
    struct products products;
    struct dedupe *dedupe; /* NULL: each URL is fetched each time */
    struct feed *feed;     /* what is fetched: the program's, or */
    struct resume resume;  /* what this leaves of it */
    struct verdict verdict;
    struct haul_handle *deadline; /* the call at it; NULL: there is none, or it was made */
    bool is_overdue;
    struct front front;
    struct advice advice;
    bool front_has_ended;
    bool is_interrupted;
    struct output_wait_room wait_room; /* the front's, while it waits for the output */
};

/* Runs the front, and lets the output finish. */
struct work {
    struct haul_coroutine coroutine;
    struct run *run;
    struct front_run front;
    struct output_drain drain;
    int code;
};

static struct haul_step work(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(work);
    self->front = HAUL_FRAME(front_run, .front = &self->run->front);
    HAUL_AWAIT_CODE(self->code, haul_call(task, &self->front.coroutine));
    self->run->front_has_ended = true;
    self->drain = HAUL_FRAME(output_drain, .output = self->run->products.output);
    HAUL_AWAIT(haul_call(task, &self->drain.coroutine));
    if (self->code != 0 && self->code != HAUL_E_CANCELLED)
        HAUL_FAIL(self->code);
    HAUL_FINALLY;
    HAUL_END;
}

static int emit(void *data, struct entry *entry)
{
    struct run *run = data;
    int code = advice_note(&run->advice, entry->result);
    return code == 0 ? output_emit(run->products.output, entry) : code;
}

static int prepare(void *data, struct entry *entry, haul_body_fn **ret_fn, void **ret_data)
{
    struct run *run = data;
    int code = output_prepare(run->products.output, entry, ret_fn, ret_data);
    if (code != 0 || !run->products.etags || entry->result)
        return code;
    return condition_set(entry, run->products.etags, request_of(&run->program.options->request));
}

/* Who has won a race is decided here, since only the winner's file is kept. */
static int complete(void *data, struct entry *entry, struct haul_result *result, int code)
{
    struct run *run = data;
    verdict_apply(&run->verdict, result);
    return output_complete(run->products.output, entry, result, code);
}

static struct haul_await wait_complete(struct haul_task *task, void *data, struct entry *entry)
{
    return output_wait_complete(task, ((struct run *)data)->products.output, entry);
}

static void take_turn(void *data, struct entry *entry)
{
    output_take_turn(((struct run *)data)->products.output, entry);
}

static bool is_full(void *data)
{
    return output_is_full(((struct run *)data)->products.output);
}

static struct haul_await wait_room(struct haul_task *task, void *data)
{
    struct run *run = data;
    run->wait_room = HAUL_FRAME(output_wait_room, .output = run->products.output);
    return haul_call(task, &run->wait_room.coroutine);
}

/* Cancels what is not done. What is has only to be written, which is not cut short but by a second signal. */
static void cut_short(struct run *run, const char *reason)
{
    if (run->front_has_ended)
        return;
    front_stop(&run->front, reason);
    program_cancel(&run->program);
}

static void interrupt(void *data)
{
    struct run *run = data;
    if (run->is_interrupted && run->products.files)
        drafts_discard(run->products.files);
    run->is_interrupted = true;
    cut_short(run, "interrupted");
}

static void deadline_came(void *data)
{
    struct run *run = data;
    run->deadline = NULL;
    run->is_overdue = !run->front_has_ended;
    cut_short(run, "deadline");
}

static void judge(void *data, struct entry *entry)
{
    struct run *run = data;
    const struct options *options = run->program.options;
    verdict_count(&run->verdict, entry->result);
    if (options->fail_fast && verdict_has_failed(&run->verdict))
        cut_short(run, "fail-fast");
    if (options->race && verdict_has_ok(&run->verdict))
        cut_short(run, verdict_race_lost);
}

/* An input was done before: that is as good as done now. */
static void pass(void *data)
{
    struct run *run = data;
    output_pass(run->products.output);
    verdict_count_done(&run->verdict);
    if (run->program.options->race)
        cut_short(run, verdict_race_lost);
}

static bool is_under_way(const struct run *run)
{
    struct haul_client_statistics statistics;
    haul_client_statistics(run->client, &statistics);
    return statistics.in_flight > 0;
}

/* What waits for its host has passed the front, and must not start either while the output is full. */
static struct haul_event *missing_room(void *data)
{
    const struct run *run = data;
    return output_missing_room(run->products.output, is_under_way(run));
}

static void look_again(void *data)
{
    const struct run *run = data;
    if (!is_under_way(run))
        output_look_again(run->products.output);
}

static bool is_ok(void *data, int status)
{
    const struct run *run = data;
    return status_set_has(&run->program.options->ok_status, status);
}

static int make_client(struct run *run)
{
    const struct options *options = run->program.options;
    const struct write_out_needs needs =
        options->write_out ? write_out_needs(options->write_out) : (struct write_out_needs){0};
    struct haul_client_options client_options;
    client_options_fill(options, options->mode, run->program.trust, &client_options);
    client_options.is_ok = is_ok;
    client_options.is_ok_data = run;
    client_options.waiting = front_room_changed;
    client_options.waiting_data = &run->front;
    client_options.keep_headers = options->remote_header_name || options->include_headers || options->continues ||
                                  options->etags || needs.headers;
    client_options.keep_certs = needs.certs;
    client_options.keep_connection = needs.connection;
    client_options.keep_hops = options->is_record_full || pictures_are_wanted(options);
    client_options.gate = missing_room;
    client_options.gate_data = run;
    client_options.pause = advice_tell_pause;
    client_options.cookies = run->jar.cookies;
    client_options.debug = options->connections.verbose ? verbose_write : NULL;
    return haul_client_create(run->program.loop, &client_options, &run->client);
}

static int make_dedupe(struct run *run)
{
    int code = dedupe_create(spill_directory(), &run->dedupe);
    if (code != 0) {
        message("cannot make a file for --dedupe in %s: %s", spill_directory(), haul_error_message(code));
        run->program.has_told = true;
    }
    return code;
}

static int make_feed(struct run *run)
{
    struct program *program = &run->program;
    const struct options *options = program->options;
    run->feed = &program->feed.feed;
    if (!options->resume)
        return 0;
    const struct journal *journal = run->products.reports.journal;
    int descriptor = journal ? journal_descriptor(journal) : -1;
    int code = resume_make(&run->resume, options->journal, descriptor, run->products.files, run->feed);
    program->has_told |= code == HAUL_E_INVALID;
    resume_set_passed(&run->resume, pass, run);
    run->feed = &run->resume.feed;
    return code;
}

static int make(struct run *run, const struct options *options)
{
    int code = program_make(&run->program, options);
    if (code == 0) {
        code = jar_open(&run->jar, &options->request);
        run->program.has_told = code == HAUL_E_INVALID;
    }
    if (code == 0)
        code = make_client(run);
    if (code == 0)
        code = products_make(&run->products, &run->program);
    if (code == 0 && options->dedupe)
        code = make_dedupe(run);
    if (code == 0)
        code = make_feed(run);
    if (code != 0)
        return code;
    const struct front_plan plan = {
        .client = run->client,
        .feed = run->feed,
        .sink = {.emit = emit,
                 .prepare = prepare,
                 .judge = judge,
                 .complete = complete,
                 .wait_complete = wait_complete,
                 .restart = output_restart,
                 .take_turn = take_turn,
                 .is_full = is_full,
                 .wait_room = wait_room,
                 .look_again = look_again,
                 .data = run},
        .request = request_of(&options->request),
        .dedupe = run->dedupe,
        .mode = options->mode,
        .concurrency = options->mode == MODE_SEQUENTIAL ? 1 : options->concurrency,
        .window = options->window,
    };
    front_init(&run->front, &plan);
    const struct verdict_rules rules = {.fail_on = options->fail_on, .is_race = options->race};
    verdict_init(&run->verdict, &rules);
    run->gauge = (struct gauge){&run->program, run->client, run->products.output, &run->front, &run->resume};
    code = gauge_show(&run->gauge, &run->progress);
    int64_t deadline = haul_deadline(run->program.epoch.monotonic, options->deadline);
    if (code != 0 || deadline == HAUL_NEVER)
        return code;
    return haul_loop_call_at(run->program.loop, deadline, deadline_came, run, &run->deadline);
}

static void tear_down(struct run *run)
{
    if (run->deadline)
        haul_handle_cancel(run->deadline);
    progress_destroy(run->progress);
    products_finish(&run->products);
    dedupe_destroy(run->dedupe);
    resume_finish(&run->resume);
    haul_client_destroy(run->client);
    advice_finish(&run->advice);
    jar_finish(&run->jar);
    program_tear_down(&run->program);
}

/* Ends what the run was to write. A first signal that comes meanwhile is put off until that is whole. */
static void end_files(struct run *run, const struct epilogue *epilogue)
{
    struct program *program = &run->program;
    struct feed *rest = front_is_drained(&run->front) ? NULL : run->feed;
    /* What is read for --failed alone is no part of the run. */
    resume_set_passed(&run->resume, NULL, NULL);
    reports_end(&run->products.reports, rest, program->source, epilogue);
    if (jar_save(&run->jar) < 0)
        program->has_told = true;
    interruption_let_through();
}

/* What a run that has ended with CODE comes to, and says. */
static enum exit_status conclude(struct run *run, int code)
{
    struct program *program = &run->program;
    const struct options *options = program->options;
    const struct epilogue epilogue = {
        .options = options,
        .output = run->products.output,
        .client = run->client,
        .wall = haul_loop_update_now(program->loop) - program->epoch.monotonic,
        .is_whole = front_is_drained(&run->front) && !source_has_failed(program->source),
        .is_enough = options->race && verdict_has_ok(&run->verdict),
    };
    end_files(run, &epilogue);
    progress_clear(run->progress);
    program_tell_failure(program, code);
    if (writer_state(program->writer) == WRITER_OPEN)
        epilogue_tell(&epilogue);
    reports_show(&run->products.reports);
    program->has_told |= products_have_failed(&run->products);
    enum exit_status status = verdict_is_failure(&run->verdict) ? EXIT_STATUS_NOT_OK : EXIT_STATUS_OK;
    if (run->is_overdue)
        status = exit_status_worse(status, EXIT_STATUS_DEADLINE);
    return program_judge(program, status, code);
}

enum exit_status fetch_command(const struct options *options)
{
    struct run run = {.advice = {.has_retries = options->retries > 0}};
    int code = make(&run, options);
    enum exit_status status;
    if (code == 0) {
        code = program_run(&run.program, HAUL_CALL(work, .run = &run), interrupt, &run);
        /* What is read now is what --failed has of the rest. */
        source_feed_end_repeats(&run.program.feed);
        status = conclude(&run, code);
    } else {
        status = program_give_up(&run.program, code);
    }
    tear_down(&run);
    return status;
}
