#include "options/help.h"

#include "exit_status.h"
#include "options/option_table.h"

#include <haul/version.h>

#include <string.h>

enum { columns = 80, text_column = 29, status_column = 7 };

/* What --help says that is in no table. */
struct page {
    const char *usage;
    const char *purpose;
    const char *examples;
    const char *manual;
};

static const struct page fetch_page = {
    .usage = "Usage: haul [OPTION]... [URL]...\n"
             "       haul compare [OPTION]... [URL]...\n"
             "       haul report [OPTION]... [FILE]...\n",
    .purpose = "Fetches lists of URLs side by side and says how each came out, one line a URL.\n"
               "Without URLs and lists, URLs are read from standard input. A line of a list is\n"
               "a URL, and perhaps a tag behind a tab; sleep:SECONDS is a URL too.\n",
    .examples = "  haul https://a.example/ https://b.example/x\n"
                "  haul -i urls.txt -c 50 --gather > results.tsv\n"
                "  cat urls.txt | haul -j | jq -r 'select(.ok|not)|.input'\n",
    .manual = "See haul(1), and 'haul compare --help' for comparing the modes.\n",
};

static const struct page compare_page = {
    .usage = "Usage: haul compare [OPTION]... [URL]...\n",
    .purpose = "Fetches the same list in each mode, round after round, and compares the timings.\n"
               "Without URLs and lists, URLs are read from standard input.\n",
    .examples = "  haul compare -i urls.txt\n"
                "  haul compare --runs 10 --modes gather,as-completed -i urls.txt\n"
                "  haul compare sleep:3 sleep:2 sleep:1\n",
    .manual = "See haul-compare(1).\n",
};

static const struct page report_page = {
    .usage = "Usage: haul report [OPTION]... [FILE]...\n",
    .purpose = "Makes pictures of records that were saved: of what 'haul -j' wrote, or better\n"
               "'haul -j --record full', which knows hops and headers. Without files, records\n"
               "are read from standard input, which is - among files, too.\n",
    .examples = "  haul -j --record full -i urls.txt > records.jsonl\n"
                "  haul report --waterfall --har records.har records.jsonl\n",
    .manual = "See haul-report(1).\n",
};

static const struct page *page_of(enum command command)
{
    switch (command) {
    case COMMAND_COMPARE:
        return &compare_page;
    case COMMAND_REPORT:
        return &report_page;
    case COMMAND_FETCH:
        break;
    }
    return &fetch_page;
}

/* Writes TEXT word by word from COLUMN on, its further lines beginning there too; and a newline. */
static void print_wrapped(FILE *stream, const char *text, int column)
{
    int at = column;
    while (*text != '\0') {
        int size = (int)strcspn(text, " ");
        if (at > column && at + 1 + size > columns) {
            fprintf(stream, "\n%*s", column, "");
            at = column;
        } else if (at > column) {
            fputc(' ', stream);
            at++;
        }
        fprintf(stream, "%.*s", size, text);
        at += size;
        text += size;
        text += strspn(text, " ");
    }
    fputc('\n', stream);
}

static void print_option(FILE *stream, const struct option_row *row)
{
    char letter[] = "    ";
    if (row->letter)
        snprintf(letter, sizeof(letter), "-%c, ", row->letter);
    int size = fprintf(stream, "  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
                       row->argument ? row->argument : "");
    /* What is too long for the left side has a line of its own. */
    if (size > text_column - 2)
        fprintf(stream, "\n%*s", text_column, "");
    else
        fprintf(stream, "%*s", text_column - size, "");
    print_wrapped(stream, row->help, text_column);
}

static void print_section(FILE *stream, enum option_section section, enum command command)
{
    bool is_titled = false;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (row->section != section || !(row->commands & (unsigned)command))
            continue;
        if (!is_titled)
            fprintf(stream, "\n%s:\n", option_section_title(section));
        is_titled = true;
        print_option(stream, row);
    }
}

void help_print(FILE *stream, enum command command)
{
    const struct page *page = page_of(command);
    fprintf(stream, "%s\n%s", page->usage, page->purpose);
    for (int section = 0; section < SECTION_COUNT; section++)
        print_section(stream, (enum option_section)section, command);
    fprintf(stream, "\nExamples:\n%s", page->examples);
    fputs("\nExit status:\n", stream);
    for (size_t i = 0; i < exit_status_count; i++) {
        if (!(exit_status_rows[i].commands & (unsigned)command))
            continue;
        fprintf(stream, "  %3d  ", (int)exit_status_rows[i].status);
        print_wrapped(stream, exit_status_rows[i].meaning, status_column);
    }
    fprintf(stream, "\n%s", page->manual);
}

void help_print_usage(FILE *stream, enum command command)
{
    fprintf(stream, "%sTry '%s --help'.\n", page_of(command)->usage, command_name(command));
}

void help_print_version(FILE *stream)
{
    char libraries[200];
    haul_version_libraries(libraries, sizeof(libraries));
    fprintf(stream, "haul %s %s\n", haul_version(), libraries);
}
