/* Generators. A frame that delegates to another leaves it to whoever resumes the generator, here, to step the
 * innermost directly.
 *
 * In a task, a generator is stood for by its driver: a coroutine that is called for each value, steps the generator's
 * innermost frame, and ends at each yield. So a task steps generators without knowing of them. */
#include "core/task.h"

#include <haul/error.h>
#include <haul/generator.h>

/* No frame has been stepped. */
static bool is_fresh(const struct haul_generator *generator)
{
    return generator->leaf && generator->leaf->point == 0;
}

static void enter(struct haul_generator *generator, struct haul_coroutine *parent)
{
    struct haul_coroutine *child = parent->value.pointer;
    assert(child->point == 0 && child->step && "what is yielded from is made with HAUL_FRAME for each time");
    child->parent = parent;
    parent->awaited = (int16_t)generator->closes;
    generator->leaf = child;
}

/* Makes one outcome of the two ways to end without a value. */
static void settle(struct haul_coroutine *coroutine)
{
    if (coroutine->code != 0)
        coroutine->value = (union haul_value){0};
    if (coroutine->code == HAUL_E_DRAINED)
        coroutine->code = 0;
}

/* A close goes on with the parent where CHILD returns; but not in one that was entered since the close began. */
static void leave(struct haul_generator *generator, struct haul_coroutine *child)
{
    struct haul_coroutine *parent = child->parent;
    bool is_closing = generator->closing && (uint16_t)parent->awaited != generator->closes;
    settle(child);
    parent->value = child->value;
    parent->awaited = is_closing && child->code == 0 ? HAUL_E_CLOSED : child->code;
    generator->leaf = parent;
}

/* Steps the innermost frame until one yields, one waits, or all have ended. Frames do not nest here. */
static enum haul_step_state run(struct haul_generator *generator, struct haul_task *task)
{
    for (;;) {
        struct haul_coroutine *leaf = generator->leaf;
        enum haul_step_state state = leaf->step(task, leaf).state;
        if (state == HAUL__STEP_DELEGATED)
            enter(generator, leaf);
        else if (state == HAUL__STEP_ENDED && leaf->parent)
            leave(generator, leaf);
        else
            return state;
    }
}

/* The answer to a resumption that has come to STATE. */
static int stop(struct haul_generator *generator, enum haul_step_state state)
{
    struct haul_coroutine *leaf = generator->leaf;
    int code = 0;
    if (state == HAUL__STEP_ENDED) {
        settle(leaf);
        code = leaf->code != 0 ? leaf->code : HAUL_E_DRAINED;
        generator->leaf = NULL;
    }
    generator->driver.value = leaf->value;
    generator->running = false;
    return code;
}

/* What a resumption with CODE answers at once; HAUL__PENDING if the generator runs now, and its yield receives SENT. */
static int start(struct haul_generator *generator, int code, union haul_value sent)
{
    assert(!generator->running && "a generator is resumed that runs already");
    if (code != 0 && is_fresh(generator))
        generator->leaf = NULL;
    if (!generator->leaf)
        return code != 0 ? code : HAUL_E_DRAINED;
    generator->running = true;
    generator->leaf->value = sent;
    generator->leaf->awaited = (int16_t)code;
    return HAUL__PENDING;
}

static void start_close(struct haul_generator *generator)
{
    generator->closing = true;
    generator->closes++;
}

/* What a close answers where a throw would answer CODE. */
static int stop_close(struct haul_generator *generator, int code)
{
    generator->closing = false;
    if (code == 0)
        return HAUL_E_BUSY;
    return code == HAUL_E_DRAINED || code == HAUL_E_CLOSED ? 0 : code;
}

static struct haul_step drive(struct haul_task *task, struct haul_coroutine *driver)
{
    struct haul_generator *generator = haul__container(driver, struct haul_generator, driver);
    generator->leaf->awaited = driver->awaited;
    enum haul_step_state state = run(generator, task);
    if (state == HAUL__STEP_SUSPENDED)
        return (struct haul_step){HAUL__STEP_SUSPENDED};
    int code = stop(generator, state);
    driver->code = (int16_t)(generator->closing ? stop_close(generator, code) : code);
    return (struct haul_step){HAUL__STEP_ENDED};
}

void haul_generator_init(struct haul_generator *generator, struct haul_coroutine *frame)
{
    assert(frame->point == 0 && frame->step && !frame->parent && "a generator's frame is made with HAUL_FRAME");
    *generator = (struct haul_generator){.driver.step = drive, .leaf = frame};
}

union haul_value haul_generator_result(const struct haul_generator *generator)
{
    assert(!generator->leaf && "a generator that has not ended has no result");
    return generator->driver.value;
}

static int resume(struct haul_generator *generator, int code, union haul_value sent, union haul_value *ret_value)
{
    int answer = start(generator, code, sent);
    if (answer != HAUL__PENDING)
        return answer;
    answer = stop(generator, run(generator, NULL));
    if (answer == 0 && ret_value)
        *ret_value = generator->driver.value;
    return answer;
}

int haul_generator_next(struct haul_generator *generator, union haul_value *ret_value)
{
    return resume(generator, 0, (union haul_value){0}, ret_value);
}

int haul_generator_send(struct haul_generator *generator, union haul_value value, union haul_value *ret_value)
{
    assert(!is_fresh(generator) && "a value is sent to a generator that has not started");
    return resume(generator, 0, value, ret_value);
}

int haul_generator_throw(struct haul_generator *generator, int code, union haul_value *ret_value)
{
    assert(code != 0 && "nothing is thrown");
    return resume(generator, code, (union haul_value){0}, ret_value);
}

int haul_generator_close(struct haul_generator *generator)
{
    start_close(generator);
    return stop_close(generator, resume(generator, HAUL_E_CLOSED, (union haul_value){0}, NULL));
}

static struct haul_await resume_in(struct haul_task *task, struct haul_generator *generator, int code,
                                   union haul_value sent)
{
    int answer = start(generator, code, sent);
    if (answer != HAUL__PENDING)
        return haul__task_answer(task, generator->closing ? stop_close(generator, answer) : answer,
                                 generator->driver.value);
    generator->driver.awaited = (int16_t)code;
    haul__task_enter(task, &generator->driver);
    return (struct haul_await){HAUL__PENDING};
}

struct haul_await haul_generator_anext(struct haul_task *task, struct haul_generator *generator)
{
    return resume_in(task, generator, 0, (union haul_value){0});
}

struct haul_await haul_generator_asend(struct haul_task *task, struct haul_generator *generator, union haul_value value)
{
    assert(!is_fresh(generator) && "a value is sent to a generator that has not started");
    return resume_in(task, generator, 0, value);
}

struct haul_await haul_generator_athrow(struct haul_task *task, struct haul_generator *generator, int code)
{
    assert(code != 0 && "nothing is thrown");
    return resume_in(task, generator, code, (union haul_value){0});
}

struct haul_await haul_generator_aclose(struct haul_task *task, struct haul_generator *generator)
{
    start_close(generator);
    return resume_in(task, generator, HAUL_E_CLOSED, (union haul_value){0});
}
