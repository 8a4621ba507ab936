/* The certificates that a program trusts. Loaded once for the process, read-only from then on, and given to its
 * clients: loading them takes longer than many requests. */
#ifndef HAUL_TRUST_H
#define HAUL_TRUST_H

#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_trust;

/* What the PEM file CA_FILE holds, or the system's bundle where it is NULL, which is only loaded when the first
 * client needs it. *RET_PROBLEM, one static sentence, says why a file cannot be used: HAUL_E_INVALID, or a negative
 * errno from opening it. One reference. */
int haul_trust_create(const char *ca_file, struct haul_trust **ret_trust, const char **ret_problem);

struct haul_trust *haul_trust_ref(struct haul_trust *trust);
void haul_trust_unref(struct haul_trust *trust); /* NULL is fine */

HAUL__END_C

#endif
