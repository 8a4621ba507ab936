#include "failing_memory.h"
#include "stage.h"

#include "base/buffer.h"

#include <errno.h>
#include <string.h>

static void test_append(void **state)
{
    (void)state;
    struct haul__buffer buffer;
    haul__buffer_init(&buffer);
    assert_int_equal(haul__buffer_append(&buffer, NULL, 0), 0);
    assert_string_equal((const char *)buffer.bytes, "");
    assert_int_equal(haul__buffer_append(&buffer, "ab\0c", 4), 0);
    assert_int_equal(haul__buffer_append(&buffer, "d", 1), 0);
    assert_int_equal(buffer.size, 5);
    assert_memory_equal(buffer.bytes, "ab\0cd", 6);
    haul__buffer_finish(&buffer);
    assert_int_equal(buffer.size, 0);
    assert_null(buffer.bytes);
}

static void test_growth(void **state)
{
    (void)state;
    struct haul__buffer buffer;
    haul__buffer_init(&buffer);
    for (size_t i = 0; i < 10000; i++) {
        unsigned char byte = (unsigned char)i;
        assert_int_equal(haul__buffer_append(&buffer, &byte, 1), 0);
        assert_true(buffer.capacity > buffer.size);
        assert_int_equal(buffer.bytes[buffer.size], 0);
    }
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal(buffer.bytes[i], (unsigned char)i);
    haul__buffer_finish(&buffer);
}

static void test_too_large(void **state)
{
    (void)state;
    struct haul__buffer buffer;
    haul__buffer_init(&buffer);
    assert_int_equal(haul__buffer_append(&buffer, "abc", 3), 0);
    /* The size is refused before a byte is read. */
    assert_int_equal(haul__buffer_append(&buffer, "x", SIZE_MAX), -ENOMEM);
    assert_int_equal(haul__buffer_append(&buffer, "x", SIZE_MAX - 3), -ENOMEM);
    assert_int_equal(haul__buffer_append(&buffer, "x", SIZE_MAX / 2 + 2), -ENOMEM);
    assert_string_equal((const char *)buffer.bytes, "abc");
    haul__buffer_finish(&buffer);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof(text));
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__buffer buffer;
        size_t added = 0;
        haul__buffer_init(&buffer);
        for (int i = 0; i < 10; i++) {
            size_t before = buffer.size;
            int code = haul__buffer_append(&buffer, text, sizeof(text));
            assert_int_equal(buffer.size, code == 0 ? before + sizeof(text) : before);
            added += code == 0;
        }
        assert_int_equal(added, failing_memory_happened() ? 9 : 10);
        haul__buffer_finish(&buffer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
