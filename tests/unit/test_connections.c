#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "net/connections.h"

enum { count = 4 };

/* A table of descriptors without watches. */
struct fixture {
    struct haul__socket entries[count];
    struct haul__socket *table[count];
    struct haul__sockets sockets;
    struct haul__connections connections;
};

static void set_up(struct fixture *fixture)
{
    *fixture = (struct fixture){.sockets = {.table = fixture->table, .size = count}};
    for (int i = 0; i < count; i++) {
        fixture->entries[i].descriptor = i;
        fixture->table[i] = &fixture->entries[i];
    }
    assert_int_equal(haul__connections_init(&fixture->connections, &fixture->sockets, true), 0);
}

static void test_numbers(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct haul__connections *connections = &fixture.connections;
    haul__connections_add(connections, &fixture.entries[1], 5000, "192.0.2.1", 80);
    haul__connections_add(connections, &fixture.entries[2], 5000, "192.0.2.2", 80);
    haul__connections_add(connections, &fixture.entries[3], 5000, "192.0.2.1", 81);
    assert_int_equal(haul__connections_find(connections, 5000, "192.0.2.1", 80), 1);
    assert_int_equal(haul__connections_find(connections, 5000, "192.0.2.2", 80), 2);
    assert_int_equal(haul__connections_find(connections, 5000, "192.0.2.1", 81), 3);
    assert_int_equal(haul__connections_find(connections, 5001, "192.0.2.1", 80), 0);
    assert_int_equal(haul__connections_find(connections, 5000, "192.0.2.3", 80), 0);
    haul__connections_remove(connections, &fixture.entries[2]);
    haul__connections_remove(connections, &fixture.entries[2]);
    assert_int_equal(haul__connections_find(connections, 5000, "192.0.2.2", 80), 0);
    assert_int_equal(haul__connections_find(connections, 5000, "192.0.2.1", 80), 1);
    assert_int_equal(haul__connections_find(connections, 5000, "192.0.2.1", 81), 3);
    /* A descriptor that is another connection's now. */
    haul__connections_add(connections, &fixture.entries[3], 6000, "192.0.2.1", 81);
    assert_int_equal(haul__connections_find(connections, 5000, "192.0.2.1", 81), 0);
    assert_int_equal(haul__connections_find(connections, 6000, "192.0.2.1", 81), 4);
    haul__connections_finish(connections);
}

static void test_several_loops_share_the_numbers(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    fixture.connections.next = 2;
    fixture.connections.step = 3;
    haul__connections_add(&fixture.connections, &fixture.entries[0], 1, "::1", 80);
    haul__connections_add(&fixture.connections, &fixture.entries[1], 2, "::1", 80);
    assert_int_equal(haul__connections_find(&fixture.connections, 1, "::1", 80), 2);
    assert_int_equal(haul__connections_find(&fixture.connections, 2, "::1", 80), 5);
    haul__connections_finish(&fixture.connections);
}

/* One through a Unix socket has no port by which it could be told from others. */
static void test_what_has_no_number(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    haul__connections_add(&fixture.connections, &fixture.entries[0], 0, NULL, 0);
    assert_int_equal(haul__connections_find(&fixture.connections, 0, NULL, 0), 0);
    haul__connections_remove(&fixture.connections, &fixture.entries[0]);
    haul__connections_finish(&fixture.connections);

    assert_int_equal(haul__connections_init(&fixture.connections, &fixture.sockets, false), 0);
    haul__connections_add(&fixture.connections, &fixture.entries[0], 5, "::1", 80);
    assert_int_equal(haul__connections_find(&fixture.connections, 5, "::1", 80), 0);
    haul__connections_finish(&fixture.connections);
}

static void test_without_memory(void **state)
{
    (void)state;
    struct haul__connections connections;
    struct haul__sockets sockets = {0};
    failing_memory_set(1);
    assert_int_equal(haul__connections_init(&connections, &sockets, true), -ENOMEM);
    failing_memory_set(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_several_loops_share_the_numbers),
        cmocka_unit_test(test_what_has_no_number),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
