/* Servers that send without a pause what carries nothing, such as HTTP/2's empty DATA frames and WINDOW_UPDATE, or
 * TLS's tickets. libcurl 7.88 and OpenSSL do not return before there is nothing more to read, nor call anybody, so that
 * no deadline and no signal would count meanwhile. OpenSSL tells of each record that it reads: a connection on which
 * that goes on for a second with nothing delivered counts as ended by the server. Without TLS nobody tells.
 * Newer versions (8.14) return in between: deadlines count, and the records of each call are few. */
#ifndef NET_FLOOD_H
#define NET_FLOOD_H

#include <stdint.h>

struct haul_loop;

/* Of a loop, which reads one connection at a time. */
struct haul__flood {
    struct haul_loop *loop;
    unsigned records; /* read since libcurl was called, or has delivered something */
    int64_t since;    /* when the first of them were counted */
};

/* Has FLOOD, which outlives them, told of the connections that are made with SSL_CONTEXT, an SSL_CTX. */
void haul__flood_watch(struct haul__flood *flood, void *ssl_context);

/* libcurl is called, or has delivered something. */
static inline void haul__flood_reset(struct haul__flood *flood)
{
    flood->records = 0;
}

#endif
