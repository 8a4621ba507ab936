#include "run/program.h"

#include "descriptor_limit.h"
#include "input/source.h"
#include "message.h"
#include "options/client_options.h"
#include "request/jar.h"

#include <haul/haul.h>

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The work beside the writers. */
struct beside {
    struct haul_coroutine coroutine;
    struct program *program;
    struct haul_awaitable work;
    struct haul_group group;
    int code;
};

static int spawn_all(struct beside *beside)
{
    struct program *program = beside->program;
    struct haul_group *group = &beside->group;
    int code = haul_group_spawn(group, HAUL_CALL(writer_run, .writer = program->writer), NULL);
    if (code == 0 && program->target.writer)
        code = haul_group_spawn(group, HAUL_CALL(writer_run, .writer = program->target.writer), NULL);
    for (size_t i = 0; code == 0 && i < program->destinations.count; i++)
        code = haul_group_spawn(group, HAUL_CALL(writer_run, .writer = program->destinations.targets[i].writer), NULL);
    if (code == 0)
        code = haul_group_spawn(group, HAUL_CALL(messages_run, .messages = &program->messages), NULL);
    if (code == 0)
        code = haul_group_spawn(group, beside->work, &program->work);
    return code;
}

static struct haul_step beside(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(beside);
    haul_group_init(task, &self->group);
    self->code = spawn_all(self);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    HAUL_AWAIT(haul_task_wait(task, self->program->work));
    HAUL_FINALLY;
    haul_group_cancel(&self->group);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    if (self->code != 0 && (coroutine->code == 0 || coroutine->code == HAUL_E_CANCELLED))
        coroutine->code = (int16_t)self->code;
    HAUL_END;
}

static struct epoch read_epoch(struct haul_loop *loop)
{
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    return (struct epoch){.wall = wall.tv_sec * HAUL_SECOND + wall.tv_nsec, .monotonic = haul_loop_update_now(loop)};
}

static int make_feed(struct program *program)
{
    const struct options *options = program->options;
    int code = source_create(options->items, options->item_count, options->input_format, &program->source);
    const char *problem;
    if (code == 0 && options->base)
        code = haul_url_create(options->base, strlen(options->base), &program->base, &problem);
    const struct source_feed_options feed_options = {
        .globs_in_arguments = !options->globoff,
        .globs_in_lists = options->glob,
        .glob_max = options->glob_max,
        .repeat = options->repeat,
        .base = program->base,
        .is_dry_run = options->dry_run,
        .request = request_of(&options->request),
        .keeps_cookies = jar_is_wanted(&options->request),
        .reading = options->reading,
        .query = request_query(&options->request),
    };
    source_feed_init(&program->feed, program->source, &feed_options);
    return code;
}

int program_make(struct program *program, const struct options *options)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    descriptor_limit_raise();
    program->options = options;
    int code = haul_loop_create(NULL, &program->loop);
    if (code != 0)
        return code;
    program->epoch = read_epoch(program->loop);
    code = writer_create(program->loop, STDOUT_FILENO, &program->writer);
    if (code == 0)
        code = messages_begin(&program->messages, program->loop, program->writer);
    if (code == 0) {
        code = client_trust_create(options, &program->trust);
        program->has_told = code == HAUL_E_INVALID;
    }
    return code == 0 ? make_feed(program) : code;
}

static enum writer_state state_of(const struct writer *writer)
{
    return writer ? writer_state(writer) : WRITER_OPEN;
}

/* Of all outputs beside standard output, one that is at its end. NULL: there is none. */
static const struct target *ended_target(const struct program *program)
{
    return state_of(program->target.writer) != WRITER_OPEN ? &program->target
                                                           : destinations_ended(&program->destinations);
}

/* Of all outputs, the one that is at its end. */
static enum writer_state output_state(const struct program *program)
{
    enum writer_state state = state_of(program->writer);
    const struct target *target = ended_target(program);
    return state != WRITER_OPEN || target == NULL ? state : state_of(target->writer);
}

/* Says which output cannot be written. */
static void tell_unwritten(const struct program *program)
{
    bool is_target = state_of(program->writer) != WRITER_FAILED;
    const struct target *target = ended_target(program);
    const struct writer *writer = is_target ? target->writer : program->writer;
    const char *name = is_target ? target->path : "standard output";
    message("cannot write to %s: %s", excerpt(name).text, strerror(writer_error(writer)));
}

int program_run(struct program *program, struct haul_awaitable work, haul_callback_fn *interrupted, void *data)
{
    int code = interruption_begin(&program->interruption, program->loop, interrupted, data);
    struct haul_outcome outcome = {0};
    if (code == 0)
        code = haul_run_task(program->loop, HAUL_CALL(beside, .program = program, .work = work), &outcome);
    interruption_end(&program->interruption);
    return code == 0 ? outcome.code : code;
}

void program_cancel(struct program *program)
{
    if (program->work)
        haul_task_cancel(program->work);
}

void program_tell_failure(const struct program *program, int code)
{
    enum writer_state state = output_state(program);
    if (program->has_told || state == WRITER_READER_GONE)
        return;
    if (state == WRITER_FAILED)
        tell_unwritten(program);
    else if (code != 0 && code != HAUL_E_CANCELLED)
        message("cannot go on: %s", haul_error_message(code));
}

enum exit_status program_judge(const struct program *program, enum exit_status status, int code)
{
    if (source_has_failed(program->source))
        status = exit_status_worse(status, EXIT_STATUS_USAGE);
    if (output_state(program) == WRITER_READER_GONE)
        status = exit_status_worse(status, EXIT_STATUS_NO_READER);
    else if (program->has_told || (code != 0 && code != HAUL_E_CANCELLED))
        status = exit_status_worse(status, EXIT_STATUS_BROKEN);
    return status;
}

enum exit_status program_give_up(const struct program *program, int code)
{
    program_tell_failure(program, code);
    return code == HAUL_E_INVALID ? EXIT_STATUS_USAGE : EXIT_STATUS_BROKEN;
}

void program_tear_down(struct program *program)
{
    messages_end(&program->messages, output_state(program) != WRITER_READER_GONE);
    haul_task_unref(program->work);
    target_close(&program->target);
    destinations_close(&program->destinations);
    writer_destroy(program->writer);
    source_feed_finish(&program->feed);
    source_destroy(program->source);
    haul_url_destroy(program->base);
    haul_trust_unref(program->trust);
    if (program->loop)
        haul_loop_finish(program->loop);
    interruption_raise(&program->interruption);
}
