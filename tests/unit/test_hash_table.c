#include "hash_table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { many = 300000, some = 20000 };

/* The names that --wrap gives. A file's offset has 64 bits everywhere, and mmap has another name for it. */
void *__real_mmap64(void *address, size_t size, int protection, int flags, int descriptor, off_t offset);
void *__real_mremap(void *address, size_t old_size, size_t size, int flags);
void *__wrap_mmap64(void *address, size_t size, int protection, int flags, int descriptor, off_t offset);
void *__wrap_mremap(void *address, size_t old_size, size_t size, int flags);

static bool memory_is_short;
static size_t mapped;

void *__wrap_mmap64(void *address, size_t size, int protection, int flags, int descriptor, off_t offset)
{
    if (memory_is_short)
        return MAP_FAILED;
    mapped += size;
    return __real_mmap64(address, size, protection, flags, descriptor, offset);
}

void *__wrap_mremap(void *address, size_t old_size, size_t size, int flags)
{
    if (memory_is_short)
        return MAP_FAILED;
    mapped += size - old_size;
    return __real_mremap(address, old_size, size, flags);
}

static struct hash_table *create(void)
{
    struct hash_table *table;
    assert_int_equal(hash_table_create(&table), 0);
    return table;
}

static uint64_t *put(struct hash_table *table, uint64_t hash)
{
    uint64_t *word;
    assert_int_equal(hash_table_put(table, hash, &word), 0);
    return word;
}

/* Spreads numbers as hashes are spread; each gives another (odd factors, and shifts that can be undone). */
static uint64_t hash_of(uint64_t number)
{
    number *= 0x9e3779b97f4a7c15;
    number ^= number >> 32;
    number *= 0xd6e8feb86659fd93;
    return number ^ number >> 32;
}

static void words_stay_with_their_hashes(void **state)
{
    struct hash_table *table = create();
    (void)state;
    for (uint64_t i = 1; i <= many; i++) {
        assert_int_equal(hash_table_look_up(table, hash_of(i)), 0);
        uint64_t *word = put(table, hash_of(i));
        assert_int_equal(*word, 0);
        *word = i;
    }
    for (uint64_t i = 1; i <= many; i++) {
        assert_int_equal(*put(table, hash_of(i)), i);
        assert_int_equal(hash_table_look_up(table, hash_of(i)), i);
    }
    hash_table_destroy(table);
    hash_table_destroy(NULL);
}

/* With each that comes, and not only at the end: a table that doubled would pass there by luck. */
static void a_hash_costs_some_bytes(void **state)
{
    size_t before = mapped;
    struct hash_table *table = create();
    size_t empty = hash_table_memory(table);
    (void)state;
    for (size_t count = 1; count <= 4 * (size_t)many; count++) {
        put(table, hash_of(count));
        size_t memory = hash_table_memory(table);
        assert_int_equal(memory - empty, mapped - before);
        if (count >= 100000)
            assert_in_range(memory, 16 * count, 24 * count);
        if (count >= 1000000)
            assert_in_range(memory, 16 * count, 21 * count + count / 2);
    }
    hash_table_destroy(table);
}

/* All in one part, and with the last home of it, as of no good hash: they are told apart all the same. */
static void hashes_that_lie_together_are_told_apart(void **state)
{
    struct hash_table *table = create();
    (void)state;
    for (uint64_t i = 0; i < 2000; i++)
        *put(table, (uint64_t)UINT32_MAX << 32 | i * 7919 % 2000) = i + 1;
    for (uint64_t i = 0; i < 2000; i++)
        assert_int_equal(hash_table_look_up(table, (uint64_t)UINT32_MAX << 32 | i * 7919 % 2000), i + 1);
    hash_table_destroy(table);
}

static void zero_is_a_hash(void **state)
{
    struct hash_table *table = create();
    (void)state;
    *put(table, 0) = 7;
    assert_int_equal(*put(table, 0), 7);
    assert_int_equal(hash_table_look_up(table, 0), 7);
    assert_int_equal(hash_table_look_up(table, 1), 0);
    hash_table_destroy(table);
}

static void to_look_up_puts_nothing_there(void **state)
{
    struct hash_table *table = create();
    size_t memory = hash_table_memory(table);
    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        assert_int_equal(hash_table_look_up(table, hash_of(i)), 0);
    assert_int_equal(hash_table_memory(table), memory);
    hash_table_destroy(table);
}

static void add(void *data, uint64_t word)
{
    *(uint64_t *)data += word;
}

static void each_word_is_visited(void **state)
{
    struct hash_table *table = create();
    uint64_t sum = 0;
    (void)state;
    for (uint64_t i = 1; i <= 1000; i++)
        *put(table, hash_of(i)) = i;
    hash_table_each(table, add, &sum);
    assert_int_equal(sum, 500500);
    hash_table_destroy(table);
}

/* Whenever it is: what is there stays, what is new is not there, and when there is memory again it goes on. */
static void without_memory_the_table_stays_as_it_was(void **state)
{
    struct hash_table *table = create();
    size_t refused = 0;
    (void)state;
    for (uint64_t i = 1; i <= some; i++) {
        uint64_t *word;
        memory_is_short = true;
        int code = hash_table_put(table, hash_of(i), &word);
        if (i > 1)
            assert_int_equal(*put(table, hash_of(i - 1)), i - 1);
        memory_is_short = false;
        if (code != 0) {
            refused++;
            assert_int_equal(code, -ENOMEM);
            assert_int_equal(hash_table_look_up(table, hash_of(i)), 0);
            word = put(table, hash_of(i));
        }
        assert_int_equal(*word, 0);
        *word = i;
    }
    assert_true(refused > 64);
    for (uint64_t i = 1; i <= some; i++)
        assert_int_equal(hash_table_look_up(table, hash_of(i)), i);
    hash_table_destroy(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_stay_with_their_hashes),
        cmocka_unit_test(a_hash_costs_some_bytes),
        cmocka_unit_test(hashes_that_lie_together_are_told_apart),
        cmocka_unit_test(zero_is_a_hash),
        cmocka_unit_test(to_look_up_puts_nothing_there),
        cmocka_unit_test(each_word_is_visited),
        cmocka_unit_test(without_memory_the_table_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
