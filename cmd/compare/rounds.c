#include "compare/rounds.h"

#include <haul/loop.h>
#include <haul/task.h>

size_t rounds_variant_of(const struct comparison *comparison, size_t number)
{
    size_t round = number / comparison->variant_count;
    size_t turn = number % comparison->variant_count;
    return (round + turn) % comparison->variant_count;
}

int64_t rounds_estimate(const struct comparison *comparison, const struct measured_run *run, int64_t sequential_time)
{
    int64_t sequential = run->sum_of_totals < sequential_time ? run->sum_of_totals : sequential_time;
    double round = 0;
    for (size_t i = 0; i < comparison->variant_count; i++)
        round += (double)(comparison->variants[i].mode == MODE_SEQUENTIAL ? sequential : run->wall);
    double all = round * (double)comparison->rounds;
    return all < (double)(INT64_MAX / 2) ? (int64_t)all : INT64_MAX / 2;
}

static void tell_begin(const struct rounds *self, size_t number, const struct variant *variant)
{
    if (self->watcher.run_begins)
        self->watcher.run_begins(self->watcher.data, number, self->comparison->rounds * self->comparison->variant_count,
                                 variant);
}

static struct haul_await warm_up(struct rounds *self, struct haul_task *task)
{
    const struct variant *variant = &self->warm_ups[self->warmed];
    tell_begin(self, 0, variant);
    return self->runner->run(task, self->runner, variant, &self->warm_up);
}

static void note_warmed_up(struct rounds *self)
{
    self->warmed++;
    if (self->watcher.warmed_up)
        self->watcher.warmed_up(self->watcher.data, &self->warm_up, self->warm_up_count - self->warmed);
    measure_finish(&self->warm_up);
}

/* Begins the next measured run. */
static struct haul_await run_next(struct rounds *self, struct haul_task *task)
{
    struct comparison *comparison = self->comparison;
    size_t place = rounds_variant_of(comparison, self->done);
    tell_begin(self, self->done + 1, &comparison->variants[place]);
    return self->runner->run(task, self->runner, &comparison->variants[place],
                             comparison_run(comparison, self->done / comparison->variant_count, place));
}

/* A run is over. Where that ended the last round there may be time for another. */
static int note_run(struct rounds *self, struct haul_loop *loop)
{
    struct comparison *comparison = self->comparison;
    self->done++;
    comparison->rounds_complete = self->done / comparison->variant_count;
    if (comparison->rounds_complete < comparison->rounds || comparison->rounds >= ROUNDS_AT_MOST ||
        haul_loop_update_now(loop) - self->begin >= self->min_time)
        return 0;
    return comparison_add_round(comparison);
}

struct haul_step rounds(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(rounds);
    while (self->warmed < self->warm_up_count) {
        HAUL_AWAIT(warm_up(self, task));
        note_warmed_up(self);
    }
    self->begin = haul_loop_update_now(haul_task_loop(task));
    while (self->done < self->comparison->rounds * self->comparison->variant_count) {
        HAUL_AWAIT(run_next(self, task));
        self->code = note_run(self, haul_task_loop(task));
        if (self->code != 0)
            HAUL_FAIL(self->code);
    }
    HAUL_FINALLY;
    measure_finish(&self->warm_up);
    HAUL_END;
}
