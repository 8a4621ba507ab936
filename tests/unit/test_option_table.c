#include "options/option_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void every_row_is_whole_and_found_by_its_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        assert_ptr_equal(option_find(row->name, strlen(row->name)), row);
        if (row->letter)
            assert_ptr_equal(option_find_letter(row->letter), row);
        assert_in_range(strlen(row->name), 2, 31);
        assert_true(strlen(row->help) > 0);
        assert_true(row->help[strlen(row->help) - 1] != '.');
        assert_in_range(row->commands, COMMAND_FETCH, COMMAND_FETCH | COMMAND_COMPARE | COMMAND_REPORT);
        assert_non_null(row->read);
        assert_in_range(row->offset, row->section == SECTION_CURL ? 0 : 1, sizeof(struct options) - 1);
        assert_true(row->minimum <= row->maximum || !row->argument);
        /* --help goes through the sections; the table stands in the same order. */
        assert_true(i == 0 || row->section >= option_rows[i - 1].section);
        assert_non_null(option_section_title(row->section));
    }
}

static void what_is_no_option_is_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {"", "conc", "concurrencyy", "Jsonl", "parallels"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_null(option_find(names[i], strlen(names[i])));
    assert_null(option_find_letter('\0'));
    assert_null(option_find_letter('Q'));
    assert_null(option_find_letter('-'));
}

static const struct {
    const char *name;
    enum command command;
    const char *near; /* NULL: none */
} cases[] = {
    {"concurency", COMMAND_FETCH, "concurrency"},
    {"concurrent", COMMAND_FETCH, "concurrency"},
    {"conc", COMMAND_FETCH, "concurrency"},
    {"jsnol", COMMAND_FETCH, "json"},
    {"jsoml", COMMAND_FETCH, "jsonl"},
    {"per_host", COMMAND_COMPARE, "per-host"},
    {"max-redirects", COMMAND_FETCH, "max-redirs"},
    {"max-redir", COMMAND_FETCH, "max-redirs"},
    {"gahter", COMMAND_FETCH, "gather"},
    {"gahter", COMMAND_COMPARE, NULL},
    {"mods", COMMAND_FETCH, "mode"},
    {"mods", COMMAND_COMPARE, "modes"},
    {"xyz", COMMAND_FETCH, NULL},
    {"zz", COMMAND_FETCH, NULL},
    {"paralel", COMMAND_FETCH, "parallel"},
    {"outptu", COMMAND_FETCH, "output"},
    {"output", COMMAND_COMPARE, NULL},
    {"timeout", COMMAND_FETCH, NULL},
    {"", COMMAND_FETCH, NULL},
    {"an-option-that-is-longer-than-any-that-there-is", COMMAND_FETCH, NULL},
};

static void near_names_are_proposed_and_far_ones_are_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *near = option_find_near(cases[i].name, strlen(cases[i].name), cases[i].command);
        if (cases[i].near)
            assert_string_equal(near, cases[i].near);
        else
            assert_null(near);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole_and_found_by_its_names),
        cmocka_unit_test(what_is_no_option_is_not_found),
        cmocka_unit_test(near_names_are_proposed_and_far_ones_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
