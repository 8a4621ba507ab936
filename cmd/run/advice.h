/* What standard error says when a host has had too much. */
#ifndef RUN_ADVICE_H
#define RUN_ADVICE_H

#include <haul/client.h>

#include <stdbool.h>
#include <stddef.h>

/* So many hosts are told of: who runs into more of them has understood. */
enum { ADVICE_HOSTS = 8 };

/* Embedded by its owner, all zero but for the first field. */
struct advice {
    bool has_retries;
    char *told[ADVICE_HOSTS]; /* origins */
    size_t count;
};

void advice_finish(struct advice *advice);

/* An entry came out. Without retries the first 429 of a host says which options are for that. -ENOMEM. */
int advice_note(struct advice *advice, const struct haul_result *result);

/* A host has asked for a pause: the client's callback. */
haul_pause_fn advice_tell_pause;

#endif
