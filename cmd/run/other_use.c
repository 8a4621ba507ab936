#include "run/other_use.h"

#include "input/source.h"
#include "options/options.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_same(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

static bool is_list(const struct stat *file, const struct source_item *item)
{
    struct stat list;
    if (item->kind != SOURCE_LIST)
        return false;
    int code = strcmp(item->text, "-") == 0 ? fstat(STDIN_FILENO, &list) : stat(item->text, &list);
    return code == 0 && is_same(file, &list);
}

const char *other_use(const struct options *options, const char *path)
{
    struct stat file;
    struct stat output;
    if (stat(path, &file) < 0 || !S_ISREG(file.st_mode))
        return NULL;
    for (size_t i = 0; i < options->item_count; i++)
        if (is_list(&file, &options->items[i]))
            return "it is a list that is read";
    return fstat(STDOUT_FILENO, &output) == 0 && is_same(&file, &output) ? "it is standard output" : NULL;
}
