#include "options/written.h"

#include "input/source.h"
#include "message.h"
#include "options/option_value.h"
#include "options/options.h"
#include "output/target.h"
#include "output/write_out.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

enum { most_written = 12 };

/* A file that an option has written. */
struct written {
    const char *option;
    const char *path; /* NULL: none */
};

/* What is there and no regular file takes what both write. */
static bool is_same_file(const char *one, const char *other)
{
    struct stat of_one, of_other;
    bool is_there = stat(one, &of_one) == 0;
    if (is_there && !S_ISREG(of_one.st_mode))
        return false;
    if (strcmp(one, "-") == 0 || target_descriptor(one) >= 0)
        return false;
    if (strcmp(one, other) == 0)
        return true;
    return is_there && stat(other, &of_other) == 0 && of_one.st_dev == of_other.st_dev &&
           of_one.st_ino == of_other.st_ino;
}

/* Those that are one option's alone. */
static void find_all(const struct options *options, struct written all[most_written])
{
    bool is_path = options->output && !options->output_dir && !strchr(options->output, '{');
    const struct written found[most_written] = {
        {"-o, --output", is_path ? options->output : NULL},
        {"--failed", options->failed},
        {"--journal", options->journal},
        {"--summary-json", options->summary_json},
        {"--etags", options->etags},
        {"--report", options->report},
        {"--har", options->har},
        {"--trace", options->trace},
        {"--export-json", options->comparison.files[EXPORT_JSON]},
        {"--export-csv", options->comparison.files[EXPORT_CSV]},
        {"--export-markdown", options->comparison.files[EXPORT_MARKDOWN]},
        {"--cookie-jar", options->request.cookie_jar},
    };
    memcpy(all, found, sizeof(found));
}

/* A file of the format is emptied before the first line is read, or grows with each. */
static int check_format_file(const struct options *options, const struct written *all, const char *path,
                             char **ret_problem)
{
    for (size_t i = 0; i < most_written; i++)
        if (all[i].path && is_same_file(path, all[i].path))
            return refuse(ret_problem, "-w, --write-out and %s would write the same file: name another for one of them",
                          all[i].option);
    for (size_t i = 0; i < options->item_count; i++)
        if (options->items[i].kind == SOURCE_LIST && is_same_file(path, options->items[i].text))
            return refuse(ret_problem, "-w, --write-out would write %s, which is a list that is read",
                          excerpt(path).text);
    return 0;
}

/* A picture does not take the place of the records that it is made of. */
static int check_records(const struct options *options, const struct written *all, char **ret_problem)
{
    if (options->command != COMMAND_REPORT)
        return 0;
    for (size_t i = 0; i < options->item_count; i++)
        for (size_t j = 0; j < most_written; j++)
            if (all[j].path && is_same_file(all[j].path, options->items[i].text))
                return refuse(ret_problem, "%s would write over the records: name another file", all[j].option);
    return 0;
}

int written_check(const struct options *options, char **ret_problem)
{
    struct written all[most_written];
    find_all(options, all);
    for (size_t i = 0; i < most_written; i++)
        for (size_t j = i + 1; j < most_written; j++)
            if (all[i].path && all[j].path && is_same_file(all[i].path, all[j].path))
                return refuse(ret_problem, "%s and %s would write the same file: name another for one of them",
                              all[i].option, all[j].option);
    int code = check_records(options, all, ret_problem);
    size_t count = options->write_out ? write_out_file_count(options->write_out) : 0;
    for (size_t i = 0; i < count && code == 0; i++)
        code = check_format_file(options, all, write_out_file(options->write_out, i)->path, ret_problem);
    return code;
}
