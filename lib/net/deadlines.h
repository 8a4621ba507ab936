/* How long a transfer may go without progress. All of a client have the same patience, so that a list in the order of
 * the last progress is in the order of the deadlines too, and moving to its end costs next to nothing. */
#ifndef NET_DEADLINES_H
#define NET_DEADLINES_H

#include "base/list.h"

#include <haul/duration.h>

/* A transfer's place in a line. */
struct haul__turn {
    struct haul_list link;
    int64_t since;
};

struct haul__line {
    struct haul_list turns;
    int64_t patience; /* HAUL_NEVER: without end */
};

static inline void haul__line_init(struct haul__line *line, int64_t patience)
{
    haul__list_init(&line->turns);
    line->patience = patience;
}

/* Puts TURN, wherever it stood, at the end: its patience begins anew. NOW is never earlier than it was before. */
static inline void haul__line_join(struct haul__line *line, struct haul__turn *turn, int64_t now)
{
    turn->since = now;
    haul__list_remove(&turn->link);
    haul__list_append(&line->turns, &turn->link);
}

/* The first whose time is over, or NULL. */
static inline struct haul__turn *haul__line_overdue(const struct haul__line *line, int64_t now)
{
    if (haul__list_is_empty(&line->turns))
        return NULL;
    struct haul__turn *turn = haul__container(line->turns.next, struct haul__turn, link);
    return haul_deadline(turn->since, line->patience) <= now ? turn : NULL;
}

/* When the first one's time will be over. */
static inline int64_t haul__line_deadline(const struct haul__line *line)
{
    if (haul__list_is_empty(&line->turns) || line->patience == HAUL_NEVER)
        return HAUL_NEVER;
    return haul_deadline(haul__container(line->turns.next, struct haul__turn, link)->since, line->patience);
}

#endif
