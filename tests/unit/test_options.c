#include "options/options.h"

#include "option_samples.h"
#include "options/option_table.h"

#include <haul/duration.h>
#include <haul/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct options options;
static char *problem;

/* Parses a command line that ends with NULL, behind the program's name. */
static int parse(const char *const *arguments)
{
    static char program[] = "haul";
    static char copies[32][300]; /* secrets are overwritten */
    char *argv[32] = {program};
    int argc = 1;
    for (; arguments[argc - 1]; argc++) {
        assert_in_range(argc, 1, 30);
        snprintf(copies[argc], sizeof(copies[argc]), "%s", arguments[argc - 1]);
        argv[argc] = copies[argc];
    }
    free(problem);
    problem = NULL;
    return options_parse(argc, argv, &options, &problem);
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void the_defaults_are_those_of_the_manual(void **state)
{
    (void)state;
    assert_int_equal(PARSE("x"), 0);
    assert_int_equal(options.command, COMMAND_FETCH);
    assert_false(options.help || options.version || options.insecure || options.body ||
                 options.format != FORMAT_DEFAULT || options.silent || options.summary != SUMMARY_AUTO ||
                 options.system_resolver || options.is_concurrency_given || options.is_input_implied);
    assert_true(!options.output && !options.output_dir);
    assert_int_equal(options.mode, MODE_AS_COMPLETED);
    assert_int_equal(options.concurrency, 50);
    assert_int_equal(options.per_host, 10);
    assert_int_equal(options.window, 10000);
    assert_int_equal(options.loops, 1);
    assert_true(options.max_time == HAUL_NEVER && options.deadline == HAUL_NEVER);
    assert_true(status_set_has(&options.ok_status, 100) && status_set_has(&options.ok_status, 399));
    assert_false(status_set_has(&options.ok_status, 99) || status_set_has(&options.ok_status, 400));
    assert_true(options.connect_timeout == 30 * HAUL_SECOND);
    assert_true(options.idle_timeout == 60 * HAUL_SECOND);
    assert_true(options.location);
    assert_int_equal(options.max_redirs, 10);
    assert_true(!options.cacert && !options.dns_servers);
    assert_null(options.resolve[0]);
    assert_null(options.connect_to[0]);
    assert_int_equal(options.runs, 3);
    assert_int_equal(options.mode_count, 3);
    for (int i = 0; i < MODE_COUNT; i++)
        assert_int_equal(options.modes[i], i);
    assert_null(options.export_json);
    options_finish(&options);
}

static bool has_list(void)
{
    return options.items[0].kind == SOURCE_LIST && strcmp(options.items[0].text, "urls.txt") == 0;
}
static bool has_as_completed(void)
{
    return options.mode == MODE_AS_COMPLETED;
}
static bool has_gather(void)
{
    return options.mode == MODE_GATHER;
}
static bool has_sequential(void)
{
    return options.mode == MODE_SEQUENTIAL;
}
static bool has_runs(void)
{
    return options.runs == 7;
}
static bool has_modes(void)
{
    return options.mode_count == 2 && options.modes[0] == MODE_GATHER && options.modes[1] == MODE_SEQUENTIAL;
}
static bool has_export_json(void)
{
    return strcmp(options.export_json, "figures.json") == 0;
}
static bool has_concurrency(void)
{
    return options.concurrency == 7 && options.is_concurrency_given;
}
static bool has_max_concurrency(void)
{
    return options.max_concurrency == 7;
}
static bool has_per_host(void)
{
    return options.per_host == 7;
}
static bool has_window(void)
{
    return options.window == 7;
}
static bool has_loops(void)
{
    return options.loops == 7;
}
static bool has_max_time(void)
{
    return options.max_time == 1500 * HAUL_MILLISECOND;
}
static bool has_connect_timeout(void)
{
    return options.connect_timeout == 500 * HAUL_MILLISECOND;
}
static bool has_idle_timeout(void)
{
    return options.idle_timeout == 2 * HAUL_MINUTE;
}
static bool has_location(void)
{
    return options.location;
}
static bool has_no_location(void)
{
    return !options.location;
}
static bool has_max_redirs(void)
{
    return options.max_redirs == 7;
}
static bool has_jsonl(void)
{
    return options.format == FORMAT_JSONL;
}
static bool has_body(void)
{
    return options.body;
}
static bool has_silent(void)
{
    return options.silent;
}
static bool has_help(void)
{
    return options.help;
}
static bool has_version(void)
{
    return options.version;
}

/* One for each row of the table, but for those of option_samples.c. */
static const struct {
    const char *name;
    const char *value;
    bool (*is_set)(void);
} samples[] = {
    {"input", "urls.txt", has_list},
    {"as-completed", NULL, has_as_completed},
    {"gather", NULL, has_gather},
    {"sequential", NULL, has_sequential},
    {"mode", "sequential", has_sequential},
    {"runs", "7", has_runs},
    {"modes", "gather,sequential", has_modes},
    {"export-json", "figures.json", has_export_json},
    {"concurrency", "7", has_concurrency},
    {"max-concurrency", "7", has_max_concurrency},
    {"per-host", "7", has_per_host},
    {"window", "7", has_window},
    {"loops", "7", has_loops},
    {"max-time", "1.5", has_max_time},
    {"connect-timeout", "500ms", has_connect_timeout},
    {"idle-timeout", "2m", has_idle_timeout},
    {"location", NULL, has_location},
    {"no-location", NULL, has_no_location},
    {"max-redirs", "7", has_max_redirs},
    {"jsonl", NULL, has_jsonl},
    {"body", NULL, has_body},
    {"silent", NULL, has_silent},
    {"help", NULL, has_help},
    {"version", NULL, has_version},
};

/* What is set before: so that an option that sets what is the default is seen too, or because it is needed. */
static const char *opposite(const char *name)
{
    if (strcmp(name, "resume") == 0)
        return "--journal=j";
    return strcmp(name, "as-completed") == 0 ? "--gather" : strcmp(name, "location") == 0 ? "--no-location" : "--";
}

/* Parses `haul [COMMAND] BEFORE OPTION [VALUE]`. */
static int parse_sample(const struct command_row *command, const char *before, const char *option, const char *value)
{
    const char *arguments[5] = {NULL};
    size_t count = 0;
    if (command->word)
        arguments[count++] = command->word;
    if (strcmp(before, "--") != 0)
        arguments[count++] = before;
    arguments[count++] = option;
    arguments[count] = value;
    return parse(arguments);
}

/* Every way to write option ROW, in one command. */
static void check_forms(const struct option_row *row, const struct command_row *command, const char *value,
                        const struct option_sample *sample, bool (*is_set)(void))
{
    char text[100];
    bool is_taken = row->commands & (unsigned)command->command;
    const char *needed = command->command == COMMAND_REPORT ? "--har=x" : opposite(row->name);
    for (int form = 0; form < 4; form++) {
        bool is_letter = form >= 2;
        bool is_joined = form % 2 == 1;
        if ((is_letter && !row->letter) || (is_joined && !row->argument))
            continue;
        if (is_letter)
            snprintf(text, sizeof(text), "-%c%s", row->letter, is_joined ? value : "");
        else
            snprintf(text, sizeof(text), "--%s%s%s", row->name, is_joined ? "=" : "", is_joined ? value : "");
        int code = parse_sample(command, is_taken ? needed : "--", text, is_joined ? NULL : value);
        assert_int_equal(code, is_taken ? 0 : HAUL_E_INVALID);
        if (is_taken) {
            assert_true(sample ? sample->is_set(&options) : is_set());
            options_finish(&options);
        } else {
            char ending[60];
            snprintf(ending, sizeof(ending), "', not of '%s'; try ", command->name);
            assert_non_null(strstr(problem, "is an option of 'haul"));
            assert_non_null(strstr(problem, ending));
            assert_non_null(strstr(problem, row->name));
        }
    }
}

static void every_row_is_read_in_every_form_by_its_commands(void **state)
{
    (void)state;
    size_t next = 0;
    for (const struct option_row *row = option_rows; row < option_rows + option_count; row++) {
        const struct option_sample *sample = option_sample_find(row->name);
        if (strcmp(row->name, "http3") == 0)
            continue; /* not every libcurl can */
        if (!sample)
            assert_string_equal(samples[next].name, row->name);
        const char *value = sample ? sample->value : samples[next].value;
        bool (*is_set)(void) = sample ? NULL : samples[next++].is_set;
        assert_int_equal(value != NULL, row->argument != NULL);
        for (size_t i = 0; i < command_count; i++)
            check_forms(row, &command_rows[i], value, sample, is_set);
    }
    assert_int_equal(next, sizeof(samples) / sizeof(samples[0]));
}

static void zero_is_a_duration_without_end(void **state)
{
    (void)state;
    assert_int_equal(PARSE("-m0", "--connect-timeout", "0", "--idle-timeout=0ms", "x"), 0);
    assert_true(options.max_time == HAUL_NEVER);
    assert_true(options.connect_timeout == HAUL_NEVER);
    assert_true(options.idle_timeout == HAUL_NEVER);
    options_finish(&options);
}

static void check_item(size_t index, enum source_kind kind, const char *text)
{
    assert_in_range(index, 0, options.item_count - 1);
    assert_int_equal(options.items[index].kind, kind);
    assert_string_equal(options.items[index].text, text);
}

static void urls_and_lists_keep_their_order(void **state)
{
    (void)state;
    assert_int_equal(PARSE("a", "-i", "b", "--input=c", "compare", "-jid", "-", "-i-", "--", "-j", "--", "--help"), 0);
    assert_int_equal(options.command, COMMAND_FETCH);
    assert_int_equal(options.item_count, 10);
    check_item(0, SOURCE_URL, "a");
    check_item(1, SOURCE_LIST, "b");
    check_item(2, SOURCE_LIST, "c");
    check_item(3, SOURCE_URL, "compare");
    check_item(4, SOURCE_LIST, "d");
    check_item(5, SOURCE_URL, "-");
    check_item(6, SOURCE_LIST, "-");
    check_item(7, SOURCE_URL, "-j");
    check_item(8, SOURCE_URL, "--");
    check_item(9, SOURCE_URL, "--help");
    assert_true(options.format == FORMAT_JSONL);
    assert_false(options.is_input_implied);
    options_finish(&options);

    assert_int_equal(PARSE("compare", "compare", "-i", "a"), 0);
    assert_int_equal(options.command, COMMAND_COMPARE);
    assert_int_equal(options.item_count, 2);
    check_item(0, SOURCE_URL, "compare");
    options_finish(&options);

    assert_int_equal(PARSE("--", "compare"), 0);
    assert_int_equal(options.command, COMMAND_FETCH);
    check_item(0, SOURCE_URL, "compare");
    options_finish(&options);
}

static void without_anything_to_read_standard_input_is_read(void **state)
{
    (void)state;
    assert_int_equal(PARSE("-j"), 0);
    assert_true(options.is_input_implied);
    assert_int_equal(options.item_count, 1);
    check_item(0, SOURCE_LIST, "-");
    options_finish(&options);
    assert_int_equal(PARSE("compare", "--"), 0);
    assert_true(options.is_input_implied);
    options_finish(&options);
    assert_int_equal(PARSE("-i", "-"), 0);
    assert_false(options.is_input_implied);
    options_finish(&options);

    char *nothing[] = {NULL};
    assert_int_equal(options_parse(0, nothing, &options, &problem), 0);
    assert_true(options.is_input_implied);
    options_finish(&options);
}

static void letters_are_bundled(void **state)
{
    (void)state;
    assert_int_equal(PARSE("-sjkc50", "x"), 0);
    assert_true(options.silent && options.format == FORMAT_JSONL && options.insecure);
    assert_int_equal(options.concurrency, 50);
    options_finish(&options);
    assert_int_equal(PARSE("-sc", "51", "x"), 0);
    assert_int_equal(options.concurrency, 51);
    options_finish(&options);
}

static void the_last_of_several_counts(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--gather", "-c1", "--no-location", "-c2", "--mode=sequential", "-L", "x"), 0);
    assert_int_equal(options.concurrency, 2);
    assert_int_equal(options.mode, MODE_SEQUENTIAL);
    assert_true(options.location);
    options_finish(&options);
}

static void what_may_be_repeated_adds_up(void **state)
{
    (void)state;
    assert_int_equal(PARSE("--resolve", "+a:80:::1,127.0.0.1", "--connect-to", ":::", "--resolve=-b:443",
                           "--connect-to", "[::1]:80:[::2]:", "--resolve=*:1:[::1]", "x"),
                     0);
    assert_string_equal(options.resolve[0], "+a:80:::1,127.0.0.1");
    assert_string_equal(options.resolve[1], "-b:443");
    assert_string_equal(options.resolve[2], "*:1:[::1]");
    assert_null(options.resolve[3]);
    assert_string_equal(options.connect_to[0], ":::");
    assert_string_equal(options.connect_to[1], "[::1]:80:[::2]:");
    assert_null(options.connect_to[2]);
    options_finish(&options);
}

static void help_and_version_end_the_reading(void **state)
{
    (void)state;
    static const char *const lines[][4] = {
        {"--help", "--nonsense"}, {"-h", "-c", "abc"}, {"compare", "-hQ"}, {"-V", "--body", "-j"}, {"--body", "-jhQ"},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_int_equal(parse(lines[i]), 0);
        assert_true(options.help != options.version);
        options_finish(&options);
    }
    assert_int_equal(PARSE("--nonsense", "--help"), HAUL_E_INVALID);
}

#define MANY "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
    const char *arguments[5];
    const char *problem; /* with "; try 'haul --help'" behind it */
} mistakes[] = {
    {{"-o", "a", "-O"}, "-o, --output and -O, --remote-name both name the files: give one of them"},
    {{"-O", "--body"}, "--body and -o, --output both say where bodies go: give one of them"},
    {{"-o", "-", "-j"}, "--body and -j or --format both say what to write: give one of them"},
    {{"-O", "--no-clobber", "--skip-existing"},
     "--no-clobber and --skip-existing both say what to do with a file that is there: give one of them"},
    {{"-O", "--include-body"}, "--include-body and -o, --output both say where bodies go: give one of them"},
    {{"-o", "out/"},
     "-o, --output: \"out/\" is no name for files: it names a folder, and no file in it; try {name} behind it"},
    {{"-c", "abc"}, "-c, --concurrency: \"abc\" is not a number from 1 to 100000, or auto"},
    {{"-c", "0"}, "-c, --concurrency: \"0\" is not a number from 1 to 100000, or auto"},
    {{"-c", "100001"}, "-c, --concurrency: \"100001\" is not a number from 1 to 100000, or auto"},
    {{"-c", MANY},
     "-c, --concurrency: \"0123456789012345678901234567890123456789012345678901234567890123456789012345"
     "...\" is not a number from 1 to 100000, or auto"},
    {{"--window=0"}, "--window: \"0\" is not a number from 1 to 100000000"},
    {{"--per-host=-1"}, "--per-host: \"-1\" is not a number from 0 to 100000"},
    {{"--max-redirs=1001"}, "--max-redirs: \"1001\" is not a number from 0 to 1000"},
    {{"-m", "5 s"}, "-m, --max-time: \"5 s\" is not a duration like 1.5, 500ms, 20s or 2m"},
    {{"-m-1"}, "-m, --max-time: \"-1\" is not a duration like 1.5, 500ms, 20s or 2m"},
    {{"--idle-timeout", ""}, "--idle-timeout: \"\" is not a duration like 1.5, 500ms, 20s or 2m"},
    {{"--mode", "fast"}, "--mode: \"fast\" is not one of sequential, gather and as-completed"},
    {{"--cacert", ""}, "--cacert: the FILE is empty"},
    {{"-i", ""}, "-i, --input: the FILE is empty"},
    {{"-i"}, "-i, --input needs a value: FILE"},
    {{"-ji"}, "-i, --input needs a value: FILE"},
    {{"--cacert"}, "--cacert needs a value: FILE"},
    {{"--resolver", "system", "--dns-servers", "::1"},
     "--dns-servers is for haul's own resolver: leave out --resolver system"},
    {{"--jsonl=yes"}, "-j, --jsonl takes no value, but was given \"yes\""},
    {{"--body", "-j"}, "--body and -j or --format both say what to write: give one of them"},
    {{"--body", "--only=ok"}, "--only chooses among records, and with --body there are none"},
    {{"--race", "--fail-early"},
     "--fail-fast ends at the first failure, --race at the first success: give one of them"},
    {{"--fail-fast", "--fail-on=1%"},
     "--fail-fast ends a run that has failed, and with this --fail-on none does before its end"},
    {{"--resume"}, "--resume goes by what --journal FILE has noted: give both"},
    {{"--resume", "--journal=j", "--repeat=2"}, "--repeat asks for what --resume leaves out: give one of them"},
    {{"-Q"}, "unknown option -Q"},
    {{"-jQ"}, "unknown option -Q"},
    {{"-\xc3\xa4z"}, "unknown option -\xc3\xa4"},
    {{"-\xff"}, "unknown option -\xff"},
    {{"-j-"}, "unknown option --"},
    {{"--conc", "5"}, "unknown option --conc (did you mean --concurrency?)"},
    {{"--concurency=5"}, "unknown option --concurency (did you mean --concurrency?)"},
    {{"--parallels"}, "unknown option --parallels (did you mean --parallel?)"},
    {{"--=5"}, "unknown option --"},
};

static void a_mistake_is_named_with_what_to_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        char expected[400];
        snprintf(expected, sizeof(expected), "%s; try 'haul --help'", mistakes[i].problem);
        assert_int_equal(parse(mistakes[i].arguments), HAUL_E_INVALID);
        assert_string_equal(problem, expected);
    }
    static const struct {
        const char *value;
        const char *problem;
    } modes[] = {
        {"", "--modes: \"\" is not a list of sequential, gather and as-completed, with commas"},
        {"gather,", "--modes: \"gather,\" is not a list of sequential, gather and as-completed, with commas"},
        {"gather,gather", "--modes: \"gather,gather\" names gather twice"},
    };
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        char expected[200];
        snprintf(expected, sizeof(expected), "%s; try 'haul compare --help'", modes[i].problem);
        assert_int_equal(PARSE("compare", "--modes", modes[i].value), HAUL_E_INVALID);
        assert_string_equal(problem, expected);
    }
    free(problem);
    problem = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_those_of_the_manual),
        cmocka_unit_test(every_row_is_read_in_every_form_by_its_commands),
        cmocka_unit_test(zero_is_a_duration_without_end),
        cmocka_unit_test(urls_and_lists_keep_their_order),
        cmocka_unit_test(without_anything_to_read_standard_input_is_read),
        cmocka_unit_test(letters_are_bundled),
        cmocka_unit_test(the_last_of_several_counts),
        cmocka_unit_test(what_may_be_repeated_adds_up),
        cmocka_unit_test(help_and_version_end_the_reading),
        cmocka_unit_test(a_mistake_is_named_with_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
