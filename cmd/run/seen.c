#include "run/seen.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* The first bits of a hash choose a part, and others its home there; from there on the first free place is taken. */
enum { part_bits = 8, part_count = 1 << part_bits, first_capacity = 4 };

struct slot {
    uint64_t hash; /* 0: free */
    uint64_t word;
};

struct part {
    struct slot *slots;
    size_t capacity;
    size_t count;
};

struct seen {
    struct part parts[part_count];
};

int seen_create(struct seen **ret_seen)
{
    struct seen *seen = calloc(1, sizeof(*seen));
    if (!seen)
        return -ENOMEM;
    *ret_seen = seen;
    return 0;
}

void seen_destroy(struct seen *seen)
{
    if (!seen)
        return;
    for (size_t i = 0; i < part_count; i++)
        free(seen->parts[i].slots);
    free(seen);
}

/* Where HASH is, or would be put. */
static struct slot *slot_of(const struct part *part, uint64_t hash)
{
    size_t at = (size_t)((hash & UINT32_MAX) * part->capacity >> 32);
    while (part->slots[at].hash != 0 && part->slots[at].hash != hash)
        at = at + 1 < part->capacity ? at + 1 : 0;
    return &part->slots[at];
}

/* An eighth stays free: what is not there is soon known not to be. */
static bool is_full(const struct part *part)
{
    return part->count >= part->capacity - part->capacity / 8;
}

static int grow(struct part *part)
{
    size_t capacity = part->capacity < first_capacity ? (size_t)first_capacity : part->capacity + part->capacity / 2;
    struct part larger = {.slots = calloc(capacity, sizeof(struct slot)), .capacity = capacity, .count = part->count};
    if (!larger.slots)
        return -ENOMEM;
    for (size_t i = 0; i < part->capacity; i++)
        if (part->slots[i].hash != 0)
            *slot_of(&larger, part->slots[i].hash) = part->slots[i];
    free(part->slots);
    *part = larger;
    return 0;
}

int seen_find(struct seen *seen, uint64_t hash, uint64_t **ret_word)
{
    struct part *part = &seen->parts[hash >> (64 - part_bits)];
    hash += hash == 0;
    /* One place at least is always free, where a search ends. */
    if (is_full(part) || part->count + 1 >= part->capacity) {
        int code = grow(part);
        if (code != 0)
            return code;
    }
    struct slot *slot = slot_of(part, hash);
    part->count += slot->hash == 0;
    slot->hash = hash;
    *ret_word = &slot->word;
    return 0;
}

uint64_t seen_look_up(const struct seen *seen, uint64_t hash)
{
    const struct part *part = &seen->parts[hash >> (64 - part_bits)];
    hash += hash == 0;
    return part->capacity > 0 ? slot_of(part, hash)->word : 0;
}

void seen_each(struct seen *seen, void (*fn)(void *data, uint64_t word), void *data)
{
    for (size_t i = 0; i < part_count; i++) {
        const struct part *part = &seen->parts[i];
        for (size_t at = 0; at < part->capacity; at++)
            if (part->slots[at].hash != 0)
                fn(data, part->slots[at].word);
    }
}

size_t seen_memory(const struct seen *seen)
{
    size_t slots = 0;
    for (size_t i = 0; i < part_count; i++)
        slots += seen->parts[i].capacity;
    return sizeof(*seen) + slots * sizeof(struct slot);
}
