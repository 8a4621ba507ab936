/* As what a name is asked for: by itself, and within the search domains of the system. */
#ifndef NET_DOMAINS_H
#define NET_DOMAINS_H

#include <stdbool.h>
#include <stddef.h>

/* A name with so many characters, without a dot at its end, is the longest. */
enum { HAUL__LONGEST_NAME = 253 };

struct haul__domains {
    size_t count;
    unsigned dots; /* a name with so many dots is first asked for by itself */
    char *texts;   /* the domains, a NUL behind each */
};

/* Reads resolv.conf and what the environment has about it (LOCALDOMAIN, RES_OPTIONS). -ENOMEM. */
int haul__domains_init(struct haul__domains *domains);

void haul__domains_finish(struct haul__domains *domains);

/* What NAME is asked for as, the INDEXth: false if there is no such one. A name that ends with a dot is asked for by
 * itself only. One that would become too long is left out: it is "". */
bool haul__domains_candidate(const struct haul__domains *domains, const char *name, size_t index,
                             char ret_candidate[HAUL__LONGEST_NAME + 1]);

enum haul__name_kind {
    HAUL__ORDINARY_NAME,
    HAUL__ABSENT_NAME, /* nobody is to be asked for it: onion (RFC 7686) and invalid (RFC 6761) */
    HAUL__LOCAL_NAME,  /* localhost, which is this machine (RFC 6761) */
    HAUL__BROKEN_NAME, /* its labels have not the lengths that labels have, or it begins with '-' */
};

enum haul__name_kind haul__name_kind(const char *name);

#endif
