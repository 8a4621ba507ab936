/* What the task runtime costs, on the real clock.
 *
 *     runtime gather COUNT      so many tasks asleep at once, awaited by one gather: prints how many gave a value
 *     runtime generator COUNT   nanoseconds that one resumption and its yield take
 *     runtime call COUNT        ... an await of a child
 *     runtime turn COUNT        ... a turn of a task in the loop, by sleep(0)
 *     runtime spawn COUNT       ... a task, from its making to its end
 *     runtime soak COUNT        so many tasks through a queue, a part of them cancelled: prints the memory on the way
 */
#include <haul/haul.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void fail(const char *what, int code)
{
    fprintf(stderr, "runtime: %s: %d\n", what, code);
    exit(3);
}

static int64_t clock_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Below LIMIT, which is far less than 2^32. */
static uint64_t random_below(uint64_t *seed, uint64_t limit)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (*seed >> 32) * limit >> 32;
}

struct nap {
    struct haul_coroutine coroutine;
    uint64_t *seed;
};

static struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(nap);
    HAUL_AWAIT(haul_sleep(task, HAUL_SECOND + (int64_t)random_below(self->seed, HAUL_SECOND)));
    HAUL_RETURN(.integer = 1);
    HAUL_FINALLY;
    HAUL_END;
}

struct gatherer {
    struct haul_coroutine coroutine;
    size_t count;
    uint64_t seed;
    struct nap nap;
    struct haul_outcome *outcomes;
};

static int next_nap(void *data, struct haul_awaitable *ret_awaitable)
{
    struct gatherer *self = data;
    self->nap = HAUL_FRAME(nap, .seed = &self->seed);
    *ret_awaitable = HAUL_AWAITABLE(self->nap);
    return 0;
}

static struct haul_step gatherer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(gatherer);
    self->outcomes = calloc(self->count, sizeof(self->outcomes[0]));
    if (!self->outcomes)
        fail("no memory", 0);
    HAUL_AWAIT(haul_gather_from(task, next_nap, self, self->count, HAUL_GATHER_RETURN_ERRORS, self->outcomes));
    int64_t values = 0;
    for (size_t i = 0; i < self->count; i++)
        values += self->outcomes[i].code == 0 ? self->outcomes[i].value.integer : 0;
    printf("%lld\n", (long long)values);
    HAUL_FINALLY;
    free(self->outcomes);
    HAUL_END;
}

struct counter {
    struct haul_coroutine coroutine;
    uint64_t i;
};

static struct haul_step counter(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(counter);
    for (;; self->i++)
        HAUL_YIELD(.integer = (int64_t)self->i);
    HAUL_FINALLY;
    HAUL_END;
}

static int64_t time_generator(size_t count)
{
    struct counter frame = HAUL_FRAME(counter);
    struct haul_generator generator;
    haul_generator_init(&generator, &frame.coroutine);
    int64_t begin = clock_now();
    for (size_t i = 0; i < count; i++) {
        union haul_value value;
        if (haul_generator_next(&generator, &value) != 0 || value.integer != (int64_t)i)
            fail("the generator's value", (int)i);
    }
    int64_t end = clock_now();
    haul_generator_close(&generator);
    return end - begin;
}

struct nothing {
    struct haul_coroutine coroutine;
};

static struct haul_step nothing(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(nothing);
    HAUL_FINALLY;
    HAUL_END;
}

/* Does one of the three things so many times. */
struct repeater {
    struct haul_coroutine coroutine;
    const char *what;
    size_t left;
    struct nothing child;
    struct haul_group group;
    int code;
};

static struct haul_step repeater(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(repeater);
    haul_group_init(task, &self->group);
    if (strcmp(self->what, "call") == 0) {
        for (; self->left > 0; self->left--) {
            self->child = HAUL_FRAME(nothing);
            HAUL_AWAIT(haul_call(task, &self->child.coroutine));
        }
    } else if (strcmp(self->what, "turn") == 0) {
        for (; self->left > 0; self->left--)
            HAUL_AWAIT(haul_sleep(task, 0));
    }
    /* A hundred at a time. */
    for (; self->left > 0; self->left--) {
        if ((self->code = haul_group_spawn(&self->group, HAUL_CALL(nothing), NULL)) < 0)
            HAUL_FAIL(self->code);
        if (self->left % 100 == 0)
            HAUL_AWAIT(haul_group_wait(task, &self->group));
    }
    HAUL_FINALLY;
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    HAUL_END;
}

static int64_t time_task(const char *what, size_t count)
{
    int64_t begin = clock_now();
    int code = haul_run(HAUL_CALL(repeater, .what = what, .left = count), NULL);
    int64_t end = clock_now();
    if (code != 0)
        fail("the task", code);
    return end - begin;
}

/* A soak. The driver spawns jobs, of which no more than WINDOW are alive, and cancels some at random; each that is not
 * cancelled puts one item into a queue with few places; a consumer takes them. */
enum { WINDOW = 1000, TURN = 100, PLACES = 64, SAMPLES = 10 };

struct soak {
    struct haul_queue *queue;
    struct haul_semaphore alive;
    uint64_t seed;
    size_t done;
    size_t cancelled;
    size_t taken;
};

struct job {
    struct haul_coroutine coroutine;
    struct soak *soak;
};

static struct haul_step job(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(job);
    HAUL_AWAIT(haul_sleep(task, (int64_t)random_below(&self->soak->seed, HAUL_MILLISECOND / 4)));
    HAUL_AWAIT(haul_queue_put(task, self->soak->queue, (union haul_value){.integer = 1}));
    self->soak->done++;
    HAUL_FINALLY;
    self->soak->cancelled += coroutine->code == HAUL_E_CANCELLED;
    haul_semaphore_release(&self->soak->alive);
    HAUL_END;
}

struct consumer {
    struct haul_coroutine coroutine;
    struct soak *soak;
    int code;
};

static struct haul_step consumer(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(consumer);
    for (;;) {
        HAUL_AWAIT_CODE(self->code, haul_queue_get(task, self->soak->queue));
        if (self->code != 0)
            break;
        self->soak->taken++;
        haul_queue_task_done(self->soak->queue);
    }
    HAUL_FINALLY;
    HAUL_END;
}

static void print_memory(size_t tasks)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    if (!status)
        fail("/proc", 0);
    long peak = 0;
    long now = 0;
    while (fgets(line, sizeof(line), status)) {
        if (strncmp(line, "VmHWM:", 6) == 0)
            peak = strtol(line + 6, NULL, 10);
        else if (strncmp(line, "VmRSS:", 6) == 0)
            now = strtol(line + 6, NULL, 10);
    }
    fclose(status);
    printf("%zu %ld %ld\n", tasks, now, peak);
    fflush(stdout);
}

struct driver {
    struct haul_coroutine coroutine;
    struct soak *soak;
    size_t count;
    size_t i;
    struct haul_task *jobs[WINDOW]; /* the last, with a reference to each */
    struct haul_task *consumer;
    struct haul_group group;
    int code;
};

/* Who is cancelled before it begins releases nothing; so those of the last turn are spared. */
static int spawn_job(struct driver *self)
{
    struct soak *soak = self->soak;
    struct haul_task **place = &self->jobs[self->i % WINDOW];
    haul_task_unref(*place);
    *place = NULL;
    int code = haul_group_spawn(&self->group, HAUL_CALL(job, .soak = soak), place);
    struct haul_task *victim = self->jobs[(self->i + 1 + random_below(&soak->seed, WINDOW - TURN)) % WINDOW];
    if (victim && random_below(&soak->seed, 3) == 0)
        haul_task_cancel(victim);
    return code;
}

static struct haul_step driver(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(driver);
    haul_group_init(task, &self->group);
    if ((self->code = haul_task_create(haul_task_loop(task), HAUL_CALL(consumer, .soak = self->soak), &self->consumer)))
        HAUL_FAIL(self->code);
    for (; self->i < self->count; self->i++) {
        HAUL_AWAIT(haul_semaphore_acquire(task, &self->soak->alive));
        if ((self->code = spawn_job(self)) != 0)
            HAUL_FAIL(self->code);
        if ((self->i + 1) % (self->count / SAMPLES) == 0)
            print_memory(self->i + 1);
        if ((self->i + 1) % TURN == 0)
            HAUL_AWAIT(haul_sleep(task, 0));
    }
    HAUL_AWAIT(haul_group_wait(task, &self->group));
    HAUL_FINALLY;
    haul_queue_shutdown(self->soak->queue, 0);
    HAUL_AWAIT_CODE(self->code, haul_group_wait(task, &self->group));
    HAUL_AWAIT_CODE(self->code, haul_task_wait(task, self->consumer));
    haul_task_unref(self->consumer);
    for (size_t i = 0; i < WINDOW; i++)
        haul_task_unref(self->jobs[i]);
    HAUL_END;
}

static void run_soak(size_t count)
{
    struct soak soak = {.seed = 1};
    int code = haul_queue_create(PLACES, NULL, &soak.queue);
    if (code < 0)
        fail("the queue", code);
    haul_semaphore_init(&soak.alive, WINDOW);
    struct driver *frame = calloc(1, sizeof(*frame));
    if (!frame)
        fail("no memory", 0);
    *frame = HAUL_FRAME(driver, .soak = &soak, .count = count);
    code = haul_run(HAUL_AWAITABLE(*frame), NULL);
    free(frame);
    if (code != 0 || soak.done != soak.taken || soak.done + soak.cancelled != count)
        fail("the soak has lost something", code);
    printf("%zu done, %zu cancelled\n", soak.done, soak.cancelled);
    haul_semaphore_finish(&soak.alive);
    haul_queue_destroy(soak.queue);
}

int main(int count_of_arguments, char **arguments)
{
    size_t count = count_of_arguments == 3 ? strtoul(arguments[2], NULL, 10) : 0;
    if (count < SAMPLES) {
        fputs("usage: runtime gather|generator|call|turn|spawn|soak COUNT\n", stderr);
        return 2;
    }
    const char *what = arguments[1];
    if (strcmp(what, "gather") == 0) {
        int code = haul_run(HAUL_CALL(gatherer, .count = count, .seed = 1), NULL);
        if (code != 0)
            fail("the gather", code);
    } else if (strcmp(what, "soak") == 0) {
        run_soak(count);
    } else {
        int64_t taken = strcmp(what, "generator") == 0 ? time_generator(count) : time_task(what, count);
        printf("%.2f\n", (double)taken / (double)count);
    }
    return 0;
}
