/* haul fetches lists of URLs. Where to find what:
 *
 *     cmd/                the command: it knows the library by its public headers alone
 *         main.c          dispatch
 *         hash_table.c    what is remembered of millions of lines: by dedupe, resume, etags, and the names of files
 *         options/        the command line: option_table.c is the table of all options, options.c reads by it, help.c
 *                         prints it, arguments.c adds what configuration files say
 *         completion/     makes the shells' completions from the table, while haul is built
 *         input/          where URLs come from: source.c gives lines, line.c and json_line.c take one
 *                         apart, glob.c makes many URLs of one
 *         request/        what is sent: data, query, cookies, and the library's request that comes of the options
 *         run/            `haul`: the front starts fetches within its limits, the order lets their results leave;
 *                         program.c has what both subcommands stand on
 *         files/          bodies as files: their names, and how they come to be
 *         output/         what is written: lines, records, CSV, --write-out, bodies, progress, summary, and the writer
 *                         below them all
 *         compare/        `haul compare`: variants run in rounds, statistics and tests, table, words, exports
 *         picture/        what is drawn of records, while they come or with `haul report`: track.c reads one, and page/
 *                         has the report's HTML, style and script
 *     lib/                the library, libhaul
 *         haul/           its public headers: begin with coroutine.h, task.h, gather.h and client.h
 *         base/           floor 0: errors, memory, heap, clock, durations
 *         core/           floor 1: poll (the door to libev), loop, future, task, and what is awaited
 *         io/             floor 2: streams, threads for calls that block, processes
 *         net/            floor 2: URLs, and fetching them: client, hop, transfer (the door to libcurl)
 *         examples/       small programs on the library
 *     tests/              unit/, command/, the loopback origin/, fuzz/, bench/
 *
 * The way of a URL: source -> line -> entry -> front -> haul_fetch -> result -> order -> output. */
#include "compare/compare.h"
#include "exit_status.h"
#include "message.h"
#include "options/help.h"
#include "options/options.h"
#include "picture/report.h"
#include "request/password.h"
#include "run/fetch.h"

#include <haul/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file that is opened must not become standard input, output or error where one of these was closed. What stands in
 * for a closed one gives an error to who uses it: opened for the wrong direction. */
static void hold_standard_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0)
            (void)open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* Ends what --help or --version wrote. */
static enum exit_status finish_standard_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_STATUS_OK;
    if (errno == EPIPE)
        return EXIT_STATUS_NO_READER;
    message("cannot write to standard output: %s", strerror(errno));
    return EXIT_STATUS_BROKEN;
}

static enum exit_status run(struct options *options)
{
    const char *problem;
    if (options->help || options->version) {
        if (options->help)
            help_print(stdout, options->command);
        else
            help_print_version(stdout);
        return finish_standard_output();
    }
    if (options->is_input_implied && isatty(STDIN_FILENO)) {
        help_print_usage(stderr, options->command);
        return EXIT_STATUS_USAGE;
    }
    int code = password_complete(&options->request, &problem);
    if (code != 0) {
        message("%s", code == HAUL_E_INVALID ? problem : haul_error_message(code));
        return code == HAUL_E_INVALID ? EXIT_STATUS_USAGE : EXIT_STATUS_BROKEN;
    }
    switch (options->command) {
    case COMMAND_COMPARE:
        return compare_command(options);
    case COMMAND_REPORT:
        return report_command(options);
    case COMMAND_FETCH:
        break;
    }
    if (options->idle)
        message("%s", options->idle);
    return fetch_command(options);
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    struct options options;
    char *problem;
    int code = options_parse(argc, argv, &options, &problem);
    if (code == HAUL_E_INVALID) {
        message("%s", problem);
        free(problem);
        return EXIT_STATUS_USAGE;
    }
    if (code != 0) {
        message("%s", haul_error_message(code));
        return EXIT_STATUS_BROKEN;
    }
    enum exit_status status = run(&options);
    options_finish(&options);
    return (int)status;
}
