#include "options/arguments.h"

#include "options/config_file.h"
#include "options/option_table.h"
#include "options/option_value.h"
#include "output/text.h"
#include "request/data.h"

#include <haul/error.h>
#include <haul/url.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An option of the command line as it stands there. */
struct found {
    const struct option_row *row; /* of a letter or name that ends it; NULL: it is none, or none that is known */
    const char *value;            /* NULL: there is none */
    size_t prefix;                /* of letters: the bytes before the one of `row`; 0: it is all there is */
    size_t taken;                 /* arguments */
    bool is_without_file;         /* it asks for no file of the user's, or only for help */
};

static int add(struct arguments *arguments, char *argument, const char *file, size_t line)
{
    if (arguments->count + 1 >= arguments->room) {
        size_t room = 2 * arguments->room + 16;
        char **list = realloc(arguments->list, room * sizeof(*list));
        if (list)
            arguments->list = list;
        struct argument_origin *origins = realloc(arguments->origins, room * sizeof(*origins));
        if (origins)
            arguments->origins = origins;
        if (!list || !origins)
            return -ENOMEM;
        arguments->room = room;
    }
    arguments->list[arguments->count] = argument;
    arguments->origins[arguments->count] = (struct argument_origin){file, line};
    arguments->list[++arguments->count] = NULL;
    return 0;
}

/* Keeps TEXT for the arguments' life, or frees it. NULL (out of memory) is fine. */
static int own(struct arguments *arguments, char *text)
{
    if (text && arguments->owned_count == arguments->owned_room) {
        size_t room = 2 * arguments->owned_room + 16;
        char **owned = realloc(arguments->owned, room * sizeof(*owned));
        if (owned) {
            arguments->owned = owned;
            arguments->owned_room = room;
        }
    }
    if (!text || arguments->owned_count == arguments->owned_room) {
        free(text);
        return -ENOMEM;
    }
    arguments->owned[arguments->owned_count++] = text;
    return 0;
}

static bool is_row(const struct option_row *row, const char *name)
{
    return row && strcmp(row->name, name) == 0;
}

static int refuse_line(const char *path, size_t line, const char *problem, char **ret_problem)
{
    return refuse(ret_problem, "%s:%zu: %s", path, line, problem);
}

/* Adds the options of a file; of one IS_FOR_ALL commands those that COMMAND has. PATH outlives the arguments. */
static int add_parsed(struct arguments *arguments, struct config_file *file, const char *path, enum command command,
                      bool is_for_all, char **ret_problem)
{
    int code = 0;
    for (size_t i = 0; i < file->count && code == 0; i++) {
        struct config_option *option = &file->options[i];
        char *argument = option->argument;
        size_t size = strcspn(argument + 2, "=");
        const struct option_row *row = option_find(argument + 2, size);
        if (is_row(row, "config"))
            return refuse_line(path, option->line, "a configuration file names no other", ret_problem);
        if (row && row->argument && argument[2 + size] != '=')
            return refuse_line(path, option->line, "the option needs a value", ret_problem);
        if (is_for_all && row && !(row->commands & (unsigned)command))
            continue;
        option->argument = NULL;
        code = own(arguments, argument);
        if (code == 0)
            code = add(arguments, argument, path, option->line);
    }
    return code;
}

static int add_file(struct arguments *arguments, const char *path, enum command command, bool is_for_all,
                    char **ret_problem)
{
    struct text text = {0};
    struct config_file file = {0};
    const char *problem = "";
    size_t line = 0;
    int code = data_append_file(&text, path);
    if (code < 0 && code != -ENOMEM) {
        text_finish(&text);
        return refuse(ret_problem, "cannot read %s: %s", path, strerror(-code));
    }
    if (code == 0)
        code = config_file_parse(text.size > 0 ? text.bytes : "", text.size, &file, &line, &problem);
    if (code == HAUL_E_INVALID)
        code = refuse_line(path, line, problem, ret_problem);
    else if (code == 0)
        code = add_parsed(arguments, &file, path, command, is_for_all, ret_problem);
    config_file_finish(&file);
    text_finish(&text);
    return code;
}

/* The user's own file, if there is one. */
static int add_user_file(struct arguments *arguments, enum command command, char **ret_problem)
{
    const char *folder = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    char *path = NULL;
    int size = 0;
    if (folder && *folder == '/')
        size = asprintf(&path, "%s/haul/config", folder);
    else if (home && *home)
        size = asprintf(&path, "%s/.config/haul/config", home);
    else
        return 0;
    int code = own(arguments, size < 0 ? NULL : path);
    if (code != 0 || access(path, F_OK) < 0)
        return code;
    return add_file(arguments, path, command, true, ret_problem);
}

static bool is_without_file(const struct option_row *row)
{
    return is_row(row, "disable") || is_row(row, "help") || is_row(row, "version");
}

/* Looks at the option that begins at ARGV. */
static struct found look(char *const *argv)
{
    const char *text = *argv;
    struct found found = {.taken = 1};
    if (text[0] != '-' || text[1] == '\0')
        return found;
    if (text[1] == '-') {
        size_t size = strcspn(text + 2, "=");
        found.row = option_find(text + 2, size);
        found.is_without_file = is_without_file(found.row);
        found.value = text[2 + size] == '=' ? text + 2 + size + 1 : NULL;
    } else {
        size_t at = 1;
        for (; text[at] != '\0'; at++) {
            found.row = option_find_letter(text[at]);
            found.is_without_file |= is_without_file(found.row);
            if (!found.row || found.row->argument || text[at + 1] == '\0')
                break;
        }
        found.prefix = at > 1 ? at : 0;
        found.value = found.row && found.row->argument && text[at + 1] != '\0' ? text + at + 1 : NULL;
    }
    if (found.row && found.row->argument && !found.value && argv[1]) {
        found.value = argv[1];
        found.taken = 2;
    }
    return found;
}

/* Overwrites VALUE, with which ARGUMENT ends. */
static void hide_value(char *argument, const char *value)
{
    size_t size = strlen(value);
    memset(argument + strlen(argument) - size, '*', size);
}

/* Overwrites the password of a URL: what is not the same where it is masked. */
static int hide_password(char *url)
{
    size_t length = strlen(url);
    size_t room = length + sizeof("***");
    char *masked = malloc(room);
    if (!masked)
        return -ENOMEM;
    haul_url_mask(url, length, masked, room);
    size_t masked_size = strlen(masked);
    size_t begin = 0;
    while (begin < length && url[begin] == masked[begin])
        begin++;
    size_t behind = 0;
    while (behind < length - begin && behind < masked_size - begin &&
           url[length - 1 - behind] == masked[masked_size - 1 - behind])
        behind++;
    memset(url + begin, '*', length - begin - behind);
    free(masked);
    return 0;
}

/* Everybody on this machine can read the arguments of a process: from here on they have no secrets. */
static int hide_secrets(char *const *argv)
{
    bool are_options_over = false;
    int code = 0;
    while (*argv && code == 0) {
        struct found found = {.taken = 1};
        if (!are_options_over)
            found = look(argv);
        if (found.row && found.row->is_secret && found.value)
            hide_value(argv[found.taken - 1], found.value);
        else if (are_options_over || **argv != '-')
            code = hide_password(*argv);
        are_options_over |= strcmp(*argv, "--") == 0;
        argv += found.taken;
    }
    return code;
}

/* Keeps copies of the arguments. */
static int copy_given(struct arguments *arguments, char *const *argv, char ***ret_given)
{
    size_t count = 0;
    while (argv[count])
        count++;
    char **given = calloc(count + 1, sizeof(*given));
    int code = given ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && code == 0; i++) {
        given[i] = strdup(argv[i]);
        code = own(arguments, given[i]);
    }
    if (code != 0)
        free(given);
    else
        *ret_given = given;
    return code;
}

static bool wants_user_file(char *const *argv)
{
    while (*argv && strcmp(*argv, "--") != 0) {
        struct found found = look(argv);
        if (found.is_without_file)
            return false;
        argv += found.taken;
    }
    return true;
}

/* The letters before a -K at the end of them. */
static int add_prefix(struct arguments *arguments, const char *text, size_t size)
{
    char *prefix = strndup(text, size);
    int code = own(arguments, prefix);
    return code == 0 ? add(arguments, prefix, NULL, 0) : code;
}

static int add_given(struct arguments *arguments, char *const *argv, enum command command, char **ret_problem)
{
    int code = 0;
    while (*argv && code == 0 && strcmp(*argv, "--") != 0) {
        struct found found = look(argv);
        bool is_config = is_row(found.row, "config") && found.value;
        if (is_config && found.prefix > 0)
            code = add_prefix(arguments, *argv, found.prefix);
        if (is_config && code == 0)
            code = add_file(arguments, found.value, command, false, ret_problem);
        for (size_t i = 0; i < found.taken && !is_config && code == 0; i++)
            code = add(arguments, argv[i], NULL, 0);
        argv += found.taken;
    }
    for (; *argv && code == 0; argv++)
        code = add(arguments, *argv, NULL, 0);
    return code;
}

int arguments_create(char *const *argv, enum command command, struct arguments *ret_arguments, char **ret_problem)
{
    struct arguments arguments = {.list = calloc(1, sizeof(char *)), .room = 1};
    char **given = NULL;
    int code = arguments.list ? copy_given(&arguments, argv, &given) : -ENOMEM;
    if (code == 0)
        code = hide_secrets(argv);
    if (code == 0 && wants_user_file(given))
        code = add_user_file(&arguments, command, ret_problem);
    if (code == 0)
        code = add_given(&arguments, given, command, ret_problem);
    free(given);
    if (code != 0) {
        arguments_finish(&arguments);
        return code;
    }
    *ret_arguments = arguments;
    return 0;
}

void arguments_finish(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->owned_count; i++)
        free(arguments->owned[i]);
    free(arguments->owned);
    free(arguments->list);
    free(arguments->origins);
    *arguments = (struct arguments){0};
}
