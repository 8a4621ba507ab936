#include "net/errand.h"

#include "base/memory.h"

#include <errno.h>
#include <haul/error.h>
#include <string.h>

/* Who waits for room goes on when so much is under way: threads that woke for every piece would do little else. */
static const size_t enough_room = HAUL__MOST_IN_TRANSIT / 2;

/* A piece of a body, on its way home. */
struct piece {
    struct haul__ready ready;
    struct haul__errand *errand;
    struct haul_result so_far; /* as it stood; the result itself goes on changing. Its texts stay */
    size_t size;
    unsigned char bytes[];
};

void haul__transit_init(struct haul__transit *transit)
{
    pthread_mutex_init(&transit->mutex, NULL);
    pthread_cond_init(&transit->room, NULL);
    transit->bytes = 0;
}

void haul__transit_finish(struct haul__transit *transit)
{
    pthread_cond_destroy(&transit->room);
    pthread_mutex_destroy(&transit->mutex);
}

static void post(struct haul_loop *loop, struct haul__ready *message, const struct haul__ready_kind *kind)
{
    message->kind = kind;
    haul__mailbox_post(&loop->mailbox, &message->at.link);
}

/* It has come back, and nothing of it is away any more. */
static void finish(struct haul__errand *errand)
{
    struct haul_task *task = errand->task;
    int code = errand->code;
    haul_loop_release(errand->home);
    if (errand->body_code < 0 && (code == 0 || (code == HAUL_E_CANCELLED && !errand->is_cancelled))) {
        code = haul__result_fail(errand->hop->result, HAUL_CLASS_LOCAL, CURLE_WRITE_ERROR,
                                 haul_error_message(errand->body_code));
        errand->hop->result->public.bytes = errand->body_size;
    }
    /* The outcome is given all the same, and the request to end waits for the task's next await. */
    if (code == 0 && errand->is_cancelled)
        haul__task_ask_again(task);
    haul__task_wake(task, code, (union haul_value){0});
}

static void come_back(struct haul__ready *ready)
{
    struct haul__errand *errand = haul__container(ready, struct haul__errand, message);
    errand->is_back = true;
    if (!errand->is_recall_away)
        finish(errand);
}

static void recall_came_back(struct haul__ready *ready)
{
    struct haul__errand *errand = haul__container(ready, struct haul__errand, recall);
    errand->is_recall_away = false;
    if (errand->is_back)
        finish(errand);
}

static const struct haul__ready_kind back_kind = {.run = come_back};
static const struct haul__ready_kind recall_back_kind = {.run = recall_came_back};

/* The task that makes the hop. The errand is not its any more once it has sent it back. */
struct make {
    struct haul_coroutine coroutine;
    struct haul__errand *errand;
    int code;
};

static void send_back(struct haul__errand *errand, int code)
{
    errand->maker = NULL;
    errand->code = code;
    post(errand->home, &errand->message, &back_kind);
}

static haul_step_fn make;

static struct haul_step make(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(make);
    self->code = self->errand->is_recalled ? HAUL_E_CANCELLED : 0;
    self->errand->maker = task;
    if (self->code == 0)
        HAUL_AWAIT_CODE(self->code, haul_call(task, &self->errand->hop->coroutine));
    HAUL_FINALLY;
    send_back(self->errand, self->code);
    HAUL_END;
}

static void arrive(struct haul__ready *ready)
{
    struct haul__errand *errand = haul__container(ready, struct haul__errand, message);
    int code = haul_task_create(errand->hop->fetcher->loop, HAUL_CALL(make, .errand = errand), NULL);
    if (code < 0)
        send_back(errand, code);
}

/* A task that has not made its first step would not run at all if it were cancelled, and sees the mark. */
static void recall_arrived(struct haul__ready *ready)
{
    struct haul__errand *errand = haul__container(ready, struct haul__errand, recall);
    errand->is_recalled = true;
    if (errand->maker)
        haul_task_cancel(errand->maker);
    post(errand->home, &errand->recall, &recall_back_kind);
}

static const struct haul__ready_kind there_kind = {.run = arrive};
static const struct haul__ready_kind recall_kind = {.run = recall_arrived};

/* Has it end soon; once is enough. */
static void recall(struct haul__errand *errand)
{
    if (errand->was_recalled)
        return;
    errand->was_recalled = true;
    errand->is_recall_away = true;
    post(errand->hop->fetcher->loop, &errand->recall, &recall_kind);
}

/* What a piece of a body takes. Of one of a few bytes, as chunks may be, nearly all is not the body's. */
static size_t cost(size_t size)
{
    return sizeof(struct piece) + size;
}

static void leave_transit(struct haul__transit *transit, size_t size)
{
    pthread_mutex_lock(&transit->mutex);
    bool was_much = transit->bytes > enough_room;
    transit->bytes -= size;
    if (was_much && transit->bytes <= enough_room)
        pthread_cond_broadcast(&transit->room);
    pthread_mutex_unlock(&transit->mutex);
}

static void take_piece(struct haul__ready *ready)
{
    struct piece *piece = haul__container(ready, struct piece, ready);
    struct haul__errand *errand = piece->errand;
    leave_transit(errand->transit, cost(piece->size));
    if (errand->body_code == 0) {
        errand->body_code = errand->body(errand->body_data, &piece->so_far, piece->bytes, piece->size);
        errand->body_size = piece->so_far.bytes;
        if (errand->body_code < 0)
            recall(errand);
    }
    haul__free(piece);
}

static const struct haul__ready_kind piece_kind = {.run = take_piece};

static void enter_transit(struct haul__transit *transit, size_t size)
{
    pthread_mutex_lock(&transit->mutex);
    while (transit->bytes >= HAUL__MOST_IN_TRANSIT)
        pthread_cond_wait(&transit->room, &transit->mutex);
    transit->bytes += size;
    pthread_mutex_unlock(&transit->mutex);
}

/* A haul_body_fn. */
static int send_piece(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    struct haul__errand *errand = data;
    struct piece *piece = haul__allocate(cost(size));
    if (!piece)
        return -ENOMEM;
    *piece = (struct piece){.errand = errand, .so_far = *so_far, .size = size};
    memcpy(piece->bytes, bytes, size);
    enter_transit(errand->transit, cost(size));
    post(errand->home, &piece->ready, &piece_kind);
    return 0;
}

static void cancel_errand(struct haul_task *task)
{
    struct haul__errand *errand = haul__task_waited(task);
    errand->is_cancelled = true;
    recall(errand);
}

static const struct haul__ready_kind run_kind = {.cancel = cancel_errand};

struct haul_await haul__errand_run(struct haul_task *task, struct haul__errand *errand, struct haul__hop *hop,
                                   struct haul__transit *transit)
{
    *errand = (struct haul__errand){
        .hop = hop,
        .transit = transit,
        .home = haul_task_loop(task),
        .task = task,
        .body = hop->body,
        .body_data = hop->body_data,
    };
    /* One that drops it may as well do so there. */
    if (hop->body && hop->body != haul_body_discard) {
        hop->body = send_piece;
        hop->body_data = errand;
    }
    haul_loop_hold(errand->home);
    post(hop->fetcher->loop, &errand->message, &there_kind);
    return haul__task_park(task, &run_kind, errand);
}
