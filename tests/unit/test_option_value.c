#include "options/option_table.h"

#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads VALUE as the option of this NAME does. */
static int read_as(const char *name, const char *value, struct options *ret_options, char **ret_problem)
{
    const struct option_row *row = option_find(name, strlen(name));
    *ret_options = (struct options){0};
    *ret_problem = NULL;
    return row->read(ret_options, row, value, ret_problem);
}

static void name_servers_are_addresses(void **state)
{
    static const char *const lists[] = {
        "192.0.2.1",
        "192.0.2.1:53",
        "::1",
        "[::1]:5353",
        "2001:db8::192.0.2.1",
        "192.0.2.1:65535",
        "192.0.2.1,[::1]:1,::,0.0.0.0:1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct options options;
        char *problem;
        if (read_as("dns-servers", lists[i], &options, &problem) != 0)
            fail_msg("%s", problem);
        assert_ptr_equal(options.dns_servers, lists[i]);
    }
}

static void concurrency_is_a_number_or_auto(void **state)
{
    struct options options;
    char *problem;
    (void)state;
    assert_int_equal(read_as("concurrency", "auto", &options, &problem), 0);
    assert_true(options.is_concurrency_auto);
    const struct option_row *row = option_find_letter('c');
    assert_int_equal(row->read(&options, row, "7", &problem), 0);
    assert_false(options.is_concurrency_auto);
    assert_int_equal(options.concurrency, 7);
}

static void limits_depend_on_what_was_given(void **state)
{
    static const struct {
        const char *arguments[6];
        const char *problem; /* NULL: none */
        size_t concurrency, per_host;
    } cases[] = {
        {{"haul", "-c", "auto", "x"}, NULL, 512, 0},
        {{"haul", "--max-concurrency=9", "-cauto", "x"}, NULL, 9, 0},
        {{"haul", "-c", "auto", "-c", "7", "x"}, NULL, 7, 0},
        {{"haul", "-c", "70", "--max-concurrency", "9", "x"}, NULL, 70, 0},
        {{"haul", "x"}, NULL, 50, 10},
        {{"haul", "-c9", "--per-host", "3", "x"}, NULL, 9, 3},
        {{"haul", "--per-host", "0", "x"}, NULL, 50, 0},
        {{"haul", "--per-host", "3", "-c", "auto", "x"}, NULL, 512, 3},
        {{"haul", "-c", "auto", "--max-concurrency", "0"}, "--max-concurrency: \"0\" is not a number", 0, 0},
        {{"haul", "compare", "-c", "auto", "x"}, "-c, --concurrency: a comparison needs a number", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct options options;
        char *problem = NULL;
        char *arguments[7] = {NULL};
        int count = 0;
        for (; count < 6 && cases[i].arguments[count]; count++)
            arguments[count] = (char *)cases[i].arguments[count];
        int code = options_parse(count, arguments, &options, &problem);
        assert_int_equal(code, cases[i].problem ? HAUL_E_INVALID : 0);
        if (cases[i].problem && strncmp(problem, cases[i].problem, strlen(cases[i].problem)) != 0)
            fail_msg("%s", problem);
        free(problem);
        if (code == 0) {
            assert_int_equal(options.concurrency, cases[i].concurrency);
            assert_int_equal(options.per_host, cases[i].per_host);
            options_finish(&options);
        }
    }
}

static void loops_are_as_many_as_processors(void **state)
{
    cpu_set_t before, one;
    struct options options;
    char *problem;
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    assert_int_equal(read_as("loops", "auto", &options, &problem), 0);
    assert_int_equal(options.loops, CPU_COUNT(&before) < 16 ? CPU_COUNT(&before) : 16);
    int first = 0;
    while (!CPU_ISSET(first, &before))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(read_as("loops", "auto", &options, &problem), 0);
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
    assert_int_equal(options.loops, 1);
}

static void what_cannot_be_read_is_refused(void **state)
{
    static const char loops[] = "auto or a number from 1 to 64";
    static const char number_or_auto[] = "a number from 1 to 100000, or auto";
    static const char servers[] = "a list of addresses like 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53, with commas";
    static const struct {
        const char *option, *value, *wanted;
    } cases[] = {
        {"concurrency", "", number_or_auto},
        {"concurrency", "+5", number_or_auto},
        {"concurrency", "-5", number_or_auto},
        {"concurrency", " 5", number_or_auto},
        {"concurrency", "5x", number_or_auto},
        {"concurrency", "99999999999999999999999", number_or_auto},
        {"loops", "0", loops},
        {"loops", "65", loops},
        {"loops", "autos", loops},
        {"dns-servers", "", servers},
        {"dns-servers", "ns.test", servers},
        {"dns-servers", ",", servers},
        {"dns-servers", "192.0.2.1,", servers},
        {"dns-servers", ",192.0.2.1", servers},
        {"dns-servers", "192.0.2.1:", servers},
        {"dns-servers", "192.0.2.1:0", servers},
        {"dns-servers", "[::1]", servers},
        {"dns-servers", "192.0.2.1:65536", servers},
        {"dns-servers", "192.0.2.256", servers},
        {"dns-servers", "192.0.2.1 ", servers},
        {"dns-servers", "[::1]:", servers},
        {"dns-servers", "[]:53", servers},
        {"dns-servers", "::1:x", servers},
        {"dns-servers", "[::1:53", servers},
        {"dns-servers", "[192.0.2.1]:53", servers},
        {"dns-servers", "192.0.2.1:53:53", servers},
        {"dns-servers", ":53", servers},
        {"dns-servers", "[::1]:5 3", servers},
        {"dns-servers", "1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111", servers},
        {"format", "xml", "one of text, tsv, jsonl and csv"},
        {"summary", "all", "one of none, total and host"},
        {"only", "all", "one of ok and failed"},
        {"color", "yes", "one of auto, always and never"},
        {"ok-status", "2xx", "a list of statuses like 200-399,403"},
        {"fail-on", "5,6", "a list of one of http, error and never, one number like 5 or 5%, and empty"},
        {"resolve", "a:80", "HOST:PORT:ADDRESS[,ADDRESS]"},
        {"resolve", "a:80:", "HOST:PORT:ADDRESS[,ADDRESS]"},
        {"resolve", ":80:b", "HOST:PORT:ADDRESS[,ADDRESS]"},
        {"resolve", "a:0:b", "HOST:PORT:ADDRESS[,ADDRESS]"},
        {"resolve", "a:65536:b", "HOST:PORT:ADDRESS[,ADDRESS]"},
        {"resolve", "-a:80:b", "HOST:PORT:ADDRESS[,ADDRESS]"},
        {"resolve", "", "HOST:PORT:ADDRESS[,ADDRESS]"},
        {"connect-to", "a:80:b", "HOST1:PORT1:HOST2:PORT2"},
        {"connect-to", "a:80:b:c", "HOST1:PORT1:HOST2:PORT2"},
        {"connect-to", "a:80:b:81:c", "HOST1:PORT1:HOST2:PORT2"},
        {"connect-to", "[a:80:b:81", "HOST1:PORT1:HOST2:PORT2"},
        {"resolver", "bind", "one of haul and system"},
        {"resolver", "", "one of haul and system"},
        {"resolver", "System", "one of haul and system"},
        {"concurrency", "Auto", number_or_auto},
        {"concurrency", "0", number_or_auto},
        {"input-format", "json", "one of text and jsonl"},
        {"base", "", "an http or https URL: the host is neither a name nor an address"},
        {"base", "ftp://h/", "an http or https URL: only http, https and sleep URLs are fetched"},
        {"base", "sleep:1", "an http or https URL: it is a sleep"},
        {"glob-max", "0", "a number from 1 to 1000000000"},
        {"repeat", "0", "a number from 1 to 1000000000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct options options;
        char *problem;
        char expected[256];
        snprintf(expected, sizeof(expected), "\"%s\" is not %s", cases[i].value, cases[i].wanted);
        if (read_as(cases[i].option, cases[i].value, &options, &problem) != HAUL_E_INVALID)
            fail_msg("--%s %s is taken", cases[i].option, cases[i].value);
        assert_string_equal(problem, expected);
        assert_null(options.dns_servers);
        free(problem);
    }
}

static void a_base_is_a_url(void **state)
{
    static const char *const bases[] = {"http://h/", "https://user:password@h:1/a?b#c", "h", "h:80"};
    (void)state;
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        struct options options;
        char *problem;
        assert_int_equal(read_as("base", bases[i], &options, &problem), 0);
        assert_string_equal(options.base, bases[i]);
        free(options.base);
    }
}

static void no_password_is_shown(void **state)
{
    struct options options;
    char *problem;
    (void)state;
    assert_int_equal(read_as("base", "http://user:secret@h:x/", &options, &problem), HAUL_E_INVALID);
    assert_null(strstr(problem, "secret"));
    free(problem);
}

/* What a shell offers is what is taken. */
static void each_choice_can_be_read(void **state)
{
    size_t rows = 0;
    (void)state;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        rows += row->choices != NULL;
        for (const char *word = row->choices; word && *word; word += strspn(word, " ")) {
            struct options options;
            char *problem;
            char value[32];
            size_t size = strcspn(word, " ");
            snprintf(value, sizeof(value), "%.*s", (int)size, word);
            if (read_as(row->name, value, &options, &problem) != 0)
                fail_msg("--%s %s: %s", row->name, value, problem);
            word += size;
        }
    }
    assert_true(rows > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_servers_are_addresses),
        cmocka_unit_test(concurrency_is_a_number_or_auto),
        cmocka_unit_test(limits_depend_on_what_was_given),
        cmocka_unit_test(loops_are_as_many_as_processors),
        cmocka_unit_test(a_base_is_a_url),
        cmocka_unit_test(no_password_is_shown),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(each_choice_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
