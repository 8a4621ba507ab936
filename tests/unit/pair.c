#include "pair.h"

#include "loopback.h"
#include "running.h"

#include <haul/sleep.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct accept_once {
    struct haul_coroutine coroutine;
    struct haul_listener *listener;
    struct haul_stream **ret_stream;
};

static struct haul_step accept_once(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(accept_once);
    HAUL_AWAIT(haul_listener_accept(task, self->listener));
    *self->ret_stream = haul_awaited(task).pointer;
    HAUL_FINALLY;
    HAUL_END;
}

struct pair pair_create(void)
{
    struct pair pair;
    struct haul_listener *listener;
    assert_int_equal(haul_loop_create(NULL, &pair.loop), 0);
    assert_int_equal(haul_listener_create(pair.loop, "127.0.0.1", 0, 1, &listener), 0);
    pair.peer = loopback_connect(haul_listener_port(listener));
    assert_int_equal(run_task(pair.loop, HAUL_CALL(accept_once, .listener = listener, .ret_stream = &pair.stream)), 0);
    haul_listener_destroy(listener);
    return pair;
}

void pair_destroy(struct pair *pair)
{
    pair_close_stream(pair);
    pair_close_peer(pair);
    assert_int_equal(haul_loop_finish(pair->loop), 0);
}

void pair_close_stream(struct pair *pair)
{
    haul_stream_destroy(pair->stream);
    pair->stream = NULL;
}

void pair_close_peer(struct pair *pair)
{
    if (pair->peer >= 0)
        close(pair->peer);
    pair->peer = -1;
}

void pair_reset_peer(struct pair *pair)
{
    struct linger linger = {.l_onoff = 1};
    assert_int_equal(setsockopt(pair->peer, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
    pair_close_peer(pair);
}

struct haul_step read_once(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(read_once);
    HAUL_AWAIT(haul_stream_read(task, self->stream, self->buffer, self->size));
    *self->ret_got = haul_awaited(task).integer;
    if (self->sleeps)
        HAUL_AWAIT(haul_sleep(task, HAUL_MINUTE));
    HAUL_FINALLY;
    HAUL_END;
}

struct haul_step write_once(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(write_once);
    HAUL_AWAIT(haul_stream_write(task, self->stream, self->bytes, self->size));
    *self->ret_done = true;
    HAUL_FINALLY;
    HAUL_END;
}

/* Counts its turns until it is told to stop. */
struct count_turns {
    struct haul_coroutine coroutine;
    const bool *stop;
    int *ret_turns;
};

static struct haul_step count_turns(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(count_turns);
    while (!*self->stop) {
        ++*self->ret_turns;
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    HAUL_FINALLY;
    HAUL_END;
}

int turns_beside(struct haul_loop *loop, struct haul_awaitable busy)
{
    bool stop = false;
    int turns = 0;
    struct haul_task *busy_task = start_task(loop, busy);
    struct haul_task *counting = start_task(loop, HAUL_CALL(count_turns, .stop = &stop, .ret_turns = &turns));
    assert_int_equal(end_task(loop, busy_task), 0);
    stop = true;
    assert_int_equal(end_task(loop, counting), 0);
    return turns;
}
