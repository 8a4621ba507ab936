#include "core/task.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <stdio.h>

static void tell(const struct haul__observation *observation, struct haul_task *task, enum haul_trace_event event)
{
    const struct haul_future *future = &task->future;
    struct haul_trace_step step = {.task = task, .event = event};
    if (haul_future_done(future)) {
        step.code = future->code;
        step.value = future->value;
    }
    observation->trace(observation->trace_data, &step);
}

static void observe(struct haul_task *task, enum haul_trace_event event)
{
    struct haul__observation *observation = &haul_task_loop(task)->observation;
    if (observation->held && event == HAUL_TRACE_RUNS) {
        char room[HAUL_TASK_NAME_SIZE];
        snprintf(observation->stepped, sizeof(observation->stepped), "%s", haul_task_name(task, room));
    }
    if (observation->trace)
        tell(observation, task, event);
}

/* What was stepped may be gone by now, and is known by its name. */
static void held(struct haul_loop *loop, const char *what, int64_t begin)
{
    const struct haul__observation *observation = &loop->observation;
    int64_t duration = loop->clock.now(loop->clock.data) - begin;
    if (duration < observation->slow_callback_duration)
        return;
    char message[sizeof(observation->stepped) + 64];
    double seconds = (double)duration / HAUL_SECOND;
    if (observation->stepped[0])
        snprintf(message, sizeof(message), "Executing <Task name='%s'> took %.3f seconds", observation->stepped,
                 seconds);
    else
        snprintf(message, sizeof(message), "Executing <%s> took %.3f seconds", what, seconds);
    haul__loop_report(loop, message, 0);
}

static void set_step(struct haul__observation *observation)
{
    observation->step = observation->trace || observation->held ? observe : NULL;
}

void haul_loop_set_trace(struct haul_loop *loop, haul_trace_fn *fn, void *data)
{
    loop->observation.trace = fn;
    loop->observation.trace_data = data;
    set_step(&loop->observation);
}

void haul_loop_set_idle(struct haul_loop *loop, haul_idle_fn *fn, void *data)
{
    loop->observation.idle = fn;
    loop->observation.idle_data = data;
}

void haul_loop_set_debug(struct haul_loop *loop, int on)
{
    loop->observation.held = on ? held : NULL;
    set_step(&loop->observation);
}

void haul_loop_set_slow_callback_duration(struct haul_loop *loop, int64_t duration)
{
    loop->observation.slow_callback_duration = duration;
}
