#include "output/keep.h"
#include "output/spill.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned char pattern(size_t place)
{
    return (unsigned char)(place * 7 % 251);
}

/* Appends bytes of the pattern from *PLACE on. */
static void append(struct keep *keep, size_t *place, size_t size)
{
    static unsigned char bytes[200000];
    assert_true(size <= sizeof(bytes));
    for (size_t i = 0; i < size; i++)
        bytes[i] = pattern(*place + i);
    assert_int_equal(keep_append(keep, bytes, size), 0);
    *place += size;
}

/* Takes up to SIZE bytes, and checks that they go on where *PLACE is. */
static void take(struct keep *keep, size_t *place, size_t size)
{
    static unsigned char bytes[200000];
    assert_true(size <= sizeof(bytes));
    while (size > 0 && !keep_is_empty(keep)) {
        size_t taken;
        assert_int_equal(keep_take(keep, bytes, size, &taken), 0);
        assert_in_range(taken, 1, size);
        for (size_t i = 0; i < taken; i++)
            assert_int_equal(bytes[i], pattern(*place + i));
        *place += taken;
        size -= taken;
    }
}

static void test_little_stays_in_memory(void **state)
{
    (void)state;
    struct keep_pool pool = {.directory = "/nonexistent"};
    struct keep keep = {.pool = &pool};
    size_t in = 0;
    size_t out = 0;
    assert_true(keep_is_empty(&keep));
    for (int i = 0; i < KEEP_SHARE / 1024; i++)
        append(&keep, &in, 1024);
    assert_int_equal(pool.memory, KEEP_SHARE);
    assert_null(pool.spill);
    take(&keep, &out, 100000);
    assert_int_equal(out, in);
    assert_true(keep_is_empty(&keep));
    keep_drop(&keep);
    assert_int_equal(pool.memory, 0);
    keep_pool_finish(&pool);
}

static void test_more_goes_to_the_file(void **state)
{
    (void)state;
    struct keep_pool pool = {.directory = "/tmp"};
    struct keep keep = {.pool = &pool};
    size_t in = 0;
    size_t out = 0;
    for (int i = 0; i < 100; i++)
        append(&keep, &in, 100000);
    assert_int_equal(pool.memory, KEEP_SHARE);
    assert_non_null(pool.spill);
    assert_int_equal(pool.in_file, in - KEEP_SHARE);
    take(&keep, &out, 200000);
    append(&keep, &in, 12345);
    while (!keep_is_empty(&keep))
        take(&keep, &out, 77777);
    assert_int_equal(out, in);
    assert_int_equal(pool.in_file, 0);
    append(&keep, &in, 200000);
    assert_true(pool.in_file > 0);
    keep_drop(&keep);
    assert_int_equal(pool.in_file, 0);
    keep_pool_finish(&pool);
}

/* In and out in all proportions, several at once in one file: each gets its own bytes back. */
static void test_at_random(void **state)
{
    (void)state;
    enum { count = 5 };
    struct keep_pool pool = {.directory = "/tmp"};
    struct keep keeps[count];
    size_t in[count] = {0};
    size_t out[count] = {0};
    for (size_t i = 0; i < count; i++)
        keeps[i] = (struct keep){.pool = &pool};
    srandom(4);
    for (unsigned round = 0; round < 3000; round++) {
        size_t i = (size_t)random() % count;
        size_t size = (size_t)random() % (random() % 4 ? 3000 : 150000);
        /* First more comes than goes, then the other way round. */
        if (random() % 10 < (round / 500 % 2 ? 3 : 7))
            append(&keeps[i], &in[i], size);
        else
            take(&keeps[i], &out[i], size);
        assert_int_equal(keep_is_empty(&keeps[i]), in[i] == out[i]);
    }
    for (size_t i = 0; i < count; i++) {
        while (!keep_is_empty(&keeps[i]))
            take(&keeps[i], &out[i], 200000);
        assert_int_equal(out[i], in[i]);
        keep_drop(&keeps[i]);
    }
    keep_pool_finish(&pool);
}

static void test_memory_of_all_is_bounded(void **state)
{
    (void)state;
    enum { count = 600 };
    static struct keep keeps[count];
    struct keep_pool pool = {.directory = "/tmp"};
    for (size_t i = 0; i < count; i++) {
        keeps[i] = (struct keep){.pool = &pool};
        size_t in = 0;
        append(&keeps[i], &in, KEEP_SHARE);
    }
    assert_int_equal(pool.memory, KEEP_TOGETHER);
    for (size_t i = 0; i < count; i++) {
        size_t out = 0;
        take(&keeps[i], &out, KEEP_SHARE);
        assert_int_equal(out, KEEP_SHARE);
        keep_drop(&keeps[i]);
    }
    assert_int_equal(pool.memory, 0);
    keep_pool_finish(&pool);
}

static void test_no_place_for_the_file(void **state)
{
    (void)state;
    struct keep_pool pool = {.directory = "/nonexistent"};
    struct keep keep = {.pool = &pool};
    static char bytes[KEEP_SHARE + 1];
    assert_int_equal(keep_append(&keep, bytes, sizeof(bytes)), -ENOENT);
    keep_drop(&keep);
    keep_pool_finish(&pool);
}

static void test_the_file_has_a_descriptor_when_others_took_all(void **state)
{
    (void)state;
    struct keep_pool pool = {.directory = "/tmp"};
    struct keep keep = {.pool = &pool};
    static char bytes[KEEP_SHARE + 1];
    struct rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    keep_pool_reserve(&pool);
    struct rlimit small = {.rlim_cur = (rlim_t)pool.reserve + 1, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &small);
    assert_int_equal(dup(STDERR_FILENO), -1);
    int code = keep_append(&keep, bytes, sizeof(bytes));
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(code, 0);
    keep_drop(&keep);
    keep_pool_finish(&pool);
}

static void test_file_cannot_grow(void **state)
{
    (void)state;
    struct keep_pool pool = {.directory = "/tmp"};
    struct keep keep = {.pool = &pool};
    static char bytes[KEEP_SHARE + 200000];
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    struct rlimit small = {.rlim_cur = 100000, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    int code = keep_append(&keep, bytes, sizeof(bytes));
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(code, -EFBIG);
    keep_drop(&keep);
    keep_pool_finish(&pool);
}

/* Space that is given back is used again once nothing is in the file. */
static void test_file_begins_anew(void **state)
{
    (void)state;
    struct spill *spill;
    assert_int_equal(spill_create("/tmp", &spill), 0);
    assert_int_equal(spill_reserve(spill, 1000), 0);
    assert_int_equal(spill_reserve(spill, 500), 1000);
    spill_release(spill, 0, 1000);
    assert_int_equal(spill_reserve(spill, 10), 1500);
    spill_release(spill, 1500, 10);
    spill_release(spill, 1000, 500);
    assert_int_equal(spill_reserve(spill, 10), 0);
    char byte;
    assert_int_equal(spill_read(spill, 0, &byte, 1), -EIO);
    spill_destroy(spill);
    spill_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_little_stays_in_memory),
        cmocka_unit_test(test_more_goes_to_the_file),
        cmocka_unit_test(test_at_random),
        cmocka_unit_test(test_memory_of_all_is_bounded),
        cmocka_unit_test(test_no_place_for_the_file),
        cmocka_unit_test(test_the_file_has_a_descriptor_when_others_took_all),
        cmocka_unit_test(test_file_cannot_grow),
        cmocka_unit_test(test_file_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
