/* A set of HTTP statuses, as --ok-status names it. */
#ifndef STATUS_SET_H
#define STATUS_SET_H

#include <stdbool.h>
#include <stdint.h>

/* All zero is the empty set. */
struct status_set {
    uint64_t words[16];
};

/* Adds the statuses from FIRST to LAST, 0 to 999. */
void status_set_add(struct status_set *set, unsigned first, unsigned last);

/* Reads "200-399,403": three digits each. HAUL_E_INVALID: it is nothing like that. */
int status_set_parse(const char *text, struct status_set *ret_set);

bool status_set_has(const struct status_set *set, int status);

/* Whether SET has STATUS; where that is NULL, whether it is below 400. */
bool status_is_ok(const struct status_set *set, int status);

#endif
