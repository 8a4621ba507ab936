#include "failing_memory.h"
#include "stage.h"

#include "base/slab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { many = 5000 };

struct used {
    unsigned char *slot;
    size_t size;
    unsigned char mark;
};

static bool is_marked(const struct used *used)
{
    for (size_t i = 0; i < used->size; i++)
        if (used->slot[i] != used->mark)
            return false;
    return true;
}

static void take(struct haul__slab *slab, struct used *used, size_t size, unsigned char mark)
{
    *used = (struct used){.slot = haul__slab_take(slab, size), .size = size, .mark = mark};
    assert_non_null(used->slot);
    assert_int_equal((uintptr_t)used->slot % 16, 8);
    memset(used->slot, mark, size);
}

static void give(struct haul__slab *slab, struct used *used)
{
    assert_true(is_marked(used));
    haul__slab_give(used->slot, haul__slab_is_apart(slab, used->size));
    used->slot = NULL;
}

static void count_one(void *slot, void *data)
{
    (void)slot;
    ++*(size_t *)data;
}

/* As it is without a checker, whatever this runs under; or as it is under one. */
static void open_slab(struct haul__slab *slab, bool in_slots)
{
    haul__slab_init(slab);
    slab->most = in_slots ? HAUL__SLOT_MOST : 0;
}

static size_t count_used(const struct haul__slab *slab)
{
    size_t count = 0;
    haul__slab_each(slab, count_one, &count);
    return count;
}

/* Of all sizes, in any order: no two overlap, and each that is in use is told of. */
static void use_at_random(bool in_slots)
{
    static struct used all[many];
    struct haul__slab slab;
    open_slab(&slab, in_slots);
    srand(1);
    size_t count = 0;
    for (int step = 0; step < 100000; step++) {
        struct used *used = &all[rand() % many];
        if (used->slot)
            give(&slab, used);
        else
            take(&slab, used, 1 + (size_t)rand() % (HAUL__SLOT_MOST + 100), (unsigned char)rand());
        count += used->slot ? 1 : (size_t)-1;
        if (step % 10000 == 0)
            assert_int_equal(count_used(&slab), count);
    }
    for (size_t i = 0; i < many; i++)
        if (all[i].slot)
            give(&slab, &all[i]);
    assert_int_equal(count_used(&slab), 0);
    haul__slab_finish(&slab);
}

static void test_at_random(void **state)
{
    (void)state;
    use_at_random(true);
    use_at_random(false);
}

static size_t count_chunks(const struct haul__slab *slab)
{
    size_t count = 0;
    for (const struct haul_list *link = slab->chunks.next; link != &slab->chunks; link = link->next)
        count++;
    return count;
}

/* Of what is empty one chunk is kept. */
static void test_chunks_are_given_back(void **state)
{
    (void)state;
    static struct used all[many];
    struct haul__slab slab;
    open_slab(&slab, true);
    size_t before = failing_memory_count();
    for (size_t i = 0; i < many; i++)
        take(&slab, &all[i], 128, 1);
    size_t chunks = count_chunks(&slab);
    assert_int_equal(failing_memory_count() - before, chunks);
    assert_int_equal(chunks, many / 255 + 1);
    for (size_t i = 0; i < many; i++)
        give(&slab, &all[i * 7 % many]);
    assert_int_equal(count_chunks(&slab), 1);
    before = failing_memory_count();
    take(&slab, &all[0], 128, 1);
    assert_int_equal(failing_memory_count(), before);
    give(&slab, &all[0]);
    haul__slab_finish(&slab);
}

static void test_what_is_in_use_outlives_it(void **state)
{
    (void)state;
    struct haul__slab slab;
    struct used small[2];
    struct used large;
    open_slab(&slab, true);
    take(&slab, &small[0], 100, 1);
    take(&slab, &small[1], 100, 2);
    take(&slab, &large, 5000, 3);
    haul__slab_finish(&slab);
    give(&slab, &small[0]);
    give(&slab, &large);
    give(&slab, &small[1]);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__slab slab;
        open_slab(&slab, true);
        void *small = haul__slab_take(&slab, 128);
        void *large = haul__slab_take(&slab, 5000);
        assert_int_equal(!small || !large, failing_memory_happened());
        if (small)
            haul__slab_give(small, haul__slab_is_apart(&slab, 128));
        if (large)
            haul__slab_give(large, true);
        haul__slab_finish(&slab);
    }
    struct haul__slab slab;
    haul__slab_init(&slab);
    assert_null(haul__slab_take(&slab, SIZE_MAX));
    haul__slab_finish(&slab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_random),
        cmocka_unit_test(test_chunks_are_given_back),
        cmocka_unit_test(test_what_is_in_use_outlives_it),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
