#include "stage.h"

#include "core/loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void report(void *data, struct haul_loop *loop, const char *message, int code)
{
    (void)loop;
    assert_non_null(message);
    stage_say(data, "report %d", code);
}

int stage_open(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    struct haul_loop_options options = {
        .clock = haul_virtual_clock(&stage->clock), .exception_handler = report, .exception_data = stage};
    assert_int_equal(haul_loop_create(&options, &stage->loop), 0);
    *state = stage;
    return 0;
}

int stage_close(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(haul_loop_finish(stage->loop), 0);
    free(stage);
    return 0;
}

int64_t stage_time(const struct stage *stage)
{
    return haul_loop_now(stage->loop) / HAUL_MILLISECOND;
}

void stage_say(struct stage *stage, const char *format, ...)
{
    if (stage->size > 0)
        stage->size += (size_t)sprintf(stage->script + stage->size, ", ");
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(stage->script + stage->size, sizeof(stage->script) - stage->size, format, arguments);
    va_end(arguments);
    stage->size += (size_t)size;
    assert_true(stage->size + 2 < sizeof(stage->script));
}

void stage_forget(struct stage *stage)
{
    stage->size = 0;
    stage->script[0] = '\0';
}

struct haul_task *stage_task(struct stage *stage, struct haul_awaitable awaitable)
{
    struct haul_task *task;
    assert_int_equal(haul_task_create(stage->loop, awaitable, &task), 0);
    return task;
}

int stage_end(struct stage *stage, struct haul_task *task)
{
    assert_int_equal(haul_run_until_complete(stage->loop, haul_task_future(task)), 0);
    int code = haul_future_code(haul_task_future(task));
    haul_task_unref(task);
    return code;
}

int stage_run(struct stage *stage, struct haul_awaitable awaitable)
{
    return stage_end(stage, stage_task(stage, awaitable));
}

void stage_turn(struct stage *stage, int iterations)
{
    for (int i = 0; i < iterations; i++)
        assert_int_equal(haul__loop_run_once(stage->loop), 0);
}

bool meets_assert(void (*fn)(void *data), void *data)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        signal(SIGABRT, SIG_DFL);
        fn(data);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

struct haul_step actor(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(actor);
    stage_say(self->stage, "%s begins", self->name);
    HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->duration));
    stage_say(self->stage, self->code == 0 ? "%s ends" : "%s cancelled", self->name);
    if (self->code != 0)
        HAUL_FAIL(self->code);
    if (self->failure != 0)
        HAUL_FAIL(self->failure);
    HAUL_RETURN(.integer = self->result);
    HAUL_FINALLY;
    if (self->cleanup > 0) {
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, self->cleanup));
        stage_say(self->stage, self->code == 0 ? "%s cleaned" : "%s interrupted", self->name);
    }
    HAUL_END;
}

void count_destroyed(void *counter)
{
    ++*(int *)counter;
}
