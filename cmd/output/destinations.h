/* The files that a format of --write-out names: each is open for the whole run, with a writer of its own. What goes
 * there is no less output than what goes to standard output: where it cannot be written, the run ends. */
#ifndef OUTPUT_DESTINATIONS_H
#define OUTPUT_DESTINATIONS_H

#include "output/target.h"

#include <stddef.h>

struct haul_event;
struct text;
struct write_out;

/* Embedded by its owner. All zero: there are none. */
struct destinations {
    struct target *targets; /* in the order of the format's files */
    struct text *texts;     /* of the entry that is written, one for each */
    size_t count;
};

/* Opens those of WRITE_OUT. HAUL_E_INVALID: one cannot be opened, and a message has said why; negative errno. */
int destinations_open(struct destinations *destinations, struct haul_loop *loop, const struct write_out *write_out);
void destinations_close(struct destinations *destinations);

/* Gives the texts to the writers, and makes them empty. -ENOMEM. */
int destinations_write(const struct destinations *destinations);

/* Has the writers write as far as it goes at once. */
void destinations_flush(const struct destinations *destinations);

/* What is set once none is full any more; NULL: none is. */
struct haul_event *destinations_missing_room(const struct destinations *destinations);

/* The first whose writer is no longer open; NULL: there is none. */
const struct target *destinations_ended(const struct destinations *destinations);

#endif
