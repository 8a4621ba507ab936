#include "core/line.h"

#include <haul/barrier.h>
#include <haul/error.h>

void haul_barrier_init(struct haul_barrier *barrier, size_t parties)
{
    assert(parties > 0 && "a barrier for nobody");
    *barrier = (struct haul_barrier){.parties = parties};
    haul__list_init(&barrier->waiters);
}

void haul_barrier_finish(struct haul_barrier *barrier)
{
    assert(haul__list_is_empty(&barrier->waiters));
    (void)barrier;
}

static void cancel_wait(struct haul_task *task)
{
    struct haul_barrier *barrier = haul__task_waited(task);
    barrier->waiting--;
    haul__line_wake(task, HAUL_E_CANCELLED, (union haul_value){0});
}

static const struct haul__ready_kind barrier_kind = {.cancel = cancel_wait};

static void let_through(struct haul_barrier *barrier)
{
    int64_t index = 0;
    for (struct haul_task *task; (task = haul__line_first(&barrier->waiters)); index++)
        haul__line_wake(task, 0, (union haul_value){.integer = index});
    barrier->waiting = 0;
}

static void turn_away(struct haul_barrier *barrier)
{
    haul__line_wake_all(&barrier->waiters, HAUL_E_BROKEN);
    barrier->waiting = 0;
}

struct haul_await haul_barrier_wait(struct haul_task *task, struct haul_barrier *barrier)
{
    if (barrier->broken)
        return (struct haul_await){HAUL_E_BROKEN};
    if (barrier->waiting + 1 == barrier->parties) {
        let_through(barrier);
        return haul__task_answer(task, 0, (union haul_value){.integer = (int64_t)barrier->parties - 1});
    }
    struct haul_await await = haul__task_park(task, &barrier_kind, barrier);
    haul__list_append(&barrier->waiters, &task->ready.at.link);
    barrier->waiting++;
    return await;
}

void haul_barrier_reset(struct haul_barrier *barrier)
{
    barrier->broken = 0;
    turn_away(barrier);
}

void haul_barrier_abort(struct haul_barrier *barrier)
{
    barrier->broken = 1;
    turn_away(barrier);
}

size_t haul_barrier_parties(const struct haul_barrier *barrier)
{
    return barrier->parties;
}

size_t haul_barrier_waiting(const struct haul_barrier *barrier)
{
    return barrier->waiting;
}

int haul_barrier_broken(const struct haul_barrier *barrier)
{
    return barrier->broken;
}
