#include "option_table.h"

#include "option_output.h"
#include "option_value.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct options, member)

enum { FETCH = COMMAND_FETCH, COMPARE = COMMAND_COMPARE, BOTH = COMMAND_FETCH | COMMAND_COMPARE };

/* clang-format off */
const struct option_row option_rows[] = {
    {"input", 'i', "FILE", "read URLs from FILE, one a line, - for standard input; may be repeated",
     SECTION_LISTS, BOTH, read_list, .offset = AT(items)},

    {"as-completed", 0, NULL, "side by side, each result as it finishes (the default)",
     SECTION_MODES, FETCH, read_this_mode, .offset = AT(mode), .minimum = MODE_AS_COMPLETED},
    {"gather", 0, NULL, "side by side, results in the order of the input",
     SECTION_MODES, FETCH, read_this_mode, .offset = AT(mode), .minimum = MODE_GATHER},
    {"sequential", 0, NULL, "one after another",
     SECTION_MODES, FETCH, read_this_mode, .offset = AT(mode), .minimum = MODE_SEQUENTIAL},
    {"mode", 0, "NAME", "the mode by its name: sequential, gather or as-completed",
     SECTION_MODES, FETCH, read_mode, .offset = AT(mode)},

    {"runs", 0, "N", "rounds, each with every mode (default 3)",
     SECTION_COMPARISON, COMPARE, read_number, .offset = AT(runs), .minimum = 1, .maximum = 10000},
    {"modes", 0, "NAMES", "the modes to compare, with commas between them (default sequential,gather,as-completed)",
     SECTION_COMPARISON, COMPARE, read_modes, .offset = AT(modes)},
    {"export-json", 0, "FILE", "write the figures to FILE as JSON",
     SECTION_COMPARISON, COMPARE, read_text, .offset = AT(export_json)},

    {"concurrency", 'c', "N", "transfers in flight at most (default 50)",
     SECTION_LIMITS, BOTH, read_number, .offset = AT(concurrency), .minimum = 1, .maximum = 100000,
     .given = AT(is_concurrency_given)},
    {"per-host", 0, "N", "the same for one host and port, 0 for no such limit (default 10, or 0 with -c)",
     SECTION_LIMITS, BOTH, read_number, .offset = AT(per_host), .maximum = 100000, .given = AT(is_per_host_given)},
    {"window", 0, "N", "lines read at most whose result has not left (default 10000)",
     SECTION_LIMITS, BOTH, read_number, .offset = AT(window), .minimum = 1, .maximum = 100000000},
    {"max-time", 'm', "DUR", "time for one URL with its redirects, waiting for a place not counted (default 0: no limit)",
     SECTION_LIMITS, BOTH, read_duration, .offset = AT(max_time)},
    {"connect-timeout", 0, "DUR", "time to connect, TLS included (default 30s; 0: no limit)",
     SECTION_LIMITS, BOTH, read_duration, .offset = AT(connect_timeout)},
    {"idle-timeout", 0, "DUR", "time in which nothing is received (default 60s; 0: no limit)",
     SECTION_LIMITS, BOTH, read_duration, .offset = AT(idle_timeout)},
    {"deadline", 0, "DUR", "time for the whole run; then the rest is cancelled (default 0: no limit)",
     SECTION_LIMITS, FETCH, read_duration, .offset = AT(deadline)},

    {"location", 'L', NULL, "follow redirects (the default)",
     SECTION_CONNECTIONS, BOTH, read_true, .offset = AT(location)},
    {"no-location", 0, NULL, "do not: a redirect is the result",
     SECTION_CONNECTIONS, BOTH, read_false, .offset = AT(location)},
    {"max-redirs", 0, "N", "redirects followed for one URL at most (default 10)",
     SECTION_CONNECTIONS, BOTH, read_number, .offset = AT(max_redirs), .maximum = 1000},
    {"insecure", 'k', NULL, "do not verify certificates",
     SECTION_CONNECTIONS, BOTH, read_true, .offset = AT(insecure)},
    {"cacert", 0, "FILE", "verify certificates against those in FILE (PEM)",
     SECTION_CONNECTIONS, BOTH, read_text, .offset = AT(cacert)},
    {"dns-servers", 0, "ADDRESS[:PORT][,...]", "ask these name servers instead of the system's",
     SECTION_CONNECTIONS, BOTH, read_dns_servers, .offset = AT(dns_servers)},
    {"resolver", 0, "NAME", "haul for its own, the default, or system: the C library's, a thread for each lookup",
     SECTION_CONNECTIONS, BOTH, read_resolver, .offset = AT(system_resolver)},
    {"resolve", 0, "HOST:PORT:ADDRESS[,ADDRESS]", "use these addresses for HOST and PORT, as curl does; may be repeated",
     SECTION_CONNECTIONS, BOTH, read_resolve, .offset = AT(resolve)},
    {"connect-to", 0, "HOST1:PORT1:HOST2:PORT2", "connect to HOST2 and PORT2 instead, as curl does; may be repeated",
     SECTION_CONNECTIONS, BOTH, read_connect_to, .offset = AT(connect_to)},

    {"output", 'o', "TEMPLATE", "write each body to a file: text with {name}, {host}/{path}, {index:05}, ...; or all to -",
     SECTION_FILES, FETCH, read_template, .offset = AT(output)},
    {"remote-name", 'O', NULL, "write each body to a file with the name that the URL ends with",
     SECTION_FILES, FETCH, read_true, .offset = AT(remote_name)},
    {"output-dir", 0, "DIR", "put the files in DIR",
     SECTION_FILES, FETCH, read_text, .offset = AT(output_dir)},
    {"create-dirs", 0, NULL, "make folders that are missing",
     SECTION_FILES, FETCH, read_true, .offset = AT(create_dirs)},
    {"no-clobber", 0, NULL, "replace no file: where there is one, the new one gets a number behind its name",
     SECTION_FILES, FETCH, read_true, .offset = AT(no_clobber)},
    {"skip-existing", 0, NULL, "do not fetch a URL whose file is there",
     SECTION_FILES, FETCH, read_true, .offset = AT(skip_existing)},
    {"fail-with-body", 0, NULL, "write the bodies of answers with a status of 400 or more, too",
     SECTION_FILES, FETCH, read_true, .offset = AT(fail_with_body)},
    {"fsync", 0, NULL, "a file is on the disk before its URL is done",
     SECTION_FILES, FETCH, read_true, .offset = AT(fsync)},
    {"sha256", 0, NULL, "the record has the digest of the file",
     SECTION_FILES, FETCH, read_true, .offset = AT(sha256)},

    {"ok-status", 0, "LIST", "the statuses that are ok, as 200-299,404 (default 100-399)",
     SECTION_FAILURES, FETCH, read_statuses, .offset = AT(ok_status)},
    {"fail-on", 0, "LIST", "what makes the exit status 1: http (the default), error, never, more than N or N%, empty",
     SECTION_FAILURES, FETCH, read_fail_on, .offset = AT(fail_on)},
    {"failed", 0, "FILE", "write the lines of what was not ok to FILE, to be fed again",
     SECTION_FAILURES, FETCH, read_text, .offset = AT(failed)},
    {"fail-fast", 0, NULL, "the first failure cancels the rest",
     SECTION_FAILURES, FETCH, read_true, .offset = AT(fail_fast)},
    {"fail-early", 0, NULL, "the same, as curl calls it",
     SECTION_FAILURES, FETCH, read_true, .offset = AT(fail_fast)},
    {"race", 0, NULL, "the first success wins, and cancels the rest",
     SECTION_FAILURES, FETCH, read_true, .offset = AT(race)},

    {"format", 0, "NAME", "text, tsv, jsonl or csv (default text on a terminal, tsv elsewhere)",
     SECTION_OUTPUT, FETCH, read_format, .offset = AT(format)},
    {"jsonl", 'j', NULL, "write one JSON object a URL: --format jsonl",
     SECTION_OUTPUT, FETCH, read_this_format, .offset = AT(format), .minimum = FORMAT_JSONL},
    {"only", 0, "KIND", "write only what is ok, or only what is failed",
     SECTION_OUTPUT, FETCH, read_only, .offset = AT(only)},
    {"color", 0, "WHEN", "the status of text in colour: auto (the default), always or never",
     SECTION_OUTPUT, FETCH, read_colour, .offset = AT(colour)},
    {"body", 0, NULL, "write the bodies, whole and unmixed, and no lines",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(body)},
    {"newline", 0, NULL, "end each body of --body with a newline where it has none",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(newline)},
    {"include-body", 0, NULL, "put the body into the JSON object",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(include_body)},
    {"silent", 's', NULL, "no progress, no summary",
     SECTION_OUTPUT, BOTH, read_true, .offset = AT(silent)},
    {"summary", 0, NULL, "a summary, though standard error is no terminal",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(summary)},

    {"help", 'h', NULL, "show this help",
     SECTION_OTHER, BOTH, read_true, .offset = AT(help)},
    {"version", 'V', NULL, "show the version, and those of the libraries",
     SECTION_OTHER, BOTH, read_true, .offset = AT(version)},
};
/* clang-format on */

const size_t option_count = sizeof(option_rows) / sizeof(option_rows[0]);

static const char *const titles[SECTION_COUNT] = {
    [SECTION_LISTS] = "Lists",
    [SECTION_MODES] = "Modes",
    [SECTION_COMPARISON] = "Comparison",
    [SECTION_LIMITS] = "Limits (durations DUR as 1.5, 500ms, 20s, 2m)",
    [SECTION_CONNECTIONS] = "Connections",
    [SECTION_FAILURES] = "Failures",
    [SECTION_FILES] = "Files",
    [SECTION_OUTPUT] = "Output",
    [SECTION_OTHER] = "Other",
};

const char *option_section_title(enum option_section section)
{
    return titles[section];
}

const struct option_row *option_find(const char *name, size_t size)
{
    for (size_t i = 0; i < option_count; i++)
        if (strlen(option_rows[i].name) == size && memcmp(option_rows[i].name, name, size) == 0)
            return &option_rows[i];
    return NULL;
}

const struct option_row *option_find_letter(char letter)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].letter != '\0' && option_rows[i].letter == letter)
            return &option_rows[i];
    return NULL;
}

enum { longest_name = 31, farthest = 3 };

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* How many letters have to be put in, taken out or changed to make one of the other (Levenshtein). OTHER is at most
 * longest_name long. */
static size_t edit_distance(const char *name, size_t size, const char *other)
{
    size_t columns = strlen(other);
    size_t row[longest_name + 1];
    for (size_t column = 0; column <= columns; column++)
        row[column] = column;
    for (size_t i = 0; i < size; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t column = 1; column <= columns; column++) {
            size_t above = row[column];
            row[column] = smallest(above + 1, row[column - 1] + 1, diagonal + (name[i] != other[column - 1]));
            diagonal = above;
        }
    }
    return row[columns];
}

const char *option_find_near(const char *name, size_t size, enum command command)
{
    const char *nearest = NULL;
    /* Of a short word hardly a letter would be left. */
    size_t nearest_distance = (size / 4 + 1 < farthest ? size / 4 + 1 : farthest) + 1;
    if (size == 0 || size > longest_name)
        return NULL;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->commands & (unsigned)command))
            continue;
        size_t distance = strncmp(row->name, name, size) == 0 ? 0 : edit_distance(name, size, row->name);
        if (distance < nearest_distance) {
            nearest = row->name;
            nearest_distance = distance;
        }
    }
    return nearest;
}
