/* --dedupe: of entries that ask for the same, the first is fetched, and the others have its answer.
 *
 * The same is: the same URL in its normal form without its fragment, and where a JSON line says more, the same method,
 * header, body and output, said or not. For as long as the first is in flight the others wait with it. Once it is
 * settled its facts are put away, since it leaves and any line of the list may ask for them: in an unlinked file, some
 * 100 bytes for each distinct URL, and in a hash table where they are there. Two are told apart by 128 bits of a keyed
 * hash. */
#ifndef RUN_DEDUPE_H
#define RUN_DEDUPE_H

#include <stdbool.h>

struct dedupe;
struct entry;

/* The file is made in DIRECTORY. Negative errno. */
int dedupe_create(const char *directory, struct dedupe **ret_dedupe);

/* Entries that were entered may be gone. NULL is fine. */
void dedupe_destroy(struct dedupe *dedupe);

/* Takes note of an entry with a URL. It is to be fetched, unless it has a result after this, or *RET_IS_WAITING: then
 * it will come out of the settlement of another. Negative errno. */
int dedupe_enter(struct dedupe *dedupe, struct entry *entry, bool *ret_is_waiting);

/* ENTRY was fetched, and has its result. *RET_WAITING is the first of those that wait for it, chained by `twin`, or
 * NULL: give each its answer with dedupe_answer, before anything else is settled. Negative errno. */
int dedupe_settle(struct dedupe *dedupe, struct entry *entry, struct entry **ret_waiting);

/* Gives ENTRY the result of the one that was settled last. -ENOMEM. */
int dedupe_answer(struct dedupe *dedupe, struct entry *entry);

#endif
