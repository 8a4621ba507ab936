#include "option_output.h"

#include "message.h"
#include "option_value.h"

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

int read_only(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    (void)row;
    bool is_ok = strcmp(value, "ok") == 0;
    if (!is_ok && strcmp(value, "failed") != 0)
        return refuse(ret_problem, "\"%s\" is not one of ok and failed", excerpt(value).text);
    options->only = is_ok ? ONLY_OK : ONLY_FAILED;
    return 0;
}

int read_colour(struct options *options, const struct option_row *row, const char *value, char **ret_problem)
{
    static const char *const names[] = {[COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"};
    (void)row;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(value, names[i]) == 0) {
            options->colour = (enum colour)i;
            return 0;
        }
    }
    return refuse(ret_problem, "\"%s\" is not one of auto, always and never", excerpt(value).text);
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
