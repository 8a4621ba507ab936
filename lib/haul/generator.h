/* Generators: functions that give one value after another, and stop in between (Python: generators, PEP 342, 380, 525).
 *
 * A generator is a coroutine that yields: the same frame, the same macros.
 *
 *     struct countdown {
 *         struct haul_coroutine coroutine;
 *         int from;
 *     };
 *
 *     static struct haul_step countdown(struct haul_task *task, struct haul_coroutine *coroutine)
 *     {
 *         HAUL_BEGIN(countdown);
 *         for (; self->from > 0; self->from--)
 *             HAUL_YIELD(.integer = self->from);
 *         HAUL_FINALLY;
 *         HAUL_END;
 *     }
 *
 *     struct countdown frame = HAUL_FRAME(countdown, .from = 5);
 *     struct haul_generator generator;
 *     union haul_value value;
 *     haul_generator_init(&generator, &frame.coroutine);
 *     while (haul_generator_next(&generator, &value) == 0)
 *         printf("%d\n", (int)value.integer);
 *
 * Nothing of its body runs before the first value is asked for. Nothing here allocates. One that is left before its end
 * runs its `finally` only if it is closed.
 *
 * There are two ways to resume one. haul_generator_next, send, throw and close are plain calls: the generator has no
 * task, its parameter `task` is NULL, and it must not await. haul_generator_anext, asend, athrow and aclose are awaited
 * by a task, and between two yields the generator may await as any coroutine of that task does.
 *
 * Each answers
 *   0              it yielded: the value is there;
 *   HAUL_E_DRAINED it has ended, now or before: haul_generator_result gives what it returned;
 *   another code   it has failed with that code, and so has ended.
 * A body that itself fails with HAUL_E_DRAINED has ended as one that returned nothing; so one that draws from another
 * with HAUL_AWAIT ends with it.
 *
 * Resuming one that runs already, be it from inside of itself or from another task, is a mistake. */
#ifndef HAUL_GENERATOR_H
#define HAUL_GENERATOR_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

/* Gives a value to whoever resumed the generator, and stops until it is resumed: HAUL_YIELD(.integer = 42), or
 * HAUL_YIELD(0) for nothing. When a code is thrown in, HAUL_E_CLOSED by a close, it ends with it, by way of `finally`.
 * Behind HAUL_FINALLY none of these macros compiles, nor two on one line. */
#define HAUL_YIELD(...)                                                                                                \
    do {                                                                                                               \
        HAUL_YIELD_CODE(coroutine->code, __VA_ARGS__);                                                                 \
        if (coroutine->code != 0)                                                                                      \
            goto haul__finally;                                                                                        \
    } while (0)

/* The same, and hands over what was thrown in: RET_CODE, an lvalue, is 0 where nothing was. On HAUL_E_CLOSED the body
 * ends without another yield. */
#define HAUL_YIELD_CODE(ret_code, ...)                                                                                 \
    do {                                                                                                               \
        HAUL__ONLY_IN_BODY("a generator does not yield behind HAUL_FINALLY");                                          \
        coroutine->value = (union haul_value){__VA_ARGS__};                                                            \
        HAUL__STOP(HAUL__STEP_YIELDED);                                                                                \
        (ret_code) = coroutine->awaited;                                                                               \
    } while (0)

/* Yields all that another generator yields, as if it stood here (Python: yield from). CHILD is a frame made with
 * HAUL_FRAME that stands in this one's own. What is sent and thrown goes to it directly, whatever the depth. It ends
 * with CHILD's error; where there is none, haul_received gives what CHILD returned. A close closes CHILD first. */
#define HAUL_YIELD_FROM(child)                                                                                         \
    do {                                                                                                               \
        HAUL_YIELD_FROM_CODE(coroutine->code, child);                                                                  \
        if (coroutine->code != 0)                                                                                      \
            goto haul__finally;                                                                                        \
    } while (0)

/* The same, and hands CHILD's code over, 0 for one that returned, or HAUL_E_CLOSED. */
#define HAUL_YIELD_FROM_CODE(ret_code, child)                                                                          \
    do {                                                                                                               \
        HAUL__ONLY_IN_BODY("a generator does not yield behind HAUL_FINALLY");                                          \
        coroutine->value.pointer = haul__delegate(child);                                                              \
        HAUL__STOP(HAUL__STEP_DELEGATED);                                                                              \
        (ret_code) = coroutine->awaited;                                                                               \
    } while (0)

/* Inside of a generator: what its last yield was resumed with, which is what was sent (nothing by next); behind
 * HAUL_YIELD_FROM what the other returned. To be read before the next yield. */
static inline union haul_value haul_received(const struct haul_coroutine *coroutine)
{
    return coroutine->value;
}

/* A generator, in a frame or on the stack. Its fields are private. */
struct haul_generator {
    struct haul_coroutine driver; /* stands for it in a task; its value is the last yielded, or what it returned */
    struct haul_coroutine *leaf;  /* the innermost frame, the one to resume; NULL once it has ended */
    uint16_t closes;              /* how often a close was begun */
    unsigned char closing;        /* a close runs */
    unsigned char running;        /* between a resumption and its answer */
};

/* Begins a generator. FRAME is one made with HAUL_FRAME, and must outlive it. */
void haul_generator_init(struct haul_generator *generator, struct haul_coroutine *frame);

/* What it returned, once it has ended: 0 if it returned nothing or failed. Before that it is a mistake to ask. */
union haul_value haul_generator_result(const struct haul_generator *generator);

/* Resumes it. RET_VALUE, which may be NULL, gets what it yields. */
int haul_generator_next(struct haul_generator *generator, union haul_value *ret_value);

/* The same, and its yield receives VALUE (haul_received). Sending to one that has not been started by a next is a
 * mistake: no yield is there to receive it. */
int haul_generator_send(struct haul_generator *generator, union haul_value value, union haul_value *ret_value);

/* The same, and its yield gives CODE, an error other than 0. One that has not started or has ended answers CODE, and
 * nothing of its body runs. */
int haul_generator_throw(struct haul_generator *generator, int code, union haul_value *ret_value);

/* Has it end: its yield gives HAUL_E_CLOSED. Nothing of the body runs in one that has not started; closing one that has
 * ended does nothing. 0: it has ended, and haul_generator_result gives what it returned, if it did. HAUL_E_BUSY: it
 * yielded again instead, and goes on. Other codes: it has failed with that code. */
int haul_generator_close(struct haul_generator *generator);

/* The same four for a task (Python: anext, asend, athrow, aclose). The awaited value is what the generator yielded, or
 * at HAUL_E_DRAINED what it returned. A cancel of the task reaches what the generator awaits, as in any coroutine. */
HAUL__MUST_AWAIT struct haul_await haul_generator_anext(struct haul_task *task, struct haul_generator *generator);
HAUL__MUST_AWAIT struct haul_await haul_generator_asend(struct haul_task *task, struct haul_generator *generator,
                                                        union haul_value value);
HAUL__MUST_AWAIT struct haul_await haul_generator_athrow(struct haul_task *task, struct haul_generator *generator,
                                                         int code);
HAUL__MUST_AWAIT struct haul_await haul_generator_aclose(struct haul_task *task, struct haul_generator *generator);

/* Leaves the step in this STATE, and goes on behind it. */
#define HAUL__STOP(state)                                                                                              \
    coroutine->point = __LINE__;                                                                                       \
    return (struct haul_step){state};                                                                                  \
    case HAUL__POINT(__LINE__):

/* CHILD, by its type and not by any pointer. */
static inline struct haul_coroutine *haul__delegate(struct haul_coroutine *child)
{
    return child;
}

HAUL__END_C

#endif
