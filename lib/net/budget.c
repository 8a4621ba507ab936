#include "net/budget.h"

#include <dirent.h>
#include <stdint.h>
#include <sys/resource.h>

/* A shard is for as many transfers as libcurl handles without its scans of all of them being felt. */
enum { largest_shard = 128, max_shards = 256, shards_without_limit = 64, descriptors_of_shard = 2 };

/* What else is opened: sockets for names, the second one of a host with two kinds of address, files. */
enum { reserve = 8 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t count_shards(size_t concurrency)
{
    if (concurrency == 0)
        return shards_without_limit;
    return smaller((concurrency - 1) / largest_shard + 1, max_shards);
}

struct haul__budget haul__budget_make(size_t concurrency, size_t descriptors)
{
    struct haul__budget budget = {.shards = count_shards(concurrency), .shard_size = largest_shard};
    /* Twice what can be in use, so that a host that comes back after another finds its connections. */
    budget.kept = 2 * (concurrency > 0 ? smaller(concurrency, largest_shard) : largest_shard);
    budget.is_tight = descriptors / budget.shards < descriptors_of_shard + budget.kept;
    if (budget.is_tight) {
        budget.shards = smaller(budget.shards, descriptors / (descriptors_of_shard + largest_shard) + 1);
        size_t share = descriptors / budget.shards;
        budget.kept = share > descriptors_of_shard ? share - descriptors_of_shard : 1;
        budget.shard_size = smaller(budget.kept, largest_shard);
        budget.connections = budget.shards * budget.kept;
    } else {
        budget.connections = descriptors - budget.shards * descriptors_of_shard;
    }
    return budget;
}

/* How many are open. */
static size_t count_open(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;
    if (!directory)
        return 0;
    while (readdir(directory))
        count++;
    closedir(directory);
    /* "." and ".." are none, and the directory's own is closed again. */
    return count - 3;
}

size_t haul__descriptors_left(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return SIZE_MAX / 2;
    size_t used = count_open() + reserve;
    return limit.rlim_cur > used ? (size_t)limit.rlim_cur - used : 0;
}
