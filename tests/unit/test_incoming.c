#include "failing_memory.h"
#include "io/incoming.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* As if TEXT had been received. */
static void receive(struct haul__incoming *incoming, const char *text)
{
    size_t room_size, size = strlen(text);
    assert_int_equal(haul__incoming_reserve(incoming, haul__incoming_size(incoming) + size), 0);
    unsigned char *room = haul__incoming_room(incoming, &room_size);
    assert_true(room_size >= size);
    memcpy(room, text, size);
    haul__incoming_add(incoming, size);
}

static void assert_takes(struct haul__incoming *incoming, const char *text)
{
    assert_memory_equal(haul__incoming_take(incoming, strlen(text)), text, strlen(text));
}

static void test_bytes_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct haul__incoming incoming = {0};
    receive(&incoming, "abc");
    receive(&incoming, "defgh");
    assert_takes(&incoming, "ab");
    receive(&incoming, "ij");
    assert_int_equal(haul__incoming_size(&incoming), 8);
    assert_takes(&incoming, "cdefghij");
    assert_int_equal(haul__incoming_size(&incoming), 0);
    assert_takes(&incoming, "");
    haul__incoming_finish(&incoming);
}

static void test_it_holds_what_was_asked_for_and_no_more_than_needed(void **state)
{
    (void)state;
    struct haul__incoming incoming = {0};
    char line[1000];
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    /* However much goes through. */
    for (int i = 0; i < 100; i++) {
        receive(&incoming, line);
        receive(&incoming, line);
        assert_takes(&incoming, line);
        assert_takes(&incoming, line);
    }
    assert_int_equal(incoming.capacity, 4096);
    assert_int_equal(haul__incoming_reserve(&incoming, 100000), 0);
    assert_true(incoming.capacity >= 100000 && incoming.capacity < 200000);
    haul__incoming_finish(&incoming);
    assert_null(incoming.bytes);
}

static void test_a_separator_is_found_wherever_it_is_cut(void **state)
{
    (void)state;
    static const char text[] = "some\r\n\r\rdata\r\n\r\n";
    struct haul__incoming incoming = {0};
    size_t before = SIZE_MAX;
    for (size_t i = 0; text[i]; i++) {
        assert_false(haul__incoming_find(&incoming, "\r\n\r\n", 4, &before));
        assert_true(before <= strlen(text) - 4);
        receive(&incoming, (char[]){text[i], '\0'});
    }
    assert_true(haul__incoming_find(&incoming, "\r\n\r\n", 4, &before));
    assert_int_equal(before, strlen(text) - 4);
    /* And again, since nothing was taken. */
    assert_true(haul__incoming_find(&incoming, "\r\n\r\n", 4, &before));
    haul__incoming_search_anew(&incoming);
    assert_true(haul__incoming_find(&incoming, "\r", 1, &before));
    assert_int_equal(before, 4);
    assert_takes(&incoming, "some\r");
    assert_true(haul__incoming_find(&incoming, "\r", 1, &before));
    assert_int_equal(before, 1);
    haul__incoming_finish(&incoming);
}

/* What is known not to begin a separator is told, so that the limit can be held before it has come. */
static void test_what_is_before_a_separator_that_has_not_come(void **state)
{
    (void)state;
    struct haul__incoming incoming = {0};
    size_t before = SIZE_MAX;
    receive(&incoming, "ab");
    assert_false(haul__incoming_find(&incoming, "XYZ", 3, &before));
    assert_int_equal(before, 0);
    receive(&incoming, "cdX");
    assert_false(haul__incoming_find(&incoming, "XYZ", 3, &before));
    assert_int_equal(before, 3);
    haul__incoming_finish(&incoming);
}

static void test_out_of_memory_keeps_what_is_there(void **state)
{
    (void)state;
    struct haul__incoming incoming = {0};
    receive(&incoming, "kept");
    failing_memory_set(1);
    assert_int_equal(haul__incoming_reserve(&incoming, 1 << 20), -ENOMEM);
    assert_true(failing_memory_happened());
    failing_memory_set(0);
    assert_takes(&incoming, "kept");
    haul__incoming_finish(&incoming);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_come_out_as_they_went_in),
        cmocka_unit_test(test_it_holds_what_was_asked_for_and_no_more_than_needed),
        cmocka_unit_test(test_a_separator_is_found_wherever_it_is_cut),
        cmocka_unit_test(test_what_is_before_a_separator_that_has_not_come),
        cmocka_unit_test(test_out_of_memory_keeps_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
