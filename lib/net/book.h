/* The address book of a shard: which names its libcurl was told the addresses of, and by which entries in its own cache
 * of names. libcurl keeps such an entry until it is told to drop it, and walks all of them at times, so that those that
 * no transfer uses are dropped, but for some that may be of use again. */
#ifndef NET_BOOK_H
#define NET_BOOK_H

#include "base/buffer.h"
#include "base/hash.h"
#include "base/list.h"
#include "net/addresses.h"
#include "net/route.h"

/* So many entries stay that no transfer uses. */
enum { HAUL__ENTRIES_KEPT = 32 };

struct haul__book {
    struct haul__entry *table;
    struct haul_list unused; /* the one to be dropped first in front */
    size_t unused_count;
};

struct haul__entry {
    struct haul_list link;
    struct haul__addresses *addresses; /* what libcurl was told; NULL: nothing it can be relied on to have heard */
    uint64_t told_at;                  /* when: the shard's count of actions */
    size_t users;
    UT_hash_handle hh;
    int is_missing; /* set where there was no memory to add it */
    size_t size;
    char key[]; /* "HOST:PORT", as libcurl has it, with a NUL behind */
};

void haul__book_init(struct haul__book *book);

/* No entry is used. */
void haul__book_finish(struct haul__book *book);

/* The entry for ROUTE's host and port, with one more user. NULL: out of memory. */
struct haul__entry *haul__book_take(struct haul__book *book, const struct haul__route *route);

/* One user less. NULL is fine. */
void haul__book_give(struct haul__book *book, struct haul__entry *entry);

/* Writes into TEXT what libcurl has to be told before it can use ADDRESSES for ENTRY, and notes that it is told so
 * next: "HOST:PORT:ADDRESSES", a NUL, and then, where there is one entry too many, "-HOST:PORT" for that one and a NUL.
 * Nothing if it has heard of them before ACTIONS, the shard's count now. -ENOMEM. */
int haul__book_tell(struct haul__book *book, struct haul__entry *entry, struct haul__addresses *addresses,
                    uint64_t actions, struct haul__buffer *text);

/* What was told last may not have been heard. */
void haul__entry_doubt(struct haul__entry *entry);

#endif
