#include "output/keep.h"

#include "output/spill.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { first_memory = 4096, first_stretch = 256 * 1024, largest_stretch = 64 * 1024 * 1024 };

/* A piece of the file. It is sparse: what is not written takes no disk. */
struct stretch {
    int64_t offset;
    int64_t size;
};

const char *keep_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory != NULL && directory[0] != '\0' ? directory : "/tmp";
}

void keep_pool_reserve(struct keep_pool *pool)
{
    int descriptor = open("/", O_PATH | O_CLOEXEC);
    pool->reserve = descriptor > 0 ? descriptor : 0;
}

static void give_up_reserve(struct keep_pool *pool)
{
    if (pool->reserve > 0)
        close(pool->reserve);
    pool->reserve = 0;
}

void keep_pool_finish(struct keep_pool *pool)
{
    assert(pool->memory == 0);
    give_up_reserve(pool);
    spill_destroy(pool->spill);
    pool->spill = NULL;
}

static bool has_file_part(const struct keep *keep)
{
    return keep->first < keep->count;
}

bool keep_is_empty(const struct keep *keep)
{
    return keep->begin == keep->end && !has_file_part(keep);
}

/* Sees to room for MORE bytes in memory, or for as many as the share allows; how many there is room for. */
static size_t make_room(struct keep *keep, size_t more)
{
    size_t kept = keep->end - keep->begin;
    if (keep->begin > 0 && more > keep->capacity - keep->end) {
        memmove(keep->memory, keep->memory + keep->begin, kept);
        keep->begin = 0;
        keep->end = kept;
    }
    size_t capacity = keep->capacity;
    while (capacity - keep->end < more && capacity < KEEP_SHARE)
        capacity = capacity == 0 ? (size_t)first_memory : 2 * capacity;
    if (capacity > keep->capacity && keep->pool->memory + (capacity - keep->capacity) <= KEEP_TOGETHER) {
        char *memory = realloc(keep->memory, capacity);
        if (memory != NULL) {
            keep->pool->memory += capacity - keep->capacity;
            keep->memory = memory;
            keep->capacity = capacity;
        }
    }
    size_t room = keep->capacity - keep->end;
    return room < more ? room : more;
}

static int add_stretch(struct keep *keep)
{
    if (keep->count == keep->stretch_room) {
        size_t room = keep->stretch_room == 0 ? 4 : 2 * keep->stretch_room;
        struct stretch *stretches = realloc(keep->stretches, room * sizeof(*stretches));
        if (stretches == NULL)
            return -ENOMEM;
        keep->stretches = stretches;
        keep->stretch_room = room;
    }
    int64_t size = keep->count == 0 ? first_stretch : 2 * keep->stretches[keep->count - 1].size;
    if (size > largest_stretch)
        size = largest_stretch;
    keep->stretches[keep->count++] = (struct stretch){spill_reserve(keep->pool->spill, size), size};
    keep->written = 0;
    return 0;
}

static int append_to_file(struct keep *keep, const char *bytes, size_t size)
{
    if (keep->pool->spill == NULL) {
        give_up_reserve(keep->pool);
        int code = spill_create(keep->pool->directory, &keep->pool->spill);
        if (code != 0)
            return code;
    }
    while (size > 0) {
        if (!has_file_part(keep) || keep->written == keep->stretches[keep->count - 1].size) {
            int code = add_stretch(keep);
            if (code != 0)
                return code;
        }
        const struct stretch *last = &keep->stretches[keep->count - 1];
        size_t piece = (uint64_t)(last->size - keep->written) < size ? (size_t)(last->size - keep->written) : size;
        int code = spill_write(keep->pool->spill, last->offset + keep->written, bytes, piece);
        if (code != 0)
            return code;
        keep->written += (int64_t)piece;
        keep->in_file += piece;
        keep->pool->in_file += piece;
        bytes += piece;
        size -= piece;
    }
    return 0;
}

int keep_append(struct keep *keep, const void *bytes, size_t size)
{
    size_t in_memory = has_file_part(keep) ? 0 : make_room(keep, size);
    if (in_memory > 0)
        memcpy(keep->memory + keep->end, bytes, in_memory);
    keep->end += in_memory;
    if (in_memory == size)
        return 0;
    return append_to_file(keep, (const char *)bytes + in_memory, size - in_memory);
}

static void release_first(struct keep *keep)
{
    spill_release(keep->pool->spill, keep->stretches[keep->first].offset, keep->stretches[keep->first].size);
    keep->first++;
    keep->taken = 0;
    if (keep->first == keep->count)
        keep->first = keep->count = 0;
}

static int take_from_file(struct keep *keep, void *buffer, size_t size, size_t *ret_size)
{
    const struct stretch *first = &keep->stretches[keep->first];
    int64_t end = keep->first == keep->count - 1 ? keep->written : first->size;
    if ((uint64_t)(end - keep->taken) < size)
        size = (size_t)(end - keep->taken);
    int code = spill_read(keep->pool->spill, first->offset + keep->taken, buffer, size);
    if (code != 0)
        return code;
    keep->taken += (int64_t)size;
    keep->in_file -= size;
    keep->pool->in_file -= size;
    if (keep->taken == end)
        release_first(keep);
    *ret_size = size;
    return 0;
}

int keep_take(struct keep *keep, void *buffer, size_t size, size_t *ret_size)
{
    size_t in_memory = keep->end - keep->begin;
    if (in_memory == 0 && has_file_part(keep))
        return take_from_file(keep, buffer, size, ret_size);
    if (size > in_memory)
        size = in_memory;
    if (size > 0)
        memcpy(buffer, keep->memory + keep->begin, size);
    keep->begin += size;
    if (keep->begin == keep->end)
        keep->begin = keep->end = 0;
    *ret_size = size;
    return 0;
}

void keep_drop(struct keep *keep)
{
    while (has_file_part(keep))
        release_first(keep);
    free(keep->stretches);
    free(keep->memory);
    keep->pool->memory -= keep->capacity;
    keep->pool->in_file -= keep->in_file;
    *keep = (struct keep){.pool = keep->pool};
}
