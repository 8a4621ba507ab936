#include "net/worker.h"

#include "base/thread.h"

#include <assert.h>

static int begin(struct haul__worker *worker)
{
    int code = haul_loop_create(NULL, &worker->loop);
    if (code < 0)
        return code;
    code = haul__fetcher_init(&worker->fetcher, worker->loop, worker->options, worker->shortage);
    if (code != 0)
        haul_loop_destroy(worker->loop);
    return code;
}

static void *run(void *data)
{
    struct haul__worker *worker = data;
    int code = begin(worker);
    worker->code = code;
    sem_post(&worker->is_settled);
    if (code != 0)
        return NULL;
    /* There is always somebody who may send something. */
    haul_loop_hold(worker->loop);
    code = haul_loop_run_forever(worker->loop);
    assert(code == 0);
    haul_loop_release(worker->loop);
    haul__fetcher_finish(&worker->fetcher);
    code = haul_loop_destroy(worker->loop);
    assert(code == 0 && "a worker is stopped with hops under way");
    (void)code;
    return NULL;
}

static void wait_settled(struct haul__worker *worker)
{
    while (sem_wait(&worker->is_settled) < 0)
        continue; /* a signal came */
}

int haul__worker_start(struct haul__worker *worker, const struct haul_client_options *options,
                       struct haul__shortage *shortage)
{
    *worker = (struct haul__worker){.options = options, .shortage = shortage};
    sem_init(&worker->is_settled, 0, 0);
    int code = haul__thread_create(&worker->thread, run, worker);
    if (code == 0) {
        wait_settled(worker);
        code = worker->code;
        if (code != 0)
            pthread_join(worker->thread, NULL);
    }
    if (code != 0)
        sem_destroy(&worker->is_settled);
    return code;
}

static void stop(struct haul__ready *ready)
{
    haul_loop_stop(haul__container(ready, struct haul__worker, stop)->loop);
}

static const struct haul__ready_kind stop_kind = {.run = stop};

void haul__worker_stop(struct haul__worker *worker)
{
    worker->stop.kind = &stop_kind;
    haul__mailbox_post(&worker->loop->mailbox, &worker->stop.at.link);
    pthread_join(worker->thread, NULL);
    sem_destroy(&worker->is_settled);
}
