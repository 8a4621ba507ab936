#include "run/ledger.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { count = 3000, longest = 200, larger = 200 * 1000 };

/* What is put away as number I: its size differs, and its bytes. */
static size_t make(size_t i, char *buffer)
{
    size_t size = i % longest + 1;
    memset(buffer, (int)(i % 251), size);
    return size;
}

static void check(struct ledger *ledger, size_t i, uint64_t place)
{
    char expected[longest];
    char read[longest];
    size_t size = make(i, expected);
    assert_int_equal(ledger_read(ledger, place, read, size), 0);
    assert_memory_equal(read, expected, size);
}

static void what_was_put_away_is_read_at_any_time(void **state)
{
    struct ledger *ledger;
    static uint64_t places[count];
    (void)state;
    assert_int_equal(ledger_create("/tmp", &ledger), 0);
    for (size_t i = 0; i < count; i++) {
        char bytes[longest];
        size_t size = make(i, bytes);
        assert_int_equal(ledger_append(ledger, bytes, size, &places[i]), 0);
        check(ledger, i, places[i]);
        check(ledger, i / 2, places[i / 2]);
    }
    for (size_t i = 0; i < count; i++)
        check(ledger, i, places[i]);
    ledger_destroy(ledger);
    ledger_destroy(NULL);
}

/* Two that were put away one behind the other can be read as one: over the end of what is in the file. */
static void larger_ones_than_its_buffer_fit(void **state)
{
    struct ledger *ledger;
    uint64_t places[3];
    char *bytes = malloc(larger);
    char *read = malloc(larger + 2);
    (void)state;
    assert_non_null(bytes);
    assert_non_null(read);
    memset(bytes, 'b', larger);
    assert_int_equal(ledger_create("/tmp", &ledger), 0);
    assert_int_equal(ledger_append(ledger, "a", 1, &places[0]), 0);
    assert_int_equal(ledger_append(ledger, bytes, larger, &places[1]), 0);
    assert_int_equal(ledger_append(ledger, "c", 1, &places[2]), 0);
    assert_int_equal(ledger_read(ledger, places[0], read, larger + 2), 0);
    assert_int_equal(read[0], 'a');
    assert_memory_equal(read + 1, bytes, larger);
    assert_int_equal(read[larger + 1], 'c');
    ledger_destroy(ledger);
    free(bytes);
    free(read);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    struct ledger *ledger;
    (void)state;
    assert_true(ledger_create("/tmp/there-is-no-such-folder", &ledger) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_away_is_read_at_any_time),
        cmocka_unit_test(larger_ones_than_its_buffer_fit),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
