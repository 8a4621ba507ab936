/* Bytes put away for the whole run and read again at any place: the newest in memory, the others in an unlinked file
 * (output/spill.h). */
#ifndef RUN_LEDGER_H
#define RUN_LEDGER_H

#include <stddef.h>
#include <stdint.h>

struct ledger;

/* Makes one with a file in DIRECTORY. Negative errno. */
int ledger_create(const char *directory, struct ledger **ret_ledger);
void ledger_destroy(struct ledger *ledger); /* NULL is fine */

/* Puts bytes away; *RET_PLACE is where they are. Negative errno. */
int ledger_append(struct ledger *ledger, const char *bytes, size_t size, uint64_t *ret_place);

/* Reads SIZE bytes, all of which were put away. Negative errno. */
int ledger_read(struct ledger *ledger, uint64_t place, char *buffer, size_t size);

#endif
