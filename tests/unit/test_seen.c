#include "run/seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { many = 200000 };

static uint64_t *find(struct seen *seen, uint64_t hash)
{
    uint64_t *word;
    assert_int_equal(seen_find(seen, hash, &word), 0);
    return word;
}

/* Spreads numbers as hashes are spread; each gives another (an odd factor, and a shift that can be undone). */
static uint64_t hash_of(uint64_t number)
{
    number *= 0x9e3779b97f4a7c15;
    number ^= number >> 32;
    return number * 0xd6e8feb86659fd93;
}

static void words_stay_with_their_hashes(void **state)
{
    struct seen *seen;
    (void)state;
    assert_int_equal(seen_create(&seen), 0);
    for (uint64_t i = 1; i <= many; i++) {
        uint64_t *word = find(seen, hash_of(i));
        assert_int_equal(*word, 0);
        *word = i;
    }
    for (uint64_t i = 1; i <= many; i++)
        assert_int_equal(*find(seen, hash_of(i)), i);
    /* "16 bytes a hash, and up to 11 more". */
    assert_in_range(seen_memory(seen), 16 * many, 28 * many);
    seen_destroy(seen);
    seen_destroy(NULL);
}

/* All in one part, and with one home: they are told apart all the same. */
static void hashes_that_lie_together_are_told_apart(void **state)
{
    struct seen *seen;
    (void)state;
    assert_int_equal(seen_create(&seen), 0);
    for (uint64_t i = 0; i < 2000; i++)
        *find(seen, i << 32 | UINT32_MAX) = i + 1;
    for (uint64_t i = 0; i < 2000; i++)
        assert_int_equal(*find(seen, i << 32 | UINT32_MAX), i + 1);
    seen_destroy(seen);
}

static void zero_is_a_hash(void **state)
{
    struct seen *seen;
    (void)state;
    assert_int_equal(seen_create(&seen), 0);
    *find(seen, 0) = 7;
    assert_int_equal(*find(seen, 0), 7);
    assert_int_equal(*find(seen, 2), 0);
    seen_destroy(seen);
}

static void to_look_up_puts_nothing_there(void **state)
{
    struct seen *seen;
    (void)state;
    assert_int_equal(seen_create(&seen), 0);
    size_t memory = seen_memory(seen);
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(seen_look_up(seen, hash_of(i)), 0);
    assert_int_equal(seen_memory(seen), memory);
    *find(seen, 0) = 7;
    *find(seen, hash_of(1)) = 8;
    assert_int_equal(seen_look_up(seen, 0), 7);
    assert_int_equal(seen_look_up(seen, hash_of(1)), 8);
    assert_int_equal(seen_look_up(seen, hash_of(2)), 0);
    seen_destroy(seen);
}

static void add(void *data, uint64_t word)
{
    *(uint64_t *)data += word;
}

static void each_word_is_visited(void **state)
{
    struct seen *seen;
    uint64_t sum = 0;
    (void)state;
    assert_int_equal(seen_create(&seen), 0);
    for (uint64_t i = 1; i <= 1000; i++)
        *find(seen, hash_of(i)) = i;
    seen_each(seen, add, &sum);
    assert_int_equal(sum, 500500);
    seen_destroy(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stay_with_their_hashes),
        cmocka_unit_test(hashes_that_lie_together_are_told_apart),
        cmocka_unit_test(zero_is_a_hash),
        cmocka_unit_test(to_look_up_puts_nothing_there),
        cmocka_unit_test(each_word_is_visited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
