#include "files/files.h"

#include "files/filename.h"
#include "files/folder.h"
#include "files/template.h"
#include "input/line_request.h"
#include "message.h"
#include "output/spill.h"
#include "output/text.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/url.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What stands before all paths: "DIRECTORY/FOLDER/", or "". */
static int make_prefix(struct files *files)
{
    const char *directory = files->options.directory;
    size_t size = directory ? strlen(directory) : 0;
    const char *slash = size > 0 && directory[size - 1] != '/' ? "/" : "";
    if (asprintf(&files->prefix, "%s%s%s", directory ? directory : "", slash,
                 files->template ? template_folder(files->template) : "") >= 0)
        return 0;
    files->prefix = NULL;
    return -ENOMEM;
}

static int open_folder(struct files *files)
{
    files->folder = folder_open(files->prefix, files->options.makes_folders);
    if (files->folder >= 0)
        return 0;
    const char *hint = files->folder == -ENOENT ? " (--create-dirs makes it)" : "";
    message("cannot use the folder %s: %s%s", excerpt(files->prefix).text, strerror(-files->folder), hint);
    return HAUL_E_INVALID;
}

static int make_template(struct files *files)
{
    char *problem;
    int code = template_create(files->options.template, &files->template, &problem);
    if (code != HAUL_E_INVALID)
        return code;
    message("\"%s\" is no name for files: %s", excerpt(files->options.template).text, problem);
    free(problem);
    return code;
}

/* A name that has no value in it and is a folder's was not meant for a file. */
static int check_literal(const struct files *files)
{
    struct text path = {0};
    struct stat status;
    if (!files->template || !template_is_literal(files->template))
        return 0;
    int code = template_expand(files->template, &(struct template_values){0}, &path);
    text_append(&path, "", 1);
    if (code == 0 && path.failed)
        code = -ENOMEM;
    if (code == 0 && fstatat(files->folder, path.bytes, &status, 0) == 0 && S_ISDIR(status.st_mode)) {
        message("%s%s is a folder: put /{name} behind it for a file of each URL", files->prefix, path.bytes);
        code = HAUL_E_INVALID;
    }
    text_finish(&path);
    return code;
}

int files_create(const struct files_options *options, struct files **ret_files)
{
    struct files *files = malloc(sizeof(*files));
    if (!files)
        return -ENOMEM;
    *files = (struct files){.options = *options, .folder = -1, .pool = {.directory = spill_directory()}};
    for (size_t i = 0; i < FILES_RESERVE; i++)
        files->reserve[i] = -1;
    keep_pool_reserve(&files->pool);
    files_close_reserve(files);
    int code = claims_init(&files->claims);
    if (code == 0 && options->template)
        code = make_template(files);
    if (code == 0)
        code = make_prefix(files);
    if (code == 0)
        code = open_folder(files);
    if (code == 0)
        code = check_literal(files);
    if (code != 0) {
        files_destroy(files);
        return code;
    }
    files->needs_answer = files->template && template_needs_answer(files->template, options->takes_names);
    if (files->needs_answer && (options->skips_existing || options->continues)) {
        message("%s must know the names of files before the answers come, and they come with the answers",
                options->continues ? "-C" : "--skip-existing");
        files_destroy(files);
        return HAUL_E_INVALID;
    }
    if (files->needs_answer && options->takes_names)
        files->options.keeps_existing = true;
    files->needs_answer |= options->has_one_winner && !options->skips_existing && !options->continues;
    *ret_files = files;
    return 0;
}

void files_destroy(struct files *files)
{
    if (!files)
        return;
    if (files->folder >= 0)
        close(files->folder);
    files_open_reserve(files);
    files_make_way(files, -EMFILE);
    keep_pool_finish(&files->pool);
    claims_finish(&files->claims);
    template_destroy(files->template);
    free(files->prefix);
    free(files);
}

void files_open_reserve(struct files *files)
{
    files->is_reserve_open = true;
}

void files_close_reserve(struct files *files)
{
    files->is_reserve_open = false;
    for (size_t i = 0; i < FILES_RESERVE; i++)
        if (files->reserve[i] < 0)
            files->reserve[i] = open("/", O_PATH | O_CLOEXEC);
}

bool files_make_way(struct files *files, int code)
{
    bool has_some = false;
    if (!files->is_reserve_open || (code != -EMFILE && code != -ENFILE))
        return false;
    for (size_t i = 0; i < FILES_RESERVE; i++) {
        if (files->reserve[i] < 0)
            continue;
        close(files->reserve[i]);
        files->reserve[i] = -1;
        has_some = true;
    }
    return has_some;
}

int files_open_folder(struct files *files, const char *path, bool is_made)
{
    int folder = folder_open_parent(files->folder, path, is_made);
    return files_make_way(files, folder) ? folder_open_parent(files->folder, path, is_made) : folder;
}

/* Whether something has the name PATH, and what it is. FLAGS: of fstatat. */
static bool look_at(struct files *files, const char *path, int flags, struct stat *ret_status)
{
    bool is_there = false;
    files_open_reserve(files);
    int folder = files_open_folder(files, path, false);
    if (folder >= 0) {
        is_there = fstatat(folder, folder_last_component(path), ret_status, flags) == 0;
        close(folder);
    }
    files_close_reserve(files);
    return is_there;
}

bool files_has(struct files *files, const char *path)
{
    struct stat status;
    return look_at(files, path, 0, &status) && S_ISREG(status.st_mode);
}

static int open_existing(struct files *files, const char *path)
{
    int folder = files_open_folder(files, path, false);
    if (folder < 0)
        return folder;
    int descriptor = openat(folder, folder_last_component(path), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int code = descriptor >= 0 ? descriptor : -errno;
    close(folder);
    return code;
}

int files_open_existing(struct files *files, const char *path)
{
    int descriptor = open_existing(files, path);
    return files_make_way(files, descriptor) ? open_existing(files, path) : descriptor;
}

/* What keeps a name that is there. */
struct keeper {
    struct files *files;
    bool has_kept;
};

static bool is_kept(void *data, const char *path)
{
    struct keeper *keeper = data;
    struct stat status;
    bool is_there = look_at(keeper->files, path, AT_SYMLINK_NOFOLLOW, &status);
    keeper->has_kept |= is_there;
    return is_there;
}

/* What a JSON line calls its file; NULL: nothing. */
static const char *own_name(const struct entry *entry)
{
    return entry->request ? entry->request->output : NULL;
}

bool files_want(const struct files *files, const struct entry *entry)
{
    return haul_url_scheme(entry->url) != HAUL_URL_SLEEP && (files->template || own_name(entry));
}

bool files_name_needs_answer(const struct files *files, const struct entry *entry)
{
    return files->needs_answer && !own_name(entry);
}

/* It comes with the list, and so from anybody. */
static int append_own_name(const char *name, struct text *path)
{
    struct text raw = {0};
    filename_append_path(&raw, name, strlen(name));
    template_append_clean(path, raw.bytes, raw.size);
    int code = raw.failed || path->failed ? -ENOMEM : 0;
    text_finish(&raw);
    return code;
}

int files_take_name(struct files *files, const struct entry *entry, const char *name, int status, struct text *ret_path,
                    bool *ret_gives_way)
{
    const struct template_values values = {
        .url = entry->url,
        .index = entry->index,
        .line = entry->line,
        .tag = entry->tag,
        .tag_size = entry->tag_size,
        .is_tag_json = entry->is_tag_json,
        .globs = entry->globs,
        .glob_count = entry->glob_count,
        .status = status,
        .name = name,
    };
    struct text path = {0};
    const char *own = own_name(entry);
    int code = own ? append_own_name(own, &path) : template_expand(files->template, &values, &path);
    struct keeper keeper = {.files = files};
    claims_refuse_fn *refuse = files->options.keeps_existing ? is_kept : NULL;
    if (code == 0)
        code = claims_take(&files->claims, path.bytes, path.size, refuse, &keeper, ret_path);
    text_finish(&path);
    if (code == 0)
        *ret_gives_way = keeper.has_kept;
    return code;
}

int files_pass_name(struct files *files, const struct entry *entry)
{
    struct text path = {0};
    bool ignored;
    if (!files_want(files, entry) || files_name_needs_answer(files, entry))
        return 0;
    int code = files_take_name(files, entry, NULL, 0, &path, &ignored);
    text_finish(&path);
    return code == HAUL_E_BUSY ? 0 : code;
}

int files_reserve(struct files *files, const char *path, size_t size)
{
    size_t prefix = strlen(files->prefix);
    bool is_here = size > prefix && memcmp(path, files->prefix, prefix) == 0;
    return is_here ? claims_keep(&files->claims, path + prefix, size - prefix) : 0;
}
