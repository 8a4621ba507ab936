/* Coroutines: functions that stop at an await and go on there later, in plain C11.
 *
 * A coroutine is a function and a struct of the same name. The struct is its frame: a header, then the arguments and
 * the locals that must outlive an await.
 *
 *     struct nap {
 *         struct haul_coroutine coroutine;     // first, and so named
 *         int seconds;                         // an argument
 *     };
 *
 *     static struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine)
 *     {
 *         HAUL_BEGIN(nap);                     // declares `struct nap *self`
 *         HAUL_AWAIT(haul_sleep(task, self->seconds * HAUL_SECOND));
 *         HAUL_RETURN(.integer = self->seconds);
 *         HAUL_FINALLY;
 *         HAUL_END;
 *     }
 *
 * Its two parameters are named `task` and `coroutine`, since the macros use them.
 *
 * Rules that the compiler holds:
 *   - `return 0;` does not compile, since a step returns a struct; leave with HAUL_RETURN or HAUL_FAIL;
 *   - two awaits on one line do not compile (duplicate case);
 *   - an await inside an ordinary `switch` is an error with -Werror: its case does not fit the switch's type;
 *   - HAUL_AWAIT, HAUL_RETURN and HAUL_FAIL do not compile behind HAUL_FINALLY, where only HAUL_AWAIT_CODE may wait;
 *   - an awaitable call's answer cannot be taken for an int: it is a struct that only an await takes; and a call
 *     without an await is a warning.
 * Rules that it cannot hold: an automatic variable does not outlive an await (put it in the frame); a variable
 * length array must not be in scope at one. What is left meets an assert.
 *
 * Every await gives a code: 0, or negative or positive as in <haul/error.h>; HAUL_E_CANCELLED when the task was asked
 * to end. HAUL_AWAIT goes to `finally` on any code but 0; HAUL_AWAIT_CODE hands it over. What stands between
 * HAUL_FINALLY and HAUL_END runs exactly once, on success, error and cancellation, unless the task was cancelled
 * before its first step: then nothing of the body runs (asyncio: Task.cancel()).
 *
 * How asyncio says it: https://docs.python.org/3/library/asyncio-task.html */
#ifndef HAUL_COROUTINE_H
#define HAUL_COROUTINE_H

#include <haul/linkage.h>

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

HAUL__BEGIN_C

struct haul_coroutine;
struct haul_future;
struct haul_task;

/* What a coroutine returns, and what any await may give besides its code. */
union haul_value {
    void *pointer;
    int64_t integer;
    double number;
};

/* Ends the life of a value that nobody took. */
typedef void haul_destroy_fn(void *pointer);

/* What one step of a coroutine returns. Made by the macros alone. */
struct haul_step {
    enum haul_step_state { HAUL__STEP_SUSPENDED = 1, HAUL__STEP_ENDED, HAUL__STEP_YIELDED, HAUL__STEP_DELEGATED } state;
};

typedef struct haul_step haul_step_fn(struct haul_task *task, struct haul_coroutine *coroutine);

/* The head of every frame. Complete so that it can be embedded; its fields are private, but for `code`, which may be
 * read behind HAUL_FINALLY: what the body ended with. */
struct haul_coroutine {
    haul_step_fn *step;            /* the function */
    struct haul_coroutine *parent; /* who awaits this one; in a task's first coroutine, the innermost */
    union haul_value value;        /* what HAUL_RETURN gave; before that, what a generator yields or receives */
    uint32_t point;                /* the line to go on at; 0 before the first step */
    int16_t code;                  /* what the body ended with */
    int16_t awaited;               /* what the last await gave */
};

/* What a call that can be awaited answers. Only HAUL_AWAIT and HAUL_AWAIT_CODE take it. */
struct haul_await {
    int code; /* HAUL__PENDING: the task waits; otherwise the answer is there already */
};

/* Stands before each such call, so that one that is not awaited is a warning. */
#if defined(__GNUC__)
#define HAUL__MUST_AWAIT __attribute__((warn_unused_result))
#else
#define HAUL__MUST_AWAIT
#endif

#define HAUL__PENDING 0x7fff

/* Something to run or wait for: a coroutine with its arguments (HAUL_CALL), or a future or task that there is already
 * (haul_future_awaitable, haul_task_awaitable). Taken by haul_task_create, haul_group_spawn, haul_gather, ... which
 * copy the frame before they return. */
struct haul_awaitable {
    const struct haul_coroutine *frame; /* the first bytes of the frame to copy; NULL for a future */
    size_t frame_size;                  /* in bytes */
    struct haul_future *future;         /* borrowed; NULL for a coroutine */
};

/* A frame of coroutine `name` with its arguments, for a child that is awaited:
 *     self->nap = HAUL_FRAME(nap, .seconds = 3);
 *     HAUL_AWAIT(haul_call(task, &self->nap.coroutine)); */
#define HAUL_FRAME(...)        HAUL__FRAME(__VA_ARGS__, )
#define HAUL__FRAME(name, ...) ((struct name){.coroutine = {.step = (name)}, __VA_ARGS__})

/* The awaitable that runs coroutine `name` with these arguments as a task: HAUL_CALL(nap, .seconds = 3). It lives as
 * long as the block it stands in. */
#define HAUL_CALL(...) HAUL__CALL(__VA_ARGS__, )
#define HAUL__CALL(name, ...)                                                                                          \
    ((struct haul_awaitable){.frame = &HAUL__FRAME(name, __VA_ARGS__).coroutine, .frame_size = sizeof(struct name)})

/* The awaitable that runs VARIABLE, a frame made with HAUL_FRAME, as a task; for arrays of calls. */
#define HAUL_AWAITABLE(variable)                                                                                       \
    ((struct haul_awaitable){.frame = &(variable).coroutine, .frame_size = sizeof(variable)})

/* Runs CHILD, a frame made with HAUL_FRAME that lives until the await is over (it stands in the caller's own frame),
 * as part of this task. Its code is the await's code, its value haul_awaited(task). Allocates nothing, whatever the
 * depth. */
HAUL__MUST_AWAIT struct haul_await haul_call(struct haul_task *task, struct haul_coroutine *child);

/* The value that the last await of TASK gave: of a child, what it returned; of a future or task, its value; of any
 * other call what its comment says. To be read before the next await. */
union haul_value haul_awaited(const struct haul_task *task);

/* Lines count from 2^32 in the switch, so that the case of an await cannot fit an ordinary switch around it. */
#define HAUL__POINT(line) (UINT64_C(0x100000000) + (line))
#define HAUL__ENDED       0xffffffffU

/* Opens the body of coroutine NAME and declares `struct NAME *self`. Declarations of further variables come behind
 * it only where they are set anew after each await. */
#define HAUL_BEGIN(name)                                                                                               \
    static_assert(offsetof(struct name, coroutine) == 0, "the header comes first in a coroutine's frame");             \
    struct name *self = (struct name *)(void *)coroutine;                                                              \
    (void)self;                                                                                                        \
    (void)task;                                                                                                        \
    switch (HAUL__POINT(coroutine->point)) {                                                                           \
    default:                                                                                                           \
        assert(coroutine->point == 0 && "a coroutine is stepped after its end");                                       \
        return (struct haul_step){HAUL__STEP_ENDED};                                                                   \
    case HAUL__POINT(0): {                                                                                             \
        enum { haul__in_body = 1 };

/* Waits for a call; its code goes to RET_CODE, an lvalue, whatever it is. The only form allowed behind
 * HAUL_FINALLY. */
#define HAUL_AWAIT_CODE(ret_code, ...)                                                                                 \
    do {                                                                                                               \
        assert(task && "a generator awaits that no task iterates");                                                    \
        coroutine->point = __LINE__;                                                                                   \
        if (haul__await(coroutine, (__VA_ARGS__)))                                                                     \
            return (struct haul_step){HAUL__STEP_SUSPENDED};                                                           \
        HAUL__FALLTHROUGH;                                                                                             \
    case HAUL__POINT(__LINE__):                                                                                        \
        (ret_code) = coroutine->awaited;                                                                               \
    } while (0)

/* Waits for a call; on any code but 0 the coroutine ends with it, by way of `finally`. */
#define HAUL_AWAIT(...)                                                                                                \
    do {                                                                                                               \
        HAUL_AWAIT_CODE(coroutine->code, __VA_ARGS__);                                                                 \
        HAUL__ONLY_IN_BODY("use HAUL_AWAIT_CODE behind HAUL_FINALLY");                                                 \
        if (coroutine->code != 0)                                                                                      \
            goto haul__finally;                                                                                        \
    } while (0)

/* Ends the body with success and a value: HAUL_RETURN(.integer = 42), HAUL_RETURN(.pointer = text). A body that falls
 * off its end returns 0. */
#define HAUL_RETURN(...)                                                                                               \
    do {                                                                                                               \
        HAUL__ONLY_IN_BODY("HAUL_RETURN does not stand behind HAUL_FINALLY");                                          \
        coroutine->value = (union haul_value){__VA_ARGS__};                                                            \
        goto haul__finally;                                                                                            \
    } while (0)

/* Ends the body with an error: a code other than 0. */
#define HAUL_FAIL(error_code)                                                                                          \
    do {                                                                                                               \
        HAUL__ONLY_IN_BODY("HAUL_FAIL does not stand behind HAUL_FINALLY");                                            \
        coroutine->code = (int16_t)(error_code);                                                                       \
        assert(coroutine->code != 0);                                                                                  \
        goto haul__finally;                                                                                            \
    } while (0)

/* Opens what runs at the end, however the body ended. Always there, with nothing behind it where nothing is to do. */
#define HAUL_FINALLY                                                                                                   \
    }                                                                                                                  \
    coroutine->value = (union haul_value){0};                                                                          \
    goto haul__finally;                                                                                                \
    haul__finally : {                                                                                                  \
        enum { haul__in_body = 0 }

#define HAUL_END                                                                                                       \
    }                                                                                                                  \
    }                                                                                                                  \
    coroutine->point = HAUL__ENDED;                                                                                    \
    return (struct haul_step)                                                                                          \
    {                                                                                                                  \
        HAUL__STEP_ENDED                                                                                               \
    }

#define HAUL__ONLY_IN_BODY(message) static_assert(haul__in_body, message)

#if defined(__GNUC__)
#define HAUL__FALLTHROUGH __attribute__((fallthrough))
#else
#define HAUL__FALLTHROUGH ((void)0)
#endif

/* Notes the answer of a call; nonzero if the task has to wait for it. Then the answer is noted by what wakes it, which
 * may have been the call itself. */
static inline int haul__await(struct haul_coroutine *coroutine, struct haul_await await)
{
    if (await.code == HAUL__PENDING)
        return 1;
    coroutine->awaited = (int16_t)await.code;
    return 0;
}

HAUL__END_C

#endif
