#include "files/file_body.h"

#include "files/digest.h"
#include "files/disposition.h"
#include "files/files.h"
#include "files/folder.h"
#include "files/part.h"
#include "files/sync.h"
#include "message.h"
#include "output/text.h"
#include "run/entry.h"
#include "status_set.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the exit status of curl would be. */
enum { write_error = 23 };

enum stage { STAGE_WRITING, STAGE_ON_DISK, STAGE_NAMED, STAGE_DONE };

struct file_body {
    struct files *files;
    struct file_body *previous; /* of those with a part */
    struct file_body *next;
    enum stage stage;
    int descriptor;    /* of the part; -1: there is none */
    char *path;        /* inside of the folder; NULL: it has no name yet */
    char *part;        /* the name of one without a path; NULL: there is none */
    struct keep *kept; /* while there is no descriptor for it; NULL: there always was */
    char *shown;       /* the path as a person would name it; NULL: there is no file */
    struct digest *digest;
    struct sync *sync;
    char *problem; /* NULL: none, or none that there was memory for */
    int error;     /* a negative errno: it cannot be written */
    char hexadecimal[DIGEST_ROOM];
};

static void note_writing(struct file_body *body)
{
    struct files *files = body->files;
    body->next = files->writing;
    if (body->next)
        body->next->previous = body;
    files->writing = body;
}

static void forget_writing(struct file_body *body)
{
    if (body->previous)
        body->previous->next = body->next;
    else
        body->files->writing = body->next;
    if (body->next)
        body->next->previous = body->previous;
    body->previous = NULL;
    body->next = NULL;
}

/* The folder that its part is in. The descriptor, or a negative errno. */
static int open_part_folder(const struct file_body *body, bool is_made)
{
    return files_open_folder(body->files, body->part ? "" : body->path, is_made);
}

static const char *part_name(const struct file_body *body)
{
    return body->part ? body->part : folder_last_component(body->path);
}

static void remove_part(const struct file_body *body)
{
    files_open_reserve(body->files);
    int folder = open_part_folder(body, false);
    if (folder >= 0) {
        part_remove(folder, part_name(body));
        close(folder);
    }
    files_close_reserve(body->files);
}

static void close_part(struct file_body *body)
{
    close(body->descriptor);
    body->descriptor = -1;
    forget_writing(body);
}

static void discard(struct file_body *body)
{
    if (body->descriptor < 0)
        return;
    remove_part(body);
    close_part(body);
}

static void drop_kept(struct file_body *body)
{
    if (body->kept)
        keep_drop(body->kept);
    free(body->kept);
    body->kept = NULL;
}

void file_body_destroy(struct file_body *body)
{
    if (!body)
        return;
    discard(body);
    drop_kept(body);
    sync_destroy(body->sync);
    digest_destroy(body->digest);
    free(body->path);
    free(body->part);
    free(body->shown);
    free(body->problem);
    free(body);
}

void file_bodies_discard(struct files *files)
{
    while (files->writing)
        discard(files->writing);
}

/* Notes what went wrong with what. CODE: a negative errno. */
static int fail(struct file_body *body, int code, const char *what)
{
    const char *path = body->path ? body->path : "its file";
    const char *prefix = body->path ? body->files->prefix : "";
    const char *reason = code == -EBUSY    ? "another program is writing it"
                         : code == -ELOOP  ? "there is a symbolic link on the way"
                         : code == -EINVAL ? "it is no regular file"
                                           : strerror(-code);
    const char *hint = code == -ENOENT && !body->files->options.makes_folders ? " (--create-dirs makes folders)" : "";
    body->error = code;
    free(body->problem);
    if (asprintf(&body->problem, "cannot %s %s%s: %s%s", what, prefix, path, reason, hint) < 0)
        body->problem = NULL;
    return code;
}

/* NAME and STATUS: of the answer, or NULL and 0. */
static int set_name(struct file_body *body, const struct entry *entry, const char *name, int status)
{
    struct text path = {0};
    int code = files_take_name(body->files, entry, name, status, &path);
    if (code == 0)
        body->path = path.bytes;
    else
        text_finish(&path);
    return code;
}

static int show_path(struct file_body *body)
{
    if (asprintf(&body->shown, "%s%s", body->files->prefix, body->path) >= 0)
        return 0;
    body->shown = NULL;
    return -ENOMEM;
}

/* A result for what is not fetched. */
static int settle(struct entry *entry, enum haul_class error_class, const char *problem)
{
    entry->result = haul_result_create_failed(haul_url_masked(entry->url), error_class, problem);
    if (!entry->result)
        return -ENOMEM;
    entry->result->ok = error_class == HAUL_CLASS_NONE;
    if (entry->result->ok)
        entry->result->message = NULL;
    return 0;
}

static int take_name_ahead(struct file_body *body, struct entry *entry)
{
    int code = set_name(body, entry, NULL, 0);
    if (code == HAUL_E_BUSY)
        return settle(entry, HAUL_CLASS_LOCAL, "too many files are called that");
    if (code != 0 || !body->files->options.skips_existing || !files_has(body->files, body->path))
        return code;
    code = show_path(body);
    return code == 0 ? settle(entry, HAUL_CLASS_NONE, "") : code;
}

int file_body_create(struct files *files, struct entry *entry)
{
    struct file_body *body = malloc(sizeof(*body));
    if (!body)
        return -ENOMEM;
    *body = (struct file_body){.files = files, .descriptor = -1};
    entry->file = body;
    return files->needs_answer ? 0 : take_name_ahead(body, entry);
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

/* The descriptor, or a negative errno. */
static int make_part(struct file_body *body)
{
    int folder = open_part_folder(body, body->files->options.makes_folders);
    if (folder < 0)
        return folder;
    int code = body->part ? 0 : check_target(folder, part_name(body));
    if (code == 0)
        code = body->part ? part_open_nameless(folder, body->part) : part_open(folder, part_name(body));
    close(folder);
    return code;
}

static int open_part(struct file_body *body)
{
    if (!body->path && !body->part)
        body->part = malloc(NAME_MAX + 1);
    int code = body->path || body->part ? make_part(body) : -ENOMEM;
    if (files_make_way(body->files, code))
        code = make_part(body);
    if (code < 0)
        return fail(body, code, "make");
    body->descriptor = code;
    note_writing(body);
    code = body->files->options.has_digest ? digest_create(&body->digest) : 0;
    return code == 0 ? 0 : fail(body, code, "make the digest of");
}

static int write_all(int descriptor, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(descriptor, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

static int write_bytes(struct file_body *body, const void *bytes, size_t size)
{
    int code = write_all(body->descriptor, bytes, size);
    if (code != 0)
        return fail(body, code, "write");
    code = body->digest ? digest_add(body->digest, bytes, size) : 0;
    return code == 0 ? 0 : fail(body, code, "make the digest of");
}

/* Connections have taken all the descriptors: what comes is kept until the body is whole, and its own is free again. */
static int keep_bytes(struct file_body *body, const void *bytes, size_t size)
{
    int code = keep_append(body->kept, bytes, size);
    return code == 0 ? 0 : fail(body, code, "keep what belongs into");
}

/* Opens its part, or finds out that it is to be kept. */
static int begin(struct file_body *body)
{
    int code = open_part(body);
    if (code != -EMFILE && code != -ENFILE)
        return code;
    body->error = 0;
    body->kept = malloc(sizeof(*body->kept));
    if (!body->kept)
        return fail(body, -ENOMEM, "make");
    *body->kept = (struct keep){.pool = &body->files->pool};
    return 0;
}

int file_body_receive(struct file_body *body, const struct haul_result *so_far, const void *bytes, size_t size)
{
    const struct files_options *options = &body->files->options;
    bool is_kept = options->keeps_failed || status_is_ok(options->ok_status, so_far->status);
    if (!is_kept || size == 0)
        return 0;
    int code = body->error;
    if (code == 0 && body->descriptor < 0 && !body->kept)
        code = begin(body);
    if (code != 0)
        return code;
    return body->kept ? keep_bytes(body, bytes, size) : write_bytes(body, bytes, size);
}

int file_body_restart(void *data)
{
    struct file_body *body = data;
    if (!body)
        return 0;
    if (body->kept)
        keep_drop(body->kept);
    if (body->descriptor >= 0 && (ftruncate(body->descriptor, 0) < 0 || lseek(body->descriptor, 0, SEEK_SET) < 0))
        return -errno;
    digest_destroy(body->digest);
    body->digest = NULL;
    return body->descriptor >= 0 && body->files->options.has_digest ? digest_create(&body->digest) : 0;
}

static int write_kept(struct file_body *body)
{
    char piece[16 * 1024];
    while (!keep_is_empty(body->kept)) {
        size_t size;
        int code = keep_take(body->kept, piece, sizeof(piece), &size);
        code = code == 0 ? write_bytes(body, piece, size) : fail(body, code, "read what belongs into");
        if (code != 0)
            return code;
    }
    return 0;
}

static bool is_wanted(const struct file_body *body, const struct haul_result *result)
{
    enum { not_modified = 304 };
    if (result->ok)
        return result->status != not_modified;
    return result->error_class == HAUL_CLASS_HTTP && body->files->options.keeps_failed;
}

/* Has the disk waited for. */
static int begin_sync(struct file_body *body, int descriptor)
{
    int code = sync_create(descriptor, &body->sync);
    if (files_make_way(body->files, code))
        code = sync_create(descriptor, &body->sync);
    return code == 0 ? HAUL_E_BUSY : fail(body, code, "wait for the disk with");
}

/* All bytes are there. */
static int finish_writing(struct file_body *body)
{
    int code = body->error;
    if (code == 0 && body->descriptor < 0)
        code = open_part(body);
    if (code == 0 && body->kept)
        code = write_kept(body);
    if (code != 0)
        return code;
    body->stage = STAGE_ON_DISK;
    return body->files->options.is_synced ? begin_sync(body, body->descriptor) : 0;
}

/* For a name that comes with the answer. */
static int take_name_behind(struct file_body *body, const struct entry *entry, const struct haul_result *result)
{
    struct text name = {0};
    const char *disposition = haul_result_header(result, "Content-Disposition");
    bool has_name = body->files->options.takes_names && disposition && disposition_append_name(&name, disposition);
    text_append(&name, "", 1);
    int code = name.failed ? -ENOMEM : set_name(body, entry, has_name ? name.bytes : NULL, result->status);
    text_finish(&name);
    if (code == HAUL_E_BUSY)
        code = -EEXIST;
    return code == 0 ? 0 : fail(body, code, "name");
}

/* The name is on the disk when the folder is. */
static int sync_folder(struct file_body *body, int folder)
{
    int descriptor = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 && files_make_way(body->files, -errno))
        descriptor = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return fail(body, -errno, "wait for the disk with");
    int code = begin_sync(body, descriptor);
    close(descriptor);
    return code;
}

static int rename_part(struct file_body *body, int part_folder, int folder)
{
    const struct files_options *options = &body->files->options;
    const char *name = folder_last_component(body->path);
    int code = body->part ? check_target(folder, name) : 0;
    if (code == 0)
        code = part_rename(part_folder, body->part ? body->part : name, folder, name, options->keeps_existing);
    if (code != 0)
        return fail(body, code, "make");
    close_part(body);
    body->stage = STAGE_NAMED;
    return options->is_synced ? sync_folder(body, folder) : 0;
}

static int give_name(struct file_body *body, const struct entry *entry, const struct haul_result *result)
{
    int part_folder = open_part_folder(body, false);
    int code = part_folder >= 0 ? 0 : fail(body, part_folder, "make");
    if (code == 0 && body->part)
        code = take_name_behind(body, entry, result);
    if (code == 0) {
        int folder = files_open_folder(body->files, body->path, body->files->options.makes_folders);
        code = folder >= 0 ? rename_part(body, part_folder, folder) : fail(body, folder, "make");
        if (folder >= 0)
            close(folder);
    }
    if (part_folder >= 0)
        close(part_folder);
    return code;
}

static int end(struct file_body *body)
{
    body->stage = STAGE_DONE;
    int code = body->digest ? digest_write(body->digest, body->hexadecimal) : 0;
    digest_destroy(body->digest);
    body->digest = NULL;
    return code == 0 ? show_path(body) : fail(body, code, "make the digest of");
}

static void tell(struct file_body *body, struct haul_result *result, int code)
{
    bool is_cancelled = code == HAUL_E_CANCELLED;
    discard(body);
    drop_kept(body);
    body->stage = STAGE_DONE;
    if (body->error == 0 && !is_cancelled)
        return;
    result->ok = false;
    result->error_class = is_cancelled ? HAUL_CLASS_CANCELLED : HAUL_CLASS_LOCAL;
    result->code = is_cancelled ? 0 : write_error;
    result->message = body->problem ? body->problem : "the file could not be written";
}

/* Goes on to the next stages, as far as it can at once. */
static int proceed(struct file_body *body, const struct entry *entry, struct haul_result *result, int code)
{
    if (code < 0)
        fail(body, code, "wait for the disk with");
    if (code == 0 && body->stage == STAGE_WRITING && is_wanted(body, result))
        code = finish_writing(body);
    if (code == 0 && body->stage == STAGE_ON_DISK)
        code = give_name(body, entry, result);
    if (code == 0 && body->stage == STAGE_NAMED)
        code = end(body);
    return code;
}

int file_body_complete(struct file_body *body, const struct entry *entry, struct haul_result *result, int code)
{
    files_open_reserve(body->files);
    code = proceed(body, entry, result, code);
    files_close_reserve(body->files);
    if (code == HAUL_E_BUSY)
        return code;
    if (body->stage != STAGE_DONE || code != 0)
        tell(body, result, code);
    return code == -ENOMEM && body->error == 0 ? code : 0;
}

struct haul_await file_body_wait(struct haul_task *task, struct file_body *body)
{
    struct sync *sync = body->sync;
    body->sync = NULL;
    return sync_run(task, sync);
}

const char *file_body_path(const struct file_body *body)
{
    return body->shown;
}

const char *file_body_digest(const struct file_body *body)
{
    return body->hexadecimal[0] != '\0' ? body->hexadecimal : NULL;
}
