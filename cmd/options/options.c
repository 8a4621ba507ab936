#include "options/options.h"

#include "message.h"
#include "options/arguments.h"
#include "options/option_comparison.h"
#include "options/option_table.h"
#include "options/written.h"
#include "output/target.h"
#include "output/utf8.h"
#include "output/write_out.h"
#include "picture/pictures.h"

#include <haul/client.h>
#include <haul/duration.h>
#include <haul/error.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { default_concurrency = 50, default_per_host = 10, default_window = 10000, default_max_redirs = 10 };
enum { default_max_concurrency = 512, default_glob_max = 100000 };

/* Where the parser stands. */
struct parser {
    struct options *options;
    char *const *next; /* the argument behind the current one; argv ends with NULL */
    char **ret_problem;
    const struct argument_origin *origin; /* of the argument that is read; NULL: none is */
};

/* Makes the formatted text the answer, with what to do behind it. */
__attribute__((format(printf, 2, 3))) static int fail(struct parser *parser, const char *format, ...)
{
    va_list arguments;
    char *problem;
    va_start(arguments, format);
    int size = vasprintf(&problem, format, arguments);
    va_end(arguments);
    if (size < 0)
        return -ENOMEM;
    if (parser->origin && parser->origin->file)
        size = asprintf(parser->ret_problem, "%s:%zu: %s", parser->origin->file, parser->origin->line, problem);
    else
        size = asprintf(parser->ret_problem, "%s; try '%s --help'", problem, command_name(parser->options->command));
    free(problem);
    return size < 0 ? -ENOMEM : HAUL_E_INVALID;
}

/* "-c, --concurrency" or "--per-host" */
static struct excerpt shown_name(const struct option_row *row)
{
    struct excerpt name;
    if (row->letter)
        snprintf(name.text, sizeof(name.text), "-%c, --%s", row->letter, row->name);
    else
        snprintf(name.text, sizeof(name.text), "--%s", row->name);
    return name;
}

/* 'haul' and 'haul report' */
static struct excerpt commands_of(const struct option_row *row)
{
    struct excerpt those = {""};
    for (size_t i = 0; i < command_count; i++) {
        size_t size = strlen(those.text);
        if (row->commands & (unsigned)command_rows[i].command)
            snprintf(those.text + size, sizeof(those.text) - size, "%s'%s'", size > 0 ? " and " : "",
                     command_rows[i].name);
    }
    return those;
}

static int check_command(struct parser *parser, const struct option_row *row)
{
    if (row->commands & (unsigned)parser->options->command)
        return 0;
    struct excerpt those = commands_of(row);
    return fail(parser, "%s is an option of %s, not of '%s'", shown_name(row).text, those.text,
                command_name(parser->options->command));
}

/* Stores an option; VALUE is NULL where none was given with it. */
static int take_option(struct parser *parser, const struct option_row *row, const char *value)
{
    if (row->argument && !value) {
        value = *parser->next;
        if (!value)
            return fail(parser, "%s needs a value: %s", shown_name(row).text, row->argument);
        parser->next++;
    }
    char *reason = NULL;
    int code = row->read(parser->options, row, value, &reason);
    if (code == HAUL_E_INVALID) {
        code = fail(parser, "%s: %s", shown_name(row).text, reason);
        free(reason);
    }
    if (code == 0 && row->given > 0)
        *(bool *)((char *)parser->options + row->given) = true;
    /* What a configuration file has is for whatever run it may suit. */
    if (row->need != NEED_NOTHING && !parser->options->needy[row->need] && !parser->origin->file)
        parser->options->needy[row->need] = row->name;
    return code;
}

/* The name of an option without its value, which may be a secret also where the name has a typing error. */
static struct excerpt name_before(const char *text, size_t size)
{
    char name[sizeof(struct excerpt) + 1];
    size_t shown = size < sizeof(name) - 1 ? size : sizeof(name) - 1;
    memcpy(name, text, shown);
    name[shown] = '\0';
    return excerpt(name);
}

/* --name, --name value or --name=value: what stands behind the dashes. */
static int parse_long(struct parser *parser, const char *text)
{
    size_t size = strcspn(text, "=");
    const char *value = text[size] == '=' ? text + size + 1 : NULL;
    const struct option_row *row = option_find(text, size);
    if (!row) {
        const char *near = option_find_near(text, size, parser->options->command);
        const char *question = near ? " (did you mean --" : "";
        return fail(parser, "unknown option --%s%s%s%s", name_before(text, size).text, question, near ? near : "",
                    near ? "?)" : "");
    }
    int code = check_command(parser, row);
    if (code != 0)
        return code;
    if (value && !row->argument)
        return fail(parser, "%s takes no value, but was given \"%s\"", shown_name(row).text, excerpt(value).text);
    return take_option(parser, row, value);
}

static int fail_unknown_letter(struct parser *parser, const char *text)
{
    uint32_t code_point;
    size_t size = utf8_decode(text, strlen(text), &code_point);
    return fail(parser, "unknown option -%.*s", size > 0 ? (int)size : 1, text);
}

/* Letters behind one dash; the value of one that takes it is the rest, or the next argument. */
static int parse_letters(struct parser *parser, const char *letters)
{
    while (*letters != '\0' && !parser->options->help && !parser->options->version) {
        const struct option_row *row = option_find_letter(*letters);
        if (!row)
            return fail_unknown_letter(parser, letters);
        letters++;
        int code = check_command(parser, row);
        if (code == 0 && row->argument && *letters != '\0')
            return take_option(parser, row, letters);
        if (code == 0)
            code = take_option(parser, row, NULL);
        if (code != 0)
            return code;
    }
    return 0;
}

static void take_url(struct options *options, const char *text)
{
    options->items[options->item_count++] = (struct source_item){SOURCE_URL, text};
}

static int parse_arguments(struct parser *parser)
{
    const struct arguments *arguments = parser->options->arguments;
    bool are_options_over = false;
    while (*parser->next && !parser->options->help && !parser->options->version) {
        parser->origin = &arguments->origins[parser->next - arguments->list];
        const char *argument = *parser->next++;
        int code = 0;
        if (are_options_over || argument[0] != '-' || argument[1] == '\0')
            take_url(parser->options, argument);
        else if (strcmp(argument, "--") == 0)
            are_options_over = true;
        else if (argument[1] == '-')
            code = parse_long(parser, argument + 2);
        else
            code = parse_letters(parser, argument + 1);
        if (code != 0)
            return code;
    }
    return 0;
}

/* By one of its names. */
static bool is_standard_output(const struct options *options)
{
    const char *output = options->output;
    return strcmp(output, "-") == 0 || (!options->output_dir && target_descriptor(output) == STDOUT_FILENO);
}

/* Where bodies go: one of them all. */
static int complete_files(struct parser *parser)
{
    struct options *options = parser->options;
    if (options->output && options->remote_name)
        return fail(parser, "-o, --output and -O, --remote-name both name the files: give one of them");
    if (options->remote_name)
        options->output = "{name}";
    if (options->output && options->body)
        return fail(parser, "--body and -o, --output both say where bodies go: give one of them");
    if (options->continues && (options->no_clobber || options->connections.compressed || options->request.range))
        return fail(parser, "-C, --continue-at does not go together with --no-clobber, --compressed and -r, --range");
    if (options->no_clobber && options->skip_existing)
        return fail(parser, "--no-clobber and --skip-existing both say what to do with a file that is there: give one "
                            "of them");
    if (options->include_body && options->output)
        return fail(parser, "--include-body and -o, --output both say where bodies go: give one of them");
    if (!options->output || !is_standard_output(options))
        return 0;
    options->output = NULL;
    options->body = true;
    return 0;
}

/* An option that does nothing is no mistake, but hardly what was meant. */
static int complete_needs(struct options *options)
{
    const char *of_files = options->needy[NEED_FILES], *of_bodies = options->needy[NEED_BODIES];
    const char *of_records = options->needy[NEED_RECORDS];
    bool has_records = options->format == FORMAT_JSONL || options->journal || pictures_are_wanted(options);
    int size = 0;
    if (of_files && !options->output && !options->input_format.is_json)
        size = asprintf(&options->idle, "--%s does nothing without files: -o or -O makes them of the bodies", of_files);
    else if (of_bodies && !options->body)
        size = asprintf(&options->idle, "--%s does nothing without --body", of_bodies);
    else if (of_records && !has_records)
        size = asprintf(&options->idle, "--%s does nothing without records: -j writes them", of_records);
    return size < 0 ? -ENOMEM : 0;
}

static int check_written(struct parser *parser)
{
    char *problem;
    int code = written_check(parser->options, &problem);
    if (code != HAUL_E_INVALID)
        return code;
    code = fail(parser, "%s", problem);
    free(problem);
    return code;
}

static bool reads_stdin(const struct options *options)
{
    for (size_t i = 0; i < options->item_count; i++)
        if (options->items[i].kind == SOURCE_LIST && strcmp(options->items[i].text, "-") == 0)
            return true;
    return false;
}

/* What the options come to together. */
static int complete(struct parser *parser)
{
    struct options *options = parser->options;
    if (options->help || options->version)
        return 0;
    if (options->command == COMMAND_REPORT && !pictures_are_wanted(options))
        return fail(parser, "nothing says what to make of the records: give --waterfall, --report, --har or --trace");
    int code = complete_files(parser);
    if (code == 0)
        code = complete_needs(options);
    if (code == 0)
        code = check_written(parser);
    if (code != 0)
        return code;
    if (options->body && options->format != FORMAT_DEFAULT)
        return fail(parser, "--body and -j or --format both say what to write: give one of them");
    if (options->write_out && options->format != FORMAT_DEFAULT)
        return fail(parser, "-w, --write-out and -j or --format both say what to write: give one of them");
    if (options->body && options->only != ONLY_ALL)
        return fail(parser, "--only chooses among records, and with --body there are none");
    if (options->fail_fast && options->race)
        return fail(parser, "--fail-fast ends at the first failure, --race at the first success: give one of them");
    if (options->fail_fast && (options->fail_on.is_share || options->fail_on.kind == FAIL_ON_NEVER))
        return fail(parser, "--fail-fast ends a run that has failed, and with this --fail-on none does before its end");
    if (options->system_resolver && options->dns_servers)
        return fail(parser, "--dns-servers is for haul's own resolver: leave out --resolver system");
    if (options->no_private && options->connections.unix_socket)
        return fail(parser, "--unix-socket connects to this machine, which --no-private refuses: give one of them");
    if (options->is_concurrency_auto)
        options->concurrency = options->max_concurrency;
    if (options->resume && !options->journal)
        return fail(parser, "--resume goes by what --journal FILE has noted: give both");
    if (options->resume && options->repeat > 1)
        return fail(parser, "--repeat asks for what --resume leaves out: give one of them");
    if (options->dedupe && options->repeat > 1)
        return fail(parser, "--repeat asks for what --dedupe leaves out: give one of them");
    const char *problem;
    code = request_complete(&options->request, &problem);
    if (code != 0)
        return code == HAUL_E_INVALID ? fail(parser, "%s", problem) : code;
    code = options->command == COMMAND_COMPARE ? comparison_options_complete(options, &problem) : 0;
    if (code != 0)
        return code == HAUL_E_INVALID ? fail(parser, "%s", problem) : code;
    if (!options->is_per_host_given)
        options->per_host = options->is_concurrency_given ? 0 : default_per_host;
    if (options->item_count == 0) {
        options->items[options->item_count++] = (struct source_item){SOURCE_LIST, "-"};
        options->is_input_implied = true;
    }
    if ((options->request.is_data_of_stdin || options->is_format_of_stdin) && reads_stdin(options))
        return fail(parser, "standard input is read as data: give URLs as arguments, or lists with -i FILE");
    return 0;
}

/* The arguments bound how many items, and how many of each other list, there can be. */
static int init(struct options *options)
{
    struct arguments *arguments = options->arguments;
    *options = (struct options){
        .command = options->command,
        .arguments = arguments,
        .glob_max = default_glob_max,
        .repeat = 1,
        .mode = MODE_AS_COMPLETED,
        .concurrency = default_concurrency,
        .max_concurrency = default_max_concurrency,
        .window = default_window,
        .loops = 1,
        .retry_delay = HAUL_NEVER,
        .retry_max_time = HAUL_NEVER,
        .retry_budget = HAUL_NO_BUDGET,
        .max_time = HAUL_NEVER,
        .connect_timeout = 30 * HAUL_SECOND,
        .idle_timeout = 60 * HAUL_SECOND,
        .location = true,
        .max_redirs = default_max_redirs,
        .deadline = HAUL_NEVER,
    };
    comparison_options_init(&options->comparison);
    status_set_add(&options->ok_status, 100, 399);
    options->items = calloc(arguments->count + 1, sizeof(*options->items));
    options->resolve = calloc(arguments->count + 1, sizeof(*options->resolve));
    options->connect_to = calloc(arguments->count + 1, sizeof(*options->connect_to));
    return options->items && options->resolve && options->connect_to ? 0 : -ENOMEM;
}

/* Keeps the arguments behind the program's name and the subcommand for as long as the options live. */
static int take_arguments(struct options *options, char *const *first, char **ret_problem)
{
    options->arguments = calloc(1, sizeof(*options->arguments));
    if (!options->arguments)
        return -ENOMEM;
    return arguments_create(first, options->command, options->arguments, ret_problem);
}

int options_parse(int argc, char *const *argv, struct options *ret_options, char **ret_problem)
{
    /* A program can be started with no arguments at all, not even its own name. */
    char *const *first = argc > 0 ? argv + 1 : argv;
    const struct command_row *command = command_find(argc > 1 ? *first : NULL);
    struct options options = {.command = command->command};
    struct parser parser = {.options = &options, .ret_problem = ret_problem};
    int code = take_arguments(&options, command->word ? first + 1 : first, ret_problem);
    if (code == 0)
        code = init(&options);
    if (code == 0) {
        parser.next = options.arguments->list;
        code = parse_arguments(&parser);
    }
    parser.origin = NULL;
    if (code == 0)
        code = complete(&parser);
    if (code != 0) {
        options_finish(&options);
        return code;
    }
    *ret_options = options;
    return 0;
}

void options_finish(struct options *options)
{
    free(options->items);
    free(options->idle);
    free(options->base);
    comparison_options_finish(&options->comparison);
    write_out_destroy(options->write_out);
    free(options->resolve);
    free(options->connect_to);
    request_options_finish(&options->request);
    free(options->connections.proxy);
    free(options->connections.certificate);
    free(options->connections.key_password);
    if (options->arguments)
        arguments_finish(options->arguments);
    free(options->arguments);
    *options = (struct options){0};
}
