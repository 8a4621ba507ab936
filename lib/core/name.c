#include "core/name.h"

#include "base/hash.h"

#include <errno.h>

struct haul__name {
    const void *task;
    UT_hash_handle hh;
    int is_missing; /* set where there was no memory to add it */
    char text[];
};

static struct haul__name *find(const struct haul_loop *loop, const void *task)
{
    struct haul__name *name;
    HASH_FIND_PTR(loop->names, &task, name);
    return name;
}

int haul__name_set(struct haul_loop *loop, const void *task, const char *text)
{
    size_t size = strlen(text) + 1;
    struct haul__name *name = haul__allocate(sizeof(*name) + size);
    if (!name)
        return -ENOMEM;
    *name = (struct haul__name){.task = task};
    memcpy(name->text, text, size);
    struct haul__name *before = find(loop, task);
    HASH_ADD_PTR(loop->names, task, name);
    if (name->is_missing) {
        haul__free(name);
        return -ENOMEM;
    }
    if (before) {
        HASH_DEL(loop->names, before);
        haul__free(before);
    }
    return 0;
}

const char *haul__name_get(const struct haul_loop *loop, const void *task)
{
    const struct haul__name *name = find(loop, task);
    return name ? name->text : NULL;
}

void haul__name_forget(struct haul_loop *loop, const void *task)
{
    struct haul__name *name = find(loop, task);
    if (!name)
        return;
    HASH_DEL(loop->names, name);
    haul__free(name);
}
