#include "gate.h"

void gate_init(struct gate *gate)
{
    *gate = (struct gate){0};
    sem_init(&gate->begun, 0, 0);
    sem_init(&gate->open, 0, 0);
    sem_init(&gate->data_destroyed, 0, 0);
    sem_init(&gate->value_destroyed, 0, 0);
}

static int pass(void *data, union haul_value *ret_value)
{
    struct gate *gate = data;
    gate->ran_on = pthread_self();
    gate->runs++;
    sem_post(&gate->begun);
    sem_wait(&gate->open);
    ret_value->pointer = gate;
    return gate->code;
}

static void destroy_data(void *data)
{
    struct gate *gate = data;
    gate->data_destroyed_on = pthread_self();
    sem_post(&gate->data_destroyed);
}

static void destroy_value(void *pointer)
{
    struct gate *gate = pointer;
    gate->value_destroyed_on = pthread_self();
    sem_post(&gate->value_destroyed);
}

int semaphore_count(sem_t *semaphore)
{
    int value;
    sem_getvalue(semaphore, &value);
    return value;
}

struct haul_step visitor(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(visitor);
    if (self->cancels_itself)
        haul_task_cancel(task);
    HAUL_AWAIT_CODE(self->code, haul_run_in_executor(task, self->executor,
                                                     (struct haul_job){.fn = pass,
                                                                       .data = self->gate,
                                                                       .destroy_data = destroy_data,
                                                                       .destroy_value = destroy_value}));
    const char *name = self->code == 0 ? "a value" : haul_error_name(self->code);
    stage_say(self->stage, "%s: %s", self->name, name);
    if (self->code == 0)
        assert_ptr_equal(haul_awaited(task).pointer, self->gate);
    HAUL_AWAIT_CODE(self->next_code, haul_sleep(task, 0));
    if (self->next_code != 0)
        stage_say(self->stage, "%s then: %s", self->name, haul_error_name(self->next_code));
    HAUL_FINALLY;
    HAUL_END;
}

struct haul_executor *make_executor(struct stage *stage, unsigned max_workers)
{
    struct haul_executor *executor;
    assert_int_equal(haul_executor_create(stage->loop, max_workers, &executor), 0);
    return executor;
}
