/* How fast connections to one origin are opened. */
#ifndef NET_PACING_H
#define NET_PACING_H

#include <haul/duration.h>

struct haul__pacing {
    int64_t due;      /* when the next would be opened if they came evenly, without a burst */
    int64_t interval; /* between two, nanoseconds */
};

void haul__pacing_init(struct haul__pacing *pacing);

/* When a connection that is wanted NOW may be opened: NOW, or a later point in time, which is then taken. */
int64_t haul__pacing_take(struct haul__pacing *pacing, int64_t now);

/* Gives one back that turned out not to be needed. */
void haul__pacing_return(struct haul__pacing *pacing);

/* Learns from how long a TCP handshake took. */
void haul__pacing_learn(struct haul__pacing *pacing, int64_t handshake);

#endif
