/* What the origin saw: it proves limits. Requests to /stats count nowhere, and a connection that begins with one is no
 * connection. */
#ifndef ORIGIN_COUNTERS_H
#define ORIGIN_COUNTERS_H

#include "bytes.h"

struct path_count;

struct counters {
    uint64_t connections; /* accepted */
    uint64_t open;        /* of these not ended; not reset */
    uint64_t requests;
    uint64_t in_flight; /* from a request's last byte to its answer's; not reset */
    uint64_t peak_in_flight;
    struct path_count *paths; /* requests of each path, by uthash */
};

void counters_finish(struct counters *counters);

/* Begins anew; the peak begins at what is in flight. */
void counters_reset(struct counters *counters);

void counters_connection_opened(struct counters *counters);
void counters_connection_closed(struct counters *counters);

/* Takes back the connection that was counted: it serves /stats. */
void counters_connection_uncounted(struct counters *counters);

/* Counts a request of PATH that was received. Returns how many it is of this path. */
uint64_t counters_request_begun(struct counters *counters, struct slice path);
void counters_request_ended(struct counters *counters);

/* Appends {"connections":…,"open":…,"requests":…,"in_flight":…,"peak_in_flight":…,"paths":{"/ok":…}}. */
void counters_write(const struct counters *counters, struct bytes *bytes);

#endif
