#include "hash_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The first bits of a hash choose a part, and the next ones its home there. In a part the hashes are in their order,
 * each at its home or behind it, with nothing free between: so a search ends where a larger one is, or a free slot.
 * There is no way round from the end to the begin: behind the last home there is room for those that were pushed on,
 * and then a slot that stays free.
 *
 * Parts are mapped rather than allocated: they grow all the time, and what they leave behind in a heap would cost as
 * much as the free slots. */
enum {
    part_bits = 6,
    part_count = 1 << part_bits,
    slots_in_a_page = 256,
    growth = 6,       /* by one of so many */
    free_homes = 10,  /* one of so many stays free */
    rest = 64,        /* one slot of so many is behind the homes, ... */
    smallest_rest = 4 /* ... and so many more */
};

struct slot {
    uint64_t hash; /* 0: free */
    uint64_t word;
};

_Static_assert(slots_in_a_page * sizeof(struct slot) == 4096, "the smallest pages that there are");

struct part {
    struct slot *slots;
    size_t size; /* slots in all, whole pages; 0: none are mapped */
    size_t homes;
    size_t count;
};

struct hash_table {
    struct part parts[part_count];
};

int hash_table_create(struct hash_table **ret_table)
{
    struct hash_table *table = calloc(1, sizeof(*table));
    if (!table)
        return -ENOMEM;
    *ret_table = table;
    return 0;
}

void hash_table_destroy(struct hash_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < part_count; i++)
        if (table->parts[i].size > 0)
            munmap(table->parts[i].slots, table->parts[i].size * sizeof(struct slot));
    free(table);
}

/* What of a hash is in its part's slots: the bits that chose the part are last, and it is never 0. */
static uint64_t key_of(uint64_t hash)
{
    uint64_t key = hash << part_bits | hash >> (64 - part_bits);
    return key + (key == 0);
}

static size_t home_of(uint64_t key, size_t homes)
{
    return (size_t)((key >> 32) * homes >> 32);
}

/* Where KEY is, or the slot that it would have. The part has slots. */
static struct slot *slot_of(const struct part *part, uint64_t key)
{
    struct slot *slot = &part->slots[home_of(key, part->homes)];
    while (slot->hash != 0 && slot->hash < key)
        slot++;
    return slot;
}

/* All to the end, in their order, but for the last slot, which stays free. The first of them. */
static size_t gather(struct slot *slots, size_t old_size, size_t size)
{
    size_t first = size - 1;
    for (size_t at = old_size; at > 0; at--)
        if (slots[at - 1].hash != 0)
            slots[--first] = slots[at - 1];
    return first;
}

/* From there to where they belong. None comes to stand behind where it is now, since none did before there was more
 * room behind the homes: so what is not moved yet is not in the way. */
static void spread(struct slot *slots, size_t size, size_t homes, size_t first)
{
    size_t at = 0;
    for (size_t from = first; from < size - 1; from++) {
        struct slot slot = slots[from];
        for (size_t home = home_of(slot.hash, homes); at < home; at++)
            slots[at].hash = 0;
        slots[at++] = slot;
    }
    for (; at < size; at++)
        slots[at].hash = 0;
}

static int grow(struct part *part)
{
    size_t size = part->size + (part->size / growth / slots_in_a_page + 1) * slots_in_a_page;
    size_t homes = size - size / rest - smallest_rest;
    struct slot *slots;
    if (part->size > 0)
        slots = mremap(part->slots, part->size * sizeof(*slots), size * sizeof(*slots), MREMAP_MAYMOVE);
    else
        slots = mmap(NULL, size * sizeof(*slots), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (slots == MAP_FAILED)
        return -ENOMEM;
    spread(slots, size, homes, gather(slots, part->size, size));
    part->slots = slots;
    part->size = size;
    part->homes = homes;
    return 0;
}

/* Makes SLOT free: what is there, and behind it, moves on by one. False: there is no room to the end. */
static bool make_way(const struct part *part, struct slot *slot)
{
    const struct slot *last = &part->slots[part->size - 1];
    const struct slot *gap = slot;
    while (gap->hash != 0)
        gap++;
    if (gap == last)
        return false;
    memmove(slot + 1, slot, (size_t)(gap - slot) * sizeof(*slot));
    return true;
}

static bool is_full(const struct part *part)
{
    return part->count >= part->homes - part->homes / free_homes;
}

/* Puts KEY, which is new, where SLOT is, or elsewhere after growth; NULL: the part has no slots yet. */
static int put(struct part *part, uint64_t key, struct slot *slot, uint64_t **ret_word)
{
    while (!slot || is_full(part) || !make_way(part, slot)) {
        int code = grow(part);
        if (code != 0)
            return code;
        slot = slot_of(part, key);
    }
    *slot = (struct slot){.hash = key};
    part->count++;
    *ret_word = &slot->word;
    return 0;
}

int hash_table_put(struct hash_table *table, uint64_t hash, uint64_t **ret_word)
{
    struct part *part = &table->parts[hash >> (64 - part_bits)];
    uint64_t key = key_of(hash);
    struct slot *slot = part->size > 0 ? slot_of(part, key) : NULL;
    if (!slot || slot->hash != key)
        return put(part, key, slot, ret_word);
    *ret_word = &slot->word;
    return 0;
}

uint64_t hash_table_look_up(const struct hash_table *table, uint64_t hash)
{
    const struct part *part = &table->parts[hash >> (64 - part_bits)];
    uint64_t key = key_of(hash);
    const struct slot *slot = part->size > 0 ? slot_of(part, key) : NULL;
    return slot && slot->hash == key ? slot->word : 0;
}

void hash_table_each(struct hash_table *table, void (*fn)(void *data, uint64_t word), void *data)
{
    for (size_t i = 0; i < part_count; i++) {
        const struct part *part = &table->parts[i];
        for (size_t at = 0; at < part->size; at++)
            if (part->slots[at].hash != 0)
                fn(data, part->slots[at].word);
    }
}

size_t hash_table_memory(const struct hash_table *table)
{
    size_t slots = 0;
    for (size_t i = 0; i < part_count; i++)
        slots += table->parts[i].size;
    return sizeof(*table) + slots * sizeof(struct slot);
}
