/* The tutorial's scheduler, which is a loop here: its trace says what the scheduler prints, and its outcomes by task
 * are the tables of results and errors. The tutorial counts tasks from 0, a loop from 1. */
#ifndef EXAMPLES_SCHEDULER_H
#define EXAMPLES_SCHEDULER_H

#include "examples/lucas.h"

static inline void print_step(void *data, const struct haul_trace_step *step)
{
    FILE *out = data;
    if (step->event == HAUL_TRACE_RUNS)
        fprintf(out, "Running task %d...", (int)haul_task_id(step->task) - 1);
    else if (step->event == HAUL_TRACE_COMPLETED)
        fprintf(out, "Completed with result: %lld\n", (long long)step->value.integer);
    else if (step->event == HAUL_TRACE_FAILED || step->event == HAUL_TRACE_CANCELLED)
        fprintf(out, "Failed with exception: %s\n", haul_error_message(step->code));
    else
        fprintf(out, "Now yielded\n");
}

/* The first Lucas number that is no less than LEAST. */
struct search_lucas {
    struct haul_coroutine coroutine;
    int64_t least;
    struct lucas lucas;
    struct haul_generator numbers;
    union haul_value number;
};

static inline struct haul_step search_lucas(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(search_lucas);
    self->lucas = HAUL_FRAME(lucas);
    haul_generator_init(&self->numbers, &self->lucas.coroutine);
    while (haul_generator_next(&self->numbers, &self->number) == 0) {
        if (self->number.integer >= self->least)
            HAUL_RETURN(.integer = self->number.integer);
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    HAUL_FAIL(HAUL_E_INVALID);
    HAUL_FINALLY;
    haul_generator_close(&self->numbers);
    HAUL_END;
}

/* Runs until nothing is left that could happen: all tasks have ended. */
static inline int run_to_completion(struct haul_loop *loop)
{
    int code = haul_loop_run_forever(loop);
    return code == HAUL_E_STALLED ? 0 : code;
}

static inline int print_result(struct haul_outcomes *outcomes, uint64_t id, FILE *out)
{
    struct haul_outcome outcome;
    int code = haul_outcomes_pop(outcomes, id, &outcome);
    if (code == 0)
        code = outcome.code;
    if (code == 0)
        fprintf(out, "%lld\n", (long long)outcome.value.integer);
    return code;
}

#endif
