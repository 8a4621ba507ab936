/* Makes up the answer to a request, by its path and query. The table of what there is stands in behaviours.c. */
#ifndef ORIGIN_BEHAVIOURS_H
#define ORIGIN_BEHAVIOURS_H

#include "answer.h"
#include "counters.h"
#include "request.h"
#include "workers.h"

/* What an answer depends on besides its request. */
struct circumstances {
    uint64_t count; /* of requests of this path that there were, with this one */
    struct counters *counters;
    struct workers *workers;
    int64_t now; /* on the loop's clock */
};

/* ANSWER is clear. Nothing in the answer points into the request. */
void behaviours_answer(const struct request *request, const struct circumstances *circumstances, struct answer *answer);

/* The answer to what is no request. */
void behaviours_refuse(struct answer *answer);

/* Whether the request is one for the counters, which do not count it. */
bool behaviours_is_statistics(const struct request *request);

#endif
