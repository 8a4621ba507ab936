#include "base/slab.h"

#include "base/list.h"
#include "base/memory.h"

#include <assert.h>
#include <stdint.h>

#ifdef __has_include
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef RUNNING_ON_VALGRIND
#define RUNNING_ON_VALGRIND 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#define IS_SANITIZED __has_feature(address_sanitizer)
#else
#define IS_SANITIZED 0
#endif

/* malloc keeps 8 bytes before a block: with so much less, chunks follow each other without a gap. And twice as much is
 * less than what it would map by itself, with a page more for each. */
enum { ALIGNMENT = 32768, CHUNK_SIZE = ALIGNMENT - 8, WORDS = 4 };

struct chunk {
    struct haul_list link;   /* in slab->chunks */
    struct haul_list room;   /* in slab->rooms, or by itself where it has none */
    struct haul__slab *slab; /* NULL once that is finished */
    uint32_t slot_size;
    uint32_t slot_count;
    uint32_t free_count;
    uint32_t first_word; /* in no word before it is a free slot */
    uint64_t free[WORDS];
    unsigned char unused[48];
    unsigned char slots[]; /* 8 bytes behind two cache lines, so that what begins a slot of 128 bytes is in two */
};

static_assert(sizeof(struct chunk) % 16 == 8, "slots lie where a header of 88 bytes wants them");
static_assert((CHUNK_SIZE - sizeof(struct chunk)) / HAUL__SLOT_LEAST <= (size_t)WORDS * 64, "a bit for each slot");

/* Before a slot that is allocated apart. */
struct apart {
    struct haul_list link;
    uint64_t unused;
    unsigned char slot[];
};

static_assert(sizeof(struct apart) % 16 == 8, "as in a chunk");

void haul__slab_init(struct haul__slab *slab)
{
    haul__list_init(&slab->chunks);
    haul__list_init(&slab->apart);
    for (size_t i = 0; i < sizeof(slab->rooms) / sizeof(slab->rooms[0]); i++)
        haul__list_init(&slab->rooms[i]);
    slab->most = IS_SANITIZED || RUNNING_ON_VALGRIND ? 0 : HAUL__SLOT_MOST;
}

static void chunk_destroy(struct chunk *chunk)
{
    haul__list_remove(&chunk->link);
    haul__list_remove(&chunk->room);
    haul__free(chunk);
}

static void let_go(struct haul_list *list)
{
    while (!haul__list_is_empty(list))
        haul__list_remove(list->next);
}

void haul__slab_finish(struct haul__slab *slab)
{
    let_go(&slab->apart);
    while (!haul__list_is_empty(&slab->chunks)) {
        struct chunk *chunk = haul__container(slab->chunks.next, struct chunk, link);
        chunk->slab = NULL;
        if (chunk->free_count == chunk->slot_count) {
            chunk_destroy(chunk);
        } else {
            haul__list_remove(&chunk->link);
            haul__list_remove(&chunk->room);
        }
    }
}

static struct chunk *chunk_create(struct haul__slab *slab, size_t slot_size)
{
    struct chunk *chunk = haul__allocate_aligned(ALIGNMENT, CHUNK_SIZE);
    if (!chunk)
        return NULL;
    size_t count = (CHUNK_SIZE - sizeof(*chunk)) / slot_size;
    *chunk = (struct chunk){
        .slab = slab, .slot_size = (uint32_t)slot_size, .slot_count = (uint32_t)count, .free_count = (uint32_t)count};
    for (size_t i = 0; i < count; i++)
        chunk->free[i / 64] |= UINT64_C(1) << i % 64;
    haul__list_append(&slab->chunks, &chunk->link);
    return chunk;
}

static void *take_apart(struct haul__slab *slab, size_t size)
{
    struct apart *apart = size <= SIZE_MAX - sizeof(*apart) ? haul__allocate(sizeof(*apart) + size) : NULL;
    if (!apart)
        return NULL;
    haul__list_append(&slab->apart, &apart->link);
    return apart->slot;
}

static void *take_slot(struct chunk *chunk)
{
    while (chunk->free[chunk->first_word] == 0)
        chunk->first_word++;
    uint64_t *word = &chunk->free[chunk->first_word];
    size_t index = (size_t)chunk->first_word * 64 + (size_t)__builtin_ctzll(*word);
    *word &= *word - 1;
    if (--chunk->free_count == 0)
        haul__list_remove(&chunk->room);
    return chunk->slots + index * chunk->slot_size;
}

void *haul__slab_take(struct haul__slab *slab, size_t size)
{
    if (haul__slab_is_apart(slab, size))
        return take_apart(slab, size);
    size_t slot_size =
        size < HAUL__SLOT_LEAST ? HAUL__SLOT_LEAST : (size + HAUL__SLOT_STEP - 1) & -(size_t)HAUL__SLOT_STEP;
    struct haul_list *rooms = &slab->rooms[(slot_size - HAUL__SLOT_LEAST) / HAUL__SLOT_STEP];
    if (haul__list_is_empty(rooms)) {
        struct chunk *chunk = chunk_create(slab, slot_size);
        if (!chunk)
            return NULL;
        haul__list_append(rooms, &chunk->room);
    }
    return take_slot(haul__container(rooms->next, struct chunk, room));
}

static void give_apart(void *slot)
{
    struct apart *apart = haul__container(slot, struct apart, slot);
    haul__list_remove(&apart->link);
    haul__free(apart);
}

void haul__slab_give(void *slot, bool is_apart)
{
    if (is_apart) {
        give_apart(slot);
        return;
    }
    struct chunk *chunk = (void *)((uintptr_t)slot & -(uintptr_t)ALIGNMENT);
    uint32_t index = (uint32_t)((unsigned char *)slot - chunk->slots) / chunk->slot_size;
    assert(!(chunk->free[index / 64] >> index % 64 & 1) && "memory is given back twice");
    chunk->free[index / 64] |= UINT64_C(1) << index % 64;
    if (index / 64 < chunk->first_word)
        chunk->first_word = index / 64;
    bool is_last = ++chunk->free_count == chunk->slot_count;
    if (chunk->slab && chunk->free_count == 1)
        haul__list_append(&chunk->slab->rooms[(chunk->slot_size - HAUL__SLOT_LEAST) / HAUL__SLOT_STEP], &chunk->room);
    if (is_last && (!chunk->slab || chunk->room.next != chunk->room.previous))
        chunk_destroy(chunk);
}

void haul__slab_each(const struct haul__slab *slab, void (*fn)(void *slot, void *data), void *data)
{
    for (struct haul_list *link = slab->apart.next; link != &slab->apart; link = link->next)
        fn(haul__container(link, struct apart, link)->slot, data);
    for (struct haul_list *link = slab->chunks.next; link != &slab->chunks; link = link->next) {
        struct chunk *chunk = haul__container(link, struct chunk, link);
        for (size_t i = 0; i < chunk->slot_count; i++)
            if (!(chunk->free[i / 64] >> i % 64 & 1))
                fn(chunk->slots + i * chunk->slot_size, data);
    }
}
