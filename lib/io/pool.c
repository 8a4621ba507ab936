#include "io/pool.h"

#include "base/memory.h"
#include "base/thread.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

struct haul__pool {
    struct haul_loop *loop; /* touched by threads only to post a work that is awaited */
    pthread_mutex_t mutex;  /* for all below; it comes before the mailbox's */
    pthread_cond_t submitted;
    pthread_cond_t quieter; /* a job or a thread has ended */
    struct haul_list queue; /* struct haul__work */
    size_t queued;
    struct haul_list workers;
    unsigned max_workers;
    unsigned alive;   /* threads that have not come to their end */
    unsigned idle;    /* of these, those that wait for work */
    unsigned running; /* of these, those that run a job */
    bool is_closed;
    bool is_left; /* by haul__pool_destroy: the last thread frees it */
};

struct worker {
    struct haul_list link; /* in pool->workers */
    struct haul__pool *pool;
    pthread_t thread;
    bool has_ended;
};

int haul__pool_create(struct haul_loop *loop, unsigned max_threads, struct haul__pool **ret_pool)
{
    assert(max_threads > 0);
    struct haul__pool *pool = haul__allocate_zeroed(sizeof(*pool));
    if (!pool)
        return -ENOMEM;
    pool->loop = loop;
    pool->max_workers = max_threads;
    haul__list_init(&pool->queue);
    haul__list_init(&pool->workers);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->submitted, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->quieter, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *ret_pool = pool;
    return 0;
}

static void free_pool(struct haul__pool *pool)
{
    pthread_cond_destroy(&pool->quieter);
    pthread_cond_destroy(&pool->submitted);
    pthread_mutex_destroy(&pool->mutex);
    haul__free(pool);
}

void haul__work_destroy_data(struct haul__work *work)
{
    if (work->job.destroy_data)
        work->job.destroy_data(work->job.data);
}

/* Runs the first in line. The mutex is held, but not while the job's functions run. */
static void run_first(struct haul__pool *pool)
{
    struct haul__work *work = haul__container(pool->queue.next, struct haul__work, link);
    haul__list_remove(&work->link);
    pool->queued--;
    pool->running++;
    work->state = HAUL__WORK_RUNNING;
    pthread_mutex_unlock(&pool->mutex);

    union haul_value value = {0};
    int code = work->job.fn(work->job.data, &value);
    assert(code != HAUL_E_CANCELLED && "a job answers that it was cancelled");
    haul__work_destroy_data(work);

    pthread_mutex_lock(&pool->mutex);
    if (work->state == HAUL__WORK_ABANDONED) {
        pthread_mutex_unlock(&pool->mutex);
        if (code == 0 && work->job.destroy_value)
            work->job.destroy_value(value.pointer);
        haul__free(work);
        pthread_mutex_lock(&pool->mutex);
    } else {
        work->state = HAUL__WORK_ENDED;
        work->code = code;
        work->value = value;
        haul__mailbox_post(&pool->loop->mailbox, &work->ended.at.link);
    }
    pool->running--;
    pthread_cond_signal(&pool->quieter);
}

/* A thread that has been left behind tidies up for itself, and the last of them for all. The mutex is held. */
static void end_worker(struct worker *worker)
{
    struct haul__pool *pool = worker->pool;
    bool is_left = pool->is_left;
    bool is_last = --pool->alive == 0;
    worker->has_ended = true;
    pthread_cond_signal(&pool->quieter);
    if (is_left) {
        haul__list_remove(&worker->link);
        haul__free(worker);
    }
    pthread_mutex_unlock(&pool->mutex);
    if (is_left && is_last)
        free_pool(pool);
}

static void *run_worker(void *data)
{
    struct worker *worker = data;
    struct haul__pool *pool = worker->pool;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (haul__list_is_empty(&pool->queue) && !pool->is_closed) {
            pool->idle++;
            pthread_cond_wait(&pool->submitted, &pool->mutex);
            pool->idle--;
        }
        if (haul__list_is_empty(&pool->queue))
            break;
        run_first(pool);
    }
    end_worker(worker);
    return NULL;
}

/* With the mutex held. */
static int add_worker(struct haul__pool *pool)
{
    struct worker *worker = haul__allocate_zeroed(sizeof(*worker));
    if (!worker)
        return -ENOMEM;
    worker->pool = pool;
    int code = haul__thread_create(&worker->thread, run_worker, worker);
    if (code < 0) {
        haul__free(worker);
        return code;
    }
    haul__list_append(&pool->workers, &worker->link);
    pool->alive++;
    return 0;
}

int haul__pool_submit(struct haul__pool *pool, struct haul__work *work)
{
    int code = 0;
    pthread_mutex_lock(&pool->mutex);
    /* A thread that was woken counts as idle until it has taken its work, and so do those in line. */
    if (pool->queued >= pool->idle && pool->alive < pool->max_workers)
        code = add_worker(pool);
    if (pool->alive > 0) {
        code = 0;
        work->state = HAUL__WORK_QUEUED;
        haul__list_append(&pool->queue, &work->link);
        pool->queued++;
        pthread_cond_signal(&pool->submitted);
    }
    pthread_mutex_unlock(&pool->mutex);
    return code;
}

bool haul__pool_withdraw(struct haul__pool *pool, struct haul__work *work)
{
    pthread_mutex_lock(&pool->mutex);
    bool is_queued = work->state == HAUL__WORK_QUEUED;
    bool is_new = work->state == HAUL__WORK_NEW;
    if (is_queued) {
        haul__list_remove(&work->link);
        pool->queued--;
    }
    pthread_mutex_unlock(&pool->mutex);
    return is_queued || is_new;
}

bool haul__pool_abandon(struct haul__pool *pool, struct haul__work *work)
{
    pthread_mutex_lock(&pool->mutex);
    bool is_running = work->state == HAUL__WORK_RUNNING;
    if (is_running)
        work->state = HAUL__WORK_ABANDONED;
    pthread_mutex_unlock(&pool->mutex);
    return is_running;
}

static struct timespec deadline_after(int64_t duration)
{
    struct haul_clock clock = haul_clock_monotonic();
    int64_t deadline = haul_deadline(clock.now(clock.data), duration);
    return (struct timespec){.tv_sec = deadline / HAUL_SECOND, .tv_nsec = deadline % HAUL_SECOND};
}

void haul__pool_close(struct haul__pool *pool, int64_t duration)
{
    struct timespec deadline = deadline_after(duration);
    bool is_late = false;
    pthread_mutex_lock(&pool->mutex);
    assert(haul__list_is_empty(&pool->queue));
    pool->is_closed = true;
    pthread_cond_broadcast(&pool->submitted);
    /* Those that run no job are at their end soon, and waited for without a bound. */
    while (pool->alive > 0 && !(is_late && pool->alive == pool->running)) {
        if (is_late || duration == HAUL_NEVER)
            pthread_cond_wait(&pool->quieter, &pool->mutex);
        else
            is_late = pthread_cond_timedwait(&pool->quieter, &pool->mutex, &deadline) == ETIMEDOUT;
    }
    pthread_mutex_unlock(&pool->mutex);
}

int haul__pool_destroy(struct haul__pool *pool)
{
    struct haul_list ended;
    haul__list_init(&ended);
    pthread_mutex_lock(&pool->mutex);
    pool->is_left = pool->alive > 0;
    bool is_left = pool->is_left;
    for (struct haul_list *next, *link = pool->workers.next; link != &pool->workers; link = next) {
        struct worker *worker = haul__container(link, struct worker, link);
        next = link->next;
        if (worker->has_ended) {
            haul__list_remove(link);
            haul__list_append(&ended, link);
        } else {
            pthread_detach(worker->thread);
        }
    }
    pthread_mutex_unlock(&pool->mutex);
    while (!haul__list_is_empty(&ended)) {
        struct worker *worker = haul__container(ended.next, struct worker, link);
        haul__list_remove(&worker->link);
        pthread_join(worker->thread, NULL);
        haul__free(worker);
    }
    if (is_left)
        return HAUL_E_TIMEOUT;
    free_pool(pool);
    return 0;
}
