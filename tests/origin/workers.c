#include "workers.h"

#include "bytes.h"

#include <math.h>
#include <stdlib.h>

#define uthash_fatal(message) out_of_memory()
#include <uthash.h>

struct crew {
    UT_hash_handle hh;
    uint64_t size;
    uint64_t seed;
    int64_t free_at[]; /* when each will be done with what it has */
};

void workers_finish(struct workers *workers)
{
    struct crew *crew = workers->crews;
    HASH_CLEAR(hh, workers->crews);
    while (crew) {
        struct crew *next = crew->hh.next;
        free(crew);
        crew = next;
    }
}

static struct crew *find_crew(struct workers *workers, uint64_t size)
{
    struct crew *crew;
    HASH_FIND(hh, workers->crews, &size, sizeof(size), crew);
    if (crew)
        return crew;
    crew = calloc(1, sizeof(*crew) + size * sizeof(crew->free_at[0]));
    if (!crew)
        out_of_memory();
    crew->size = size;
    crew->seed = size;
    HASH_ADD(hh, workers->crews, size, sizeof(crew->size), crew);
    return crew;
}

/* From 0 to 1 (Knuth's linear congruential generator). */
static double draw(struct crew *crew)
{
    crew->seed = crew->seed * 6364136223846793005U + 1442695040888963407U;
    return ldexp((double)(crew->seed >> 11), -53);
}

int64_t workers_take(struct workers *workers, const struct task_of_crew *task, int64_t now)
{
    struct crew *crew = find_crew(workers, task->size);
    int64_t *worker = crew->free_at;
    for (uint64_t i = 1; i < crew->size; i++)
        if (crew->free_at[i] < *worker)
            worker = &crew->free_at[i];
    int64_t begin = *worker > now ? *worker : now;
    double share = 1 + (2 * draw(crew) - 1) * (double)task->noise / 100;
    double waste = (double)(begin - now) * (double)task->waste / 100;
    *worker = begin + (int64_t)((double)task->work * share + waste);
    return *worker - now;
}
