#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/book.h"

#include <errno.h>

static struct haul__route route_to(const char *host, unsigned port)
{
    return (struct haul__route){.host = {host, strlen(host)}, .port = port};
}

static struct haul__addresses *make(const char *text)
{
    struct haul__addresses *addresses = haul__addresses_create(text, strlen(text));
    assert_non_null(addresses);
    return addresses;
}

/* What libcurl has to be told at ACTIONS: the texts, with '|' between them. */
static void assert_told(struct haul__book *book, struct haul__entry *entry, struct haul__addresses *addresses,
                        uint64_t actions, const char *expected)
{
    struct haul__buffer text;
    haul__buffer_init(&text);
    assert_int_equal(haul__book_tell(book, entry, addresses, actions, &text), 0);
    if (text.size > 0)
        assert_int_equal(text.bytes[text.size - 1], '\0');
    for (size_t i = 0; i + 1 < text.size; i++)
        if (text.bytes[i] == '\0')
            text.bytes[i] = '|';
    assert_string_equal(text.size > 0 ? (char *)text.bytes : "", expected);
    haul__buffer_finish(&text);
}

static void test_what_was_heard_is_not_told_again(void **state)
{
    struct haul__book book;
    struct haul__addresses *addresses = make("127.0.0.1,[::1]"), *others = make("127.0.0.2");
    const struct haul__route route = route_to("A.test", 80);
    (void)state;
    haul__book_init(&book);
    struct haul__entry *entry = haul__book_take(&book, &route);
    assert_told(&book, entry, addresses, 5, "a.test:80:127.0.0.1,[::1]");
    /* libcurl was not called since. */
    assert_told(&book, entry, addresses, 5, "a.test:80:127.0.0.1,[::1]");
    assert_told(&book, entry, addresses, 6, "");
    assert_told(&book, entry, others, 7, "a.test:80:127.0.0.2");
    assert_told(&book, entry, others, 8, "");
    haul__entry_doubt(entry);
    assert_told(&book, entry, others, 9, "a.test:80:127.0.0.2");
    haul__book_give(&book, entry);
    assert_ptr_equal(haul__book_take(&book, &route), entry);
    assert_told(&book, entry, others, 10, "");
    haul__book_give(&book, entry);
    haul__book_finish(&book);
    haul__addresses_unref(addresses);
    haul__addresses_unref(others);
}

static void test_each_port_is_told(void **state)
{
    struct haul__book book;
    struct haul__addresses *addresses = make("127.0.0.1");
    const struct haul__route routes[] = {route_to("a.test", 80), route_to("a.test", UINT32_MAX)};
    (void)state;
    haul__book_init(&book);
    struct haul__entry *entries[] = {haul__book_take(&book, &routes[0]), haul__book_take(&book, &routes[1])};
    assert_told(&book, entries[0], addresses, 1, "a.test:80:127.0.0.1");
    assert_told(&book, entries[1], addresses, 2, "a.test:4294967295:127.0.0.1");
    haul__book_give(&book, entries[0]);
    haul__book_give(&book, entries[1]);
    haul__book_finish(&book);
    haul__addresses_unref(addresses);
}

/* The one that is longest out of use goes, with the next that is told. */
static void test_entries_out_of_use_are_dropped(void **state)
{
    struct haul__book book;
    struct haul__addresses *addresses = make("127.0.0.1");
    struct haul__entry *entry;
    char host[32];
    (void)state;
    haul__book_init(&book);
    const struct haul__route kept = route_to("kept.test", 80);
    struct haul__entry *used = haul__book_take(&book, &kept);
    assert_told(&book, used, addresses, 1, "kept.test:80:127.0.0.1");
    for (unsigned i = 0; i <= HAUL__ENTRIES_KEPT; i++) {
        snprintf(host, sizeof(host), "h%u.test", i);
        const struct haul__route route = route_to(host, 80);
        char expected[64];
        snprintf(expected, sizeof(expected), "%s:80:127.0.0.1", host);
        entry = haul__book_take(&book, &route);
        assert_told(&book, entry, addresses, i + 2, expected);
        haul__book_give(&book, entry);
    }
    const struct haul__route last = route_to("last.test", 80), first = route_to("h0.test", 80);
    entry = haul__book_take(&book, &last);
    assert_told(&book, entry, addresses, 100, "last.test:80:127.0.0.1|-h0.test:80");
    haul__book_give(&book, entry);
    entry = haul__book_take(&book, &first);
    assert_told(&book, entry, addresses, 101, "h0.test:80:127.0.0.1|-h1.test:80");
    haul__book_give(&book, entry);
    assert_told(&book, used, addresses, 102, "");
    haul__book_give(&book, used);
    haul__book_finish(&book);
    haul__addresses_unref(addresses);
}

static void test_without_memory(void **state)
{
    (void)state;
    FAILING_MEMORY_SWEEP(n)
    {
        struct haul__book book;
        struct haul__buffer text;
        const struct haul__route route = route_to("a.test", 80);
        haul__book_init(&book);
        haul__buffer_init(&text);
        struct haul__addresses *addresses = haul__addresses_create("127.0.0.1", 9);
        struct haul__entry *entry = addresses ? haul__book_take(&book, &route) : NULL;
        int code = entry ? haul__book_tell(&book, entry, addresses, 1, &text) : -ENOMEM;
        assert_int_equal(code, failing_memory_happened() ? -ENOMEM : 0);
        haul__book_give(&book, entry);
        haul__book_finish(&book);
        haul__buffer_finish(&text);
        haul__addresses_unref(addresses);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_heard_is_not_told_again),
        cmocka_unit_test(test_each_port_is_told),
        cmocka_unit_test(test_entries_out_of_use_are_dropped),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
