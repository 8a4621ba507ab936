/* What a result tells of each of its hops, where that is asked for. Fields of headers that carry credentials have their
 * values masked before they are kept. */
#ifndef NET_HISTORY_H
#define NET_HISTORY_H

#include "net/result.h"

/* Adds HOP, whose url, method and texts of the answer are the result's own or static, to the hops of RESULT. Its header
 * is that of the result's answer; its request's is taken from SENT, what was sent, SIZE bytes in which the last whole
 * header counts. -ENOMEM. */
int haul__history_add(struct haul__result *result, const struct haul_hop *hop, const char *sent, size_t size);

/* Whether the value of a field is a secret, by its NAME of SIZE bytes: credentials, cookies, and what calls itself a
 * token, key, password or secret. */
bool haul__is_secret_field(const char *name, size_t size);

#endif
