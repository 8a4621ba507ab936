#include "options/option_output.h"

#include "message.h"
#include "options/option_value.h"
#include "output/text.h"
#include "output/write_out.h"
#include "request/data.h"

#include <haul/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int read_format(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    if (format_find(value, &options->format) != 0)
        return refuse(ret_problem, "\"%s\" is not one of text, tsv, jsonl and csv", excerpt(value).text);
    return 0;
}

int read_this_format(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)value;
    (void)ret_problem;
    options->format = (enum format)row->minimum;
    return 0;
}

/* As curl does, without the ends of lines. */
static void drop_line_ends(struct text *text)
{
    size_t size = 0;
    for (size_t i = 0; i < text->size; i++)
        if (text->bytes[i] != '\n' && text->bytes[i] != '\r')
            text->bytes[size++] = text->bytes[i];
    text->size = size;
}

static int take_write_out(struct options *options, const char *format, size_t size, char **ret_problem)
{
    char *name;
    struct write_out *write_out;
    int code = write_out_create(format, size, &write_out, &name);
    if (code == HAUL_E_INVALID) {
        code = refuse(ret_problem, "there is no %s", excerpt(name).text);
        free(name);
    }
    if (code != 0)
        return code;
    write_out_destroy(options->write_out);
    options->write_out = write_out;
    return 0;
}

int read_write_out(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    if (*value != '@')
        return take_write_out(options, value, strlen(value), ret_problem);
    const char *file = value + 1;
    struct text text = {0};
    int code = data_append_file(&text, file);
    if (code < 0 && code != -ENOMEM)
        code = refuse(ret_problem, "cannot read %s: %s", excerpt(file).text, strerror(-code));
    drop_line_ends(&text);
    if (code == 0)
        code = take_write_out(options, text.size > 0 ? text.bytes : "", text.size, ret_problem);
    options->is_format_of_stdin |= strcmp(file, "-") == 0;
    text_finish(&text);
    return code;
}

int read_only(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    bool is_ok = strcmp(value, "ok") == 0;
    if (!is_ok && strcmp(value, "failed") != 0)
        return refuse(ret_problem, "\"%s\" is not one of ok and failed", excerpt(value).text);
    options->only = is_ok ? ONLY_OK : ONLY_FAILED;
    return 0;
}

/* NULL among the names is the default, which has none. */
static bool find_name(const char *const *names, size_t count, const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i] != NULL && strcmp(names[i], name) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

int read_summary(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    static const char *const names[] = {[SUMMARY_NONE] = "none", [SUMMARY_TOTAL] = "total", [SUMMARY_HOST] = "host"};
    size_t index;
    (void)row;
    if (find_name(names, sizeof(names) / sizeof(names[0]), value, &index)) {
        options->summary = (enum summary_kind)index;
        return 0;
    }
    return refuse(ret_problem, "\"%s\" is not one of none, total and host", excerpt(value).text);
}

int read_progress(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    static const char *const names[] = {
        [PROGRESS_AS_LINE] = "line", [PROGRESS_AS_BARS] = "bars", [PROGRESS_NONE] = "none"};
    size_t index;
    (void)row;
    if (find_name(names, sizeof(names) / sizeof(names[0]), value, &index)) {
        options->progress = (enum progress_kind)index;
        return 0;
    }
    return refuse(ret_problem, "\"%s\" is not one of line, bars and none", excerpt(value).text);
}

int read_colour(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    static const char *const names[] = {[COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"};
    size_t index;
    (void)row;
    if (find_name(names, sizeof(names) / sizeof(names[0]), value, &index)) {
        options->colour = (enum colour)index;
        return 0;
    }
    return refuse(ret_problem, "\"%s\" is not one of auto, always and never", excerpt(value).text);
}

int read_record(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    options->is_record_full = strcmp(value, "full") == 0;
    if (!options->is_record_full && strcmp(value, "short") != 0)
        return refuse(ret_problem, "\"%s\" is not one of short and full", excerpt(value).text);
    return 0;
}

int read_statuses(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    if (status_set_parse(value, &options->ok_status) != 0)
        return refuse(ret_problem, "\"%s\" is not a list of statuses like 200-399,403", excerpt(value).text);
    return 0;
}

int read_fail_on(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    if (fail_on_parse(value, &options->fail_on) != 0)
        return refuse(ret_problem,
                      "\"%s\" is not a list of one of http, error and never, one number like 5 or 5%%, and empty",
                      excerpt(value).text);
    return 0;
}
