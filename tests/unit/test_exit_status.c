#include "exit_status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>

/* From the one that counts most to the one that counts least. */
static const enum exit_status by_weight[] = {
    EXIT_STATUS_INTERRUPTED, EXIT_STATUS_NO_READER,  EXIT_STATUS_BROKEN, EXIT_STATUS_DEADLINE,
    EXIT_STATUS_USAGE,       EXIT_STATUS_REGRESSION, EXIT_STATUS_NOT_OK, EXIT_STATUS_OK,
};

static const size_t weights = sizeof(by_weight) / sizeof(by_weight[0]);

static void the_worse_of_two_counts_whichever_came_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < weights; i++) {
        for (size_t j = i; j < weights; j++) {
            assert_int_equal(exit_status_worse(by_weight[i], by_weight[j]), by_weight[i]);
            assert_int_equal(exit_status_worse(by_weight[j], by_weight[i]), by_weight[i]);
        }
        if (i > 0) {
            assert_int_equal(exit_status_worse(by_weight[i], EXIT_STATUS_TERMINATED), EXIT_STATUS_TERMINATED);
            assert_int_equal(exit_status_worse(EXIT_STATUS_TERMINATED, by_weight[i]), EXIT_STATUS_TERMINATED);
        }
    }
}

static void of_two_signals_the_first_counts(void **state)
{
    (void)state;
    assert_int_equal(exit_status_worse(EXIT_STATUS_INTERRUPTED, EXIT_STATUS_TERMINATED), EXIT_STATUS_INTERRUPTED);
    assert_int_equal(exit_status_worse(EXIT_STATUS_TERMINATED, EXIT_STATUS_INTERRUPTED), EXIT_STATUS_TERMINATED);
}

static void the_table_is_in_order_and_speaks(void **state)
{
    (void)state;
    static const int expected[] = {0, 1, 2, 3, 4, 124, 128 + SIGINT, 128 + SIGPIPE, 128 + SIGTERM};
    /* A status that means something else with another command has a row for each. */
    size_t next = 0;
    for (size_t i = 0; i < exit_status_count; i++) {
        const struct exit_status_row *row = &exit_status_rows[i];
        assert_true(strlen(row->meaning) > 0);
        if (i > 0 && row->status == row[-1].status)
            assert_int_equal(row->commands & row[-1].commands, 0);
        else
            assert_int_equal(row->status, expected[next++]);
    }
    assert_int_equal(next, sizeof(expected) / sizeof(expected[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worse_of_two_counts_whichever_came_first),
        cmocka_unit_test(of_two_signals_the_first_counts),
        cmocka_unit_test(the_table_is_in_order_and_speaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
