#include "files/draft.h"

#include "files/files.h"
#include "files/folder.h"
#include "files/part.h"
#include "files/validator.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void note(struct draft *draft)
{
    struct files *files = draft->files;
    draft->next = files->drafts;
    if (draft->next)
        draft->next->before = draft;
    files->drafts = draft;
}

static void forget(struct draft *draft)
{
    if (draft->before)
        draft->before->next = draft->next;
    else
        draft->files->drafts = draft->next;
    if (draft->next)
        draft->next->before = draft->before;
    draft->before = NULL;
    draft->next = NULL;
}

/* The folder that it is in. The descriptor, or a negative errno. */
static int open_folder(const struct draft *draft, bool is_made)
{
    return files_open_folder(draft->files, draft->number ? "" : draft->path, is_made);
}

static const char *name_of(const struct draft *draft)
{
    return draft->number ? draft->number : folder_last_component(draft->path);
}

/* What a name stands for must be a file, or nothing, or a link, which the file takes the place of. */
static int check_target(int folder, const char *name)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (S_ISDIR(status.st_mode))
        return -EISDIR;
    return S_ISREG(status.st_mode) || S_ISLNK(status.st_mode) ? 0 : -EINVAL;
}

/* A new file must not seem to be the begin of what an older validator was for. */
static int open_new(const struct draft *draft, int folder)
{
    if (draft->number)
        return part_open_nameless(folder, draft->number);
    int code = part_open(folder, name_of(draft));
    if (code >= 0)
        validator_remove(folder, name_of(draft));
    return code;
}

/* The descriptor, or a negative errno. SIZE: of what is there; -1 where the file is new. */
static int try_to_open(const struct draft *draft, int64_t size)
{
    int folder = open_folder(draft, draft->files->options.makes_folders);
    if (folder < 0)
        return folder;
    int code = draft->number ? 0 : check_target(folder, name_of(draft));
    if (code == 0)
        code = size >= 0 ? part_reopen(folder, name_of(draft), size) : open_new(draft, folder);
    close(folder);
    return code;
}

static int open_at(struct draft *draft, int64_t size)
{
    if (!draft->path && !draft->number)
        draft->number = malloc(NAME_MAX + 1);
    int code = draft->path || draft->number ? try_to_open(draft, size) : -ENOMEM;
    if (files_make_way(draft->files, code))
        code = try_to_open(draft, size);
    if (code < 0)
        return code;
    draft->descriptor = code;
    draft->size = size >= 0 ? size : 0;
    note(draft);
    return 0;
}

int draft_open(struct draft *draft)
{
    return open_at(draft, -1);
}

int draft_reopen(struct draft *draft, int64_t size)
{
    return open_at(draft, size);
}

int draft_write(struct draft *draft, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t written = write(draft->descriptor, (const char *)bytes + done, size - done);
        if (written < 0 && errno != EINTR)
            return -errno;
        done += written > 0 ? (size_t)written : 0;
    }
    draft->size += (int64_t)size;
    return 0;
}

/* Each close of a file flushes it, that of a copy, too, and the draft itself keeps its lock. */
int draft_flush(struct draft *draft)
{
    int copy = fcntl(draft->descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0 && files_make_way(draft->files, -errno))
        copy = fcntl(draft->descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return -errno;
    return close(copy) == 0 || errno == EINTR ? 0 : -errno;
}

static void close_file(struct draft *draft)
{
    close(draft->descriptor);
    draft->descriptor = -1;
    forget(draft);
    free(draft->number);
    draft->number = NULL;
}

static int rename_into(struct draft *draft, int folder, const char *name, bool is_new)
{
    int code = draft->number ? check_target(folder, name) : 0;
    int own_folder = code == 0 ? open_folder(draft, false) : code;
    if (own_folder < 0)
        return own_folder;
    code = part_check(own_folder, name_of(draft), draft->descriptor, draft->size);
    if (code == 0)
        code = part_rename(own_folder, name_of(draft), folder, name, is_new);
    close(own_folder);
    return code;
}

int draft_rename(struct draft *draft, const char *path, bool is_new)
{
    int folder = files_open_folder(draft->files, path, draft->files->options.makes_folders);
    int code = folder >= 0 ? rename_into(draft, folder, folder_last_component(path), is_new) : folder;
    if (code == 0) {
        close_file(draft);
        return folder;
    }
    if (folder >= 0)
        close(folder);
    return code;
}

void draft_discard(struct draft *draft)
{
    if (draft->descriptor < 0) {
        free(draft->number);
        draft->number = NULL;
        return;
    }
    files_open_reserve(draft->files);
    int folder = draft->is_continued ? -1 : open_folder(draft, false);
    if (folder >= 0) {
        part_remove(folder, name_of(draft));
        if (draft->files->options.continues && !draft->number)
            validator_remove(folder, name_of(draft));
        close(folder);
    }
    close_file(draft);
    files_close_reserve(draft->files);
}

void drafts_discard(struct files *files)
{
    while (files->drafts)
        draft_discard(files->drafts);
}
