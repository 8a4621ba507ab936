#include "picture/report.h"

#include "message.h"
#include "picture/pictures.h"
#include "picture/waterfall.h"

#include <haul/error.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many lines that are no records are told of one by one. */
enum { most_told = 5 };

struct reading {
    struct pictures *pictures;
    const char *name; /* of the file, for messages */
    uint64_t line;
    uint64_t refused;
};

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\r\n")] == '\0';
}

/* A line of SIZE bytes. A record that broke off at the end of the file is what a killed run leaves, and no mistake. */
static int take_line(struct reading *reading, const char *line, size_t size)
{
    reading->line++;
    if (is_blank(line))
        return 0;
    int code = pictures_add(reading->pictures, line, size);
    if (code != HAUL_E_INVALID)
        return code;
    if (line[size - 1] != '\n')
        return 0;
    if (++reading->refused <= most_told)
        message("%s:%" PRIu64 ": no record of haul's, and left out", reading->name, reading->line);
    return 0;
}

/* What a file is called beside others. */
static const char *short_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "standard input" : slash ? slash + 1 : path;
}

/* 0; HAUL_E_INVALID: it could not be read, or had lines that are no records; -ENOMEM. */
static int read_file(struct pictures *pictures, const char *path)
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    struct reading reading = {.pictures = pictures, .name = is_input ? "standard input" : path};
    char *line = NULL;
    size_t room = 0;
    int code = 0;
    for (ssize_t size; file && code == 0 && (size = getline(&line, &room, file)) >= 0;)
        code = take_line(&reading, line, (size_t)size);
    free(line);
    if (!file || (code == 0 && ferror(file))) {
        message("cannot read %s: %s", excerpt(reading.name).text, strerror(errno));
        code = HAUL_E_INVALID;
    }
    if (file && !is_input)
        fclose(file);
    if (reading.refused > most_told)
        message("%s: %" PRIu64 " lines were no records", excerpt(reading.name).text, reading.refused);
    return code == 0 && reading.refused > 0 ? HAUL_E_INVALID : code;
}

static enum exit_status fail(const struct picture_problem *problem)
{
    message("cannot write %s: %s", excerpt(problem->name).text, haul_error_message(problem->code));
    return EXIT_STATUS_BROKEN;
}

static int write_out(void *data, const char *bytes, size_t size)
{
    (void)data;
    errno = 0;
    if (fwrite(bytes, 1, size, stdout) == size && fflush(stdout) == 0)
        return 0;
    return errno > 0 ? -errno : -EIO;
}

enum exit_status report_command(const struct options *options)
{
    const struct waterfall_outlet outlet = {.descriptor = STDOUT_FILENO, .write = write_out};
    struct picture_problem problem;
    struct pictures *pictures;
    enum exit_status status = EXIT_STATUS_OK;
    signal(SIGPIPE, SIG_IGN);
    if (pictures_create(options, &outlet, &pictures, &problem) != 0)
        return fail(&problem);
    for (size_t i = 0; i < options->item_count && status != EXIT_STATUS_BROKEN; i++) {
        if (options->item_count > 1)
            pictures_begin_run(pictures, short_name(options->items[i].text));
        int code = read_file(pictures, options->items[i].text);
        if (code == HAUL_E_INVALID)
            status = EXIT_STATUS_USAGE;
        else if (code != 0)
            status = fail(&(struct picture_problem){"pictures", code});
    }
    if (status != EXIT_STATUS_BROKEN && pictures_end(pictures, &problem) != 0)
        status = exit_status_worse(status, problem.code == -EPIPE ? EXIT_STATUS_NO_READER : fail(&problem));
    pictures_destroy(pictures);
    return status;
}
