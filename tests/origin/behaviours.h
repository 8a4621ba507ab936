/* Makes up the answer to a request, by its path and query. The table of what there is stands in behaviours.c. */
#ifndef ORIGIN_BEHAVIOURS_H
#define ORIGIN_BEHAVIOURS_H

#include "answer.h"
#include "counters.h"
#include "request.h"

/* ANSWER is clear. COUNT: how many requests of this path there were, with this one. Nothing in the answer points into
 * the request. */
void behaviours_answer(const struct request *request, uint64_t count, struct counters *counters, struct answer *answer);

/* The answer to what is no request. */
void behaviours_refuse(struct answer *answer);

/* Whether the request is one for the counters, which do not count it. */
bool behaviours_is_statistics(const struct request *request);

#endif
