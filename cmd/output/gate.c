#include "output/gate.h"

void gate_init(struct gate *gate)
{
    *gate = (struct gate){0};
    haul_semaphore_init(&gate->place, 1);
}

void gate_finish(struct gate *gate)
{
    haul_semaphore_finish(&gate->place);
}

void gate_open(struct gate *gate)
{
    gate->closed = false;
    if (!gate->held)
        return;
    gate->held = false;
    haul_semaphore_release(&gate->place);
}

void gate_close(struct gate *gate)
{
    if (gate->closed)
        return;
    gate->closed = true;
    /* Where it cannot be had, a task is on its way through and finds the gate closed when it goes on. */
    gate->held = haul_semaphore_try_acquire(&gate->place);
}

bool gate_is_open(const struct gate *gate)
{
    return !gate->closed;
}

struct haul_step gate_pass(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(gate_pass);
    for (;;) {
        HAUL_AWAIT(haul_semaphore_acquire(task, &self->gate->place));
        if (!self->gate->closed)
            break;
        self->gate->held = true;
    }
    haul_semaphore_release(&self->gate->place);
    HAUL_FINALLY;
    HAUL_END;
}
