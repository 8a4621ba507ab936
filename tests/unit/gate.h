/* What the tests of executors and pools have in common: a job that waits at a gate, and a task that awaits it. */
#ifndef TESTS_GATE_H
#define TESTS_GATE_H

#include "stage.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

/* A job that the test lets end. It belongs to the test, which is not over before it has ended. */
struct gate {
    sem_t begun;
    sem_t open;
    sem_t data_destroyed;
    sem_t value_destroyed;
    pthread_t ran_on;
    pthread_t data_destroyed_on;
    pthread_t value_destroyed_on;
    atomic_int runs;
    int code;
};

void gate_init(struct gate *gate);

/* How often it has been posted and not been waited for. */
int semaphore_count(sem_t *semaphore);

/* A task that awaits a gate's job, says "NAME: a value" or "NAME: ERROR", and then sleeps once, which it says if it
 * fails. */
struct visitor {
    struct haul_coroutine coroutine;
    struct stage *stage;
    const char *name;
    struct haul_executor *executor;
    struct gate *gate;
    bool cancels_itself;
    int code;
    int next_code;
};

haul_step_fn visitor;

#define VISITOR(stage_, executor_, gate_, ...)                                                                         \
    HAUL_CALL(visitor, .stage = (stage_), .executor = (executor_), .gate = (gate_), .name = __VA_ARGS__)

struct haul_executor *make_executor(struct stage *stage, unsigned max_workers);

#endif
