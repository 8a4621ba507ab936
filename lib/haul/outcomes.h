/* Outcomes: how tasks came out, to be asked for by their numbers later. A table for who starts tasks and is not there
 * when they end. It is a table of results and of errors at once: the code tells which. */
#ifndef HAUL_OUTCOMES_H
#define HAUL_OUTCOMES_H

#include <haul/gather.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_loop;
struct haul_outcomes;

/* Makes a table for tasks of LOOP, which outlives it. -ENOMEM. */
int haul_outcomes_create(struct haul_loop *loop, struct haul_outcomes **ret_outcomes);

/* Frees it: what was not taken out is let go, so that values are destroyed and errors reported as those that nobody
 * took. Tasks that have not ended run on. NULL is fine. */
void haul_outcomes_destroy(struct haul_outcomes *outcomes);

/* Has the table keep what TASK will come to, or has come to: under its haul_task_id, which counts from 1.
 * Nothing is allocated when it ends. HAUL_E_BUSY: it is in the table; -ENOMEM. */
int haul_outcomes_add(struct haul_outcomes *outcomes, struct haul_task *task);

/* Makes a task of AWAITABLE in the loop's own group, and adds it. Where RET_ID is not NULL it gets the task's number.
 * -ENOMEM, with nothing begun. */
int haul_outcomes_spawn(struct haul_outcomes *outcomes, struct haul_awaitable awaitable, uint64_t *ret_id);

/* Takes a task's outcome out of the table (Python: dict.pop): its code is taken, and its value, which is the caller's
 * to finish. HAUL_E_INVALID: there is no such task in the table; HAUL_E_BUSY: it has not ended. */
int haul_outcomes_pop(struct haul_outcomes *outcomes, uint64_t id, struct haul_outcome *ret_outcome);

/* How many tasks are in the table, and how many of them have ended. */
size_t haul_outcomes_count(const struct haul_outcomes *outcomes);
size_t haul_outcomes_done(const struct haul_outcomes *outcomes);

HAUL__END_C

#endif
