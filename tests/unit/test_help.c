#include "options/help.h"

#include "exit_status.h"
#include "options/option_table.h"

#include <haul/version.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* Instead of the library's, so that the line is the same whatever is installed. */
const char *haul_version(void)
{
    return "1.2.3";
}

void haul_version_libraries(char *buffer, size_t size)
{
    snprintf(buffer, size, "libcurl/7.88.1 libev/4.33");
}

static char *text;

static char *help_of(enum command command)
{
    size_t size;
    free(text);
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    help_print(stream, command);
    fclose(stream);
    return text;
}

static const enum command commands[] = {COMMAND_FETCH, COMMAND_COMPARE, COMMAND_REPORT};

static void every_option_of_the_command_and_no_other_is_shown(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof(commands) / sizeof(commands[0]); c++) {
        const char *help = help_of(commands[c]);
        for (size_t i = 0; i < option_count; i++) {
            char line[120] = "\n      ";
            if (option_rows[i].letter)
                snprintf(line, sizeof(line), "\n  -%c, ", option_rows[i].letter);
            snprintf(line + strlen(line), sizeof(line) - strlen(line), "--%s%s%s", option_rows[i].name,
                     option_rows[i].argument ? " " : "", option_rows[i].argument ? option_rows[i].argument : "");
            const char *found = strstr(help, line);
            /* Not only the begin of a longer name. */
            while (found && !strchr(" \n", found[strlen(line)]))
                found = strstr(found + 1, line);
            assert_int_equal(found != NULL, (option_rows[i].commands & (unsigned)commands[c]) != 0);
        }
    }
}

static void no_line_is_too_long_or_ends_in_blanks(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof(commands) / sizeof(commands[0]); c++) {
        for (const char *line = help_of(commands[c]); *line != '\0';) {
            size_t size = strcspn(line, "\n");
            assert_in_range(size, 0, 80);
            assert_true(size == 0 || line[size - 1] != ' ');
            assert_int_equal(line[size], '\n');
            line += size + 1;
        }
    }
}

/* A wrapped help text goes on where it began. */
static void texts_are_aligned(void **state)
{
    (void)state;
    const char *help = help_of(COMMAND_FETCH);
    assert_non_null(
        strstr(help, "\n      --max-redirs N         redirects followed for one URL at most (default 10)\n"));
    assert_non_null(strstr(help, "\n      --resolve HOST:PORT:ADDRESS[,ADDRESS]\n                             use "));
}

static void usage_examples_and_statuses_are_there(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof(commands) / sizeof(commands[0]); c++) {
        const char *help = help_of(commands[c]);
        assert_int_equal(strncmp(help, "Usage: haul ", 12), 0);
        assert_int_equal(strstr(help, "haul compare [OPTION]... [URL]...\n") != NULL, commands[c] != COMMAND_REPORT);
        assert_int_equal(strstr(help, "haul report [OPTION]... [FILE]...\n") != NULL, commands[c] != COMMAND_COMPARE);
        const char *examples = strstr(help, "\nExamples:\n  haul ");
        assert_non_null(examples);
        for (size_t i = 0; i < exit_status_count; i++) {
            char line[120];
            snprintf(line, sizeof(line), "\n  %3d  %s\n", exit_status_rows[i].status, exit_status_rows[i].meaning);
            assert_int_equal(strstr(examples, line) != NULL, (exit_status_rows[i].commands & commands[c]) != 0);
        }
    }
}

static char *printed(void (*print)(FILE *stream))
{
    size_t size;
    free(text);
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    print(stream);
    fclose(stream);
    return text;
}

static void print_usage(FILE *stream)
{
    help_print_usage(stream, COMMAND_COMPARE);
}

static void usage_and_version_are_short(void **state)
{
    (void)state;
    assert_string_equal(printed(print_usage), "Usage: haul compare [OPTION]... [URL]...\nTry 'haul compare --help'.\n");
    assert_string_equal(printed(help_print_version), "haul 1.2.3 libcurl/7.88.1 libev/4.33\n");
    free(text);
    text = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_of_the_command_and_no_other_is_shown),
        cmocka_unit_test(no_line_is_too_long_or_ends_in_blanks),
        cmocka_unit_test(texts_are_aligned),
        cmocka_unit_test(usage_examples_and_statuses_are_there),
        cmocka_unit_test(usage_and_version_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
