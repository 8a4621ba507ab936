/* Printing the primes among the Lucas numbers, with a test that holds up all others while it computes, and with one
 * that does not; and a message that comes at intervals. The tutorial's never end: these stop after so many lines. */
#ifndef EXAMPLES_MATCHES_H
#define EXAMPLES_MATCHES_H

#include "examples/lucas.h"

static inline int is_prime(int64_t number)
{
    for (int64_t divisor = 2; divisor <= number / divisor; divisor++)
        if (number % divisor == 0)
            return 0;
    return number >= 2;
}

struct print_matches {
    struct haul_coroutine coroutine;
    FILE *out;
    int lines;
    struct lucas lucas;
    struct haul_generator numbers;
    union haul_value number;
};

static inline struct haul_step print_matches(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(print_matches);
    self->lucas = HAUL_FRAME(lucas);
    haul_generator_init(&self->numbers, &self->lucas.coroutine);
    while (self->lines > 0 && haul_generator_next(&self->numbers, &self->number) == 0) {
        if (is_prime(self->number.integer)) {
            fprintf(self->out, "Found:  %lld, ", (long long)self->number.integer);
            self->lines--;
        }
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    fprintf(self->out, "\n");
    HAUL_FINALLY;
    haul_generator_close(&self->numbers);
    HAUL_END;
}

/* It lets the others run after each divisor. */
struct async_is_prime {
    struct haul_coroutine coroutine;
    int64_t number;
    int64_t divisor;
};

static inline struct haul_step async_is_prime(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(async_is_prime);
    for (self->divisor = 2; self->divisor <= self->number / self->divisor; self->divisor++) {
        if (self->number % self->divisor == 0)
            HAUL_RETURN(.integer = 0);
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    HAUL_RETURN(.integer = self->number >= 2);
    HAUL_FINALLY;
    HAUL_END;
}

/* PREFIX stands before each match. */
struct async_print_matches {
    struct haul_coroutine coroutine;
    FILE *out;
    const char *prefix;
    int lines;
    struct lucas lucas;
    struct haul_generator numbers;
    struct async_is_prime predicate;
    union haul_value number;
};

static inline struct haul_step async_print_matches(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(async_print_matches);
    self->lucas = HAUL_FRAME(lucas);
    haul_generator_init(&self->numbers, &self->lucas.coroutine);
    while (self->lines > 0 && haul_generator_next(&self->numbers, &self->number) == 0) {
        self->predicate = HAUL_FRAME(async_is_prime, .number = self->number.integer);
        HAUL_AWAIT(haul_call(task, &self->predicate.coroutine));
        if (haul_awaited(task).integer) {
            fprintf(self->out, "%s  %lld\n", self->prefix, (long long)self->number.integer);
            self->lines--;
        }
    }
    HAUL_FINALLY;
    haul_generator_close(&self->numbers);
    HAUL_END;
}

struct repetitive_message {
    struct haul_coroutine coroutine;
    FILE *out;
    const char *message;
    int64_t interval;
    int lines;
};

static inline struct haul_step repetitive_message(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(repetitive_message);
    while (self->lines-- > 0) {
        fprintf(self->out, "%s\n", self->message);
        HAUL_AWAIT(haul_sleep(task, self->interval));
    }
    HAUL_FINALLY;
    HAUL_END;
}

/* Makes a task of each, and runs until all have ended. */
static inline int run_all(struct haul_loop *loop, const struct haul_awaitable *awaitables, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int code = haul_task_create(loop, awaitables[i], NULL);
        if (code != 0)
            return code;
    }
    int code = haul_loop_run_forever(loop);
    return code == HAUL_E_STALLED ? 0 : code;
}

#endif
