/* A stream and the plain socket on its other side; tasks that read and write. */
#ifndef TESTS_PAIR_H
#define TESTS_PAIR_H

#include <haul/coroutine.h>
#include <haul/stream.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pair {
    struct haul_loop *loop; /* its own */
    struct haul_stream *stream;
    int peer; /* blocking; -1 once it is closed */
};

struct pair pair_create(void);

/* Closes both sides, if they are not, and destroys the loop. */
void pair_destroy(struct pair *pair);

void pair_close_stream(struct pair *pair);
void pair_close_peer(struct pair *pair);

/* Has the peer end with RST. */
void pair_reset_peer(struct pair *pair);

/* Reads once; then sleeps for a minute, where it is to. */
struct read_once {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    char *buffer;
    size_t size;
    int64_t *ret_got;
    bool sleeps;
};
haul_step_fn read_once;

/* Writes once. */
struct write_once {
    struct haul_coroutine coroutine;
    struct haul_stream *stream;
    const char *bytes;
    size_t size;
    bool *ret_done;
};
haul_step_fn write_once;

/* Runs BUSY as a task to its end, which it reaches with code 0, and another task beside it. Returns how many turns the
 * other one had. */
int turns_beside(struct haul_loop *loop, struct haul_awaitable busy);

#endif
