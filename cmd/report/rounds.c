#include "report/rounds.h"

size_t rounds_mode_of(const struct comparison *comparison, size_t number)
{
    size_t round = number / comparison->mode_count;
    size_t turn = number % comparison->mode_count;
    return (round + turn) % comparison->mode_count;
}

int64_t rounds_estimate(const struct comparison *comparison, const struct measured_run *run)
{
    double round = 0;
    for (size_t mode = 0; mode < comparison->mode_count; mode++)
        round += (double)(comparison->modes[mode] == MODE_SEQUENTIAL ? run->sum_of_totals : run->wall);
    double all = round * (double)comparison->rounds;
    return all < (double)(INT64_MAX / 2) ? (int64_t)all : INT64_MAX / 2;
}

static void tell_begin(const struct rounds *self, size_t number, enum mode mode)
{
    if (self->watcher.run_begins)
        self->watcher.run_begins(self->watcher.data, number, self->comparison->rounds * self->comparison->mode_count,
                                 mode);
}

/* Begins the next measured run. */
static struct haul_await run_next(struct rounds *self, struct haul_task *task)
{
    struct comparison *comparison = self->comparison;
    size_t place = rounds_mode_of(comparison, self->done);
    enum mode mode = comparison->modes[place];
    tell_begin(self, self->done + 1, mode);
    return self->runner->run(task, self->runner, mode,
                             comparison_run(comparison, self->done / comparison->mode_count, place));
}

struct haul_step rounds(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(rounds);
    if (self->has_warm_up) {
        tell_begin(self, 0, MODE_AS_COMPLETED);
        HAUL_AWAIT(self->runner->run(task, self->runner, MODE_AS_COMPLETED, &self->warm_up));
        if (self->watcher.warmed_up)
            self->watcher.warmed_up(self->watcher.data, &self->warm_up);
    }
    while (self->done < self->comparison->rounds * self->comparison->mode_count) {
        HAUL_AWAIT(run_next(self, task));
        self->done++;
        self->comparison->rounds_complete = self->done / self->comparison->mode_count;
    }
    HAUL_FINALLY;
    measure_finish(&self->warm_up);
    HAUL_END;
}
