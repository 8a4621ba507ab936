#include "run/list_feed.h"

#include "run/entry.h"
#include "stage.h"

#include <haul/error.h>

#include <string.h>

enum { COUNT = 3 };

static struct entry *entries[COUNT];

static int make_entries(void **state)
{
    static const char *const inputs[COUNT] = {"zero", "one", "two"};
    for (size_t i = 0; i < COUNT; i++) {
        entries[i] = entry_create(inputs[i], strlen(inputs[i]), NULL, 0);
        if (!entries[i])
            return -1;
    }
    return stage_open(state);
}

static int destroy_entries(void **state)
{
    for (size_t i = 0; i < COUNT; i++)
        entry_destroy(entries[i]);
    return stage_close(state);
}

static void assert_next(struct list_feed *feed, uint64_t index)
{
    struct entry *entry;
    assert_int_equal(feed->feed.next(&feed->feed, &entry), 0);
    assert_int_equal(entry->index, index);
    assert_int_equal(entry->input_size, entries[index]->input_size);
    assert_memory_equal(entry->input, entries[index]->input, entry->input_size);
    entry_destroy(entry);
}

static void assert_drained(struct list_feed *feed)
{
    struct entry *entry;
    assert_int_equal(feed->feed.next(&feed->feed, &entry), HAUL_E_DRAINED);
}

static void test_gives_copies_as_they_stand(void **state)
{
    struct list_feed feed;
    (void)state;
    list_feed_init(&feed, (const struct entry *const *)entries, COUNT);
    assert_next(&feed, 0);
    assert_next(&feed, 1);
    assert_next(&feed, 2);
    assert_drained(&feed);
}

static void test_a_sample_is_in_another_order_and_ends_in_time(void **state)
{
    struct stage *stage = *state;
    static const size_t order[] = {2, 0, 1};
    struct list_feed feed;
    int64_t end = haul_loop_now(stage->loop) + HAUL_SECOND;

    list_feed_init(&feed, (const struct entry *const *)entries, COUNT);
    list_feed_sample(&feed, order, stage->loop, end);
    assert_next(&feed, 2);
    assert_next(&feed, 0);
    assert_next(&feed, 1);
    assert_drained(&feed);

    /* One there is in any case. */
    list_feed_init(&feed, (const struct entry *const *)entries, COUNT);
    list_feed_sample(&feed, order, stage->loop, haul_loop_now(stage->loop));
    assert_next(&feed, 2);
    assert_drained(&feed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_entries, destroy_entries)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_gives_copies_as_they_stand),
        TEST(test_a_sample_is_in_another_order_and_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
