#include "compare/shuffle.h"

#include <sys/random.h>
#include <time.h>

/* The next of a series of numbers that look random (Steele, Lea and Flood's SplitMix64). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

void shuffle(size_t *order, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++) {
        /* The remainder's bias is below one in 2^32 for any list that has room in memory. */
        size_t place = (size_t)(next_random(&seed) % (i + 1));
        order[i] = order[place];
        order[place] = i;
    }
}

uint64_t shuffle_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed))
        return seed;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
