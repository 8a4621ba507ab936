#include "files/file_body.h"

#include "files/digest.h"
#include "files/disposition.h"
#include "files/draft.h"
#include "files/files.h"
#include "files/folder.h"
#include "files/rest.h"
#include "files/sync.h"
#include "files/validator.h"
#include "options/status_set.h"
#include "output/text.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/request.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the exit status of curl would be. */
enum { write_error = 23 };

enum stage { STAGE_WRITING, STAGE_ON_DISK, STAGE_NAMED, STAGE_DONE };

struct file_body {
    struct files *files;
    const struct entry *entry;
    enum stage stage;
    struct draft draft;
    char *path;        /* inside of the folder; NULL: it has no name yet */
    struct keep *kept; /* while there is no descriptor for it; NULL: there always was */
    char *shown;       /* the path as a person would name it; NULL: there is no file */
    struct digest *digest;
    struct sync *sync;
    struct rest rest;
    bool is_joined;     /* the rest has begun to come */
    unsigned char last; /* byte of what was left */
    char *problem;      /* NULL: none, or none that there was memory for */
    int error;          /* a negative errno: it cannot be written */
    char hexadecimal[DIGEST_ROOM];
};

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
    draft_discard(&body->draft);
    drop_kept(body);
    sync_destroy(body->sync);
    digest_destroy(body->digest);
    rest_finish(&body->rest);
    free(body->path);
    free(body->shown);
    free(body->problem);
    free(body);
}

/* Notes what went wrong with what. CODE: a negative errno. */
static int fail(struct file_body *body, int code, const char *what)
{
    const char *path = body->path ? body->path : "its file";
    const char *prefix = body->path ? body->files->prefix : "";
    const char *reason = code == -EBUSY     ? "another program is writing it"
                         : code == -ELOOP   ? "there is a symbolic link on the way"
                         : code == -EINVAL  ? "it is no regular file"
                         : code == -EBADMSG ? "what the server sends does not go on from what is there"
                         : code == -ESTALE  ? "another program has changed it"
                                            : strerror(-code);
    const char *hint = code == -ENOENT && !body->files->options.makes_folders ? " (--create-dirs makes folders)" : "";
    body->error = code;
    free(body->problem);
    if (asprintf(&body->problem, "cannot %s %s%s: %s%s", what, prefix, path, reason, hint) < 0)
        body->problem = NULL;
    return code;
}

/* NAME and STATUS: of the answer, or NULL and 0. */
static int set_name(struct file_body *body, const char *name, int status)
{
    struct text path = {0};
    int code = files_take_name(body->files, body->entry, name, status, &path);
    if (code == 0)
        body->draft.path = body->path = path.bytes;
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
    const struct files_options *options = &body->files->options;
    int code = set_name(body, NULL, 0);
    if (code == HAUL_E_BUSY)
        return settle(entry, HAUL_CLASS_LOCAL, "too many files are called that");
    if (code != 0 || (!options->skips_existing && !options->continues))
        return code;
    if (!files_has(body->files, body->path))
        return options->continues ? rest_ask(&body->rest, body->files, entry, body->path) : 0;
    code = show_path(body);
    return code == 0 ? settle(entry, HAUL_CLASS_NONE, "") : code;
}

int file_body_create(struct files *files, struct entry *entry)
{
    struct file_body *body = malloc(sizeof(*body));
    if (!body)
        return -ENOMEM;
    *body = (struct file_body){
        .files = files, .entry = entry, .draft = {.files = files, .descriptor = -1}, .rest = {.end = -1}};
    entry->file = body;
    return files_name_needs_answer(files, entry) ? 0 : take_name_ahead(body, entry);
}

static int begin_digest(struct file_body *body)
{
    int code = body->files->options.has_digest ? digest_create(&body->digest) : 0;
    return code == 0 ? 0 : fail(body, code, "make the digest of");
}

/* The digest is of all of the file. */
static int digest_begin(struct file_body *body)
{
    char piece[64 * 1024];
    int64_t done = 0;
    while (body->digest && done < body->rest.begin) {
        int64_t left = body->rest.begin - done;
        size_t wanted = left < (int64_t)sizeof(piece) ? (size_t)left : sizeof(piece);
        ssize_t size = pread(body->draft.descriptor, piece, wanted, done);
        int code = size < 0 ? -errno : size == 0 ? -EIO : digest_add(body->digest, piece, (size_t)size);
        if (code != 0)
            return fail(body, code, "read");
        done += size;
    }
    return 0;
}

static int reopen_draft(struct file_body *body)
{
    int code = draft_reopen(&body->draft, body->rest.begin);
    if (code != 0)
        return fail(body, code, "continue");
    body->draft.is_continued = true;
    body->is_joined = false;
    if (pread(body->draft.descriptor, &body->last, 1, body->rest.begin - 1) != 1)
        return fail(body, -ESTALE, "continue");
    code = begin_digest(body);
    return code == 0 ? digest_begin(body) : code;
}

/* So that it can be continued, if the answer tells by what. */
static int save_validator(struct file_body *body, const struct haul_result *result)
{
    int folder = files_open_folder(body->files, body->path, false);
    int code =
        folder < 0 ? folder : validator_write(folder, folder_last_component(body->path), body->entry->url, result);
    if (folder >= 0)
        close(folder);
    body->draft.is_continued = code == 0;
    return code == HAUL_E_DRAINED || code == -EMFILE || code == -ENFILE || code == 0 ? 0 : fail(body, code, "continue");
}

static int open_draft(struct file_body *body, const struct haul_result *result)
{
    if (body->rest.end >= 0)
        return reopen_draft(body);
    int code = draft_open(&body->draft);
    if (code != 0)
        return fail(body, code, "make");
    body->rest.is_gone = true;
    if (body->files->options.continues && result->status < 400)
        code = save_validator(body, result);
    return code == 0 ? begin_digest(body) : code;
}

/* What was left is of no use: it goes, so that the next run begins anew. */
static void drop_begin(struct file_body *body)
{
    if (body->draft.descriptor >= 0 || draft_reopen(&body->draft, body->rest.begin) == 0) {
        body->draft.is_continued = false;
        draft_discard(&body->draft);
    }
}

static int refuse_rest(struct file_body *body)
{
    drop_begin(body);
    return fail(body, -EBADMSG, "continue");
}

static int check_rest(struct file_body *body, const struct haul_result *result)
{
    int code = rest_check(&body->rest, result);
    return code == 0 ? 0 : refuse_rest(body);
}

/* What comes first has to be the byte that was there last. */
static int join(struct file_body *body, const char **inout_bytes, size_t *inout_size)
{
    if (body->rest.end < 0 || body->is_joined || *inout_size == 0)
        return 0;
    if ((unsigned char)**inout_bytes != body->last)
        return refuse_rest(body);
    body->is_joined = true;
    ++*inout_bytes;
    --*inout_size;
    return 0;
}

static int write_bytes(struct file_body *body, const char *bytes, size_t size)
{
    int code = join(body, &bytes, &size);
    if (code != 0)
        return code;
    code = draft_write(&body->draft, bytes, size);
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

/* Opens its draft, or finds out that it is to be kept. */
static int begin(struct file_body *body, const struct haul_result *so_far)
{
    int code = check_rest(body, so_far);
    if (code == 0)
        code = open_draft(body, so_far);
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
    if (code == 0 && body->draft.descriptor < 0 && !body->kept)
        code = begin(body, so_far);
    if (code != 0)
        return code;
    return body->kept ? keep_bytes(body, bytes, size) : write_bytes(body, bytes, size);
}

/* The next attempt asks for the same, and may not come to an answer: what can be continued stays until one is there. */
int file_body_restart(struct file_body *body)
{
    if (body->error != 0)
        return body->error;
    draft_discard(&body->draft);
    body->draft.is_continued = false;
    drop_kept(body);
    digest_destroy(body->digest);
    body->digest = NULL;
    return 0;
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
    const struct haul_request *request = entry_request(body->entry, body->files->options.request);
    bool has_none = (result->method && strcmp(result->method, "HEAD") == 0) || (request && request->ends_with_header);
    if (has_none)
        return false;
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
static int finish_writing(struct file_body *body, const struct haul_result *result)
{
    int code = body->error;
    if (code == 0 && body->draft.descriptor < 0)
        code = check_rest(body, result);
    if (code == 0 && body->draft.descriptor < 0)
        code = open_draft(body, result);
    if (code == 0 && body->kept)
        code = write_kept(body);
    if (code == 0 && body->rest.end >= 0 && body->draft.size != body->rest.end)
        code = refuse_rest(body);
    if (code != 0)
        return code;
    body->stage = STAGE_ON_DISK;
    return body->files->options.is_synced ? begin_sync(body, body->draft.descriptor) : 0;
}

/* For a name that comes with the answer. */
static int take_name_behind(struct file_body *body, const struct haul_result *result)
{
    struct text name = {0};
    const char *disposition = haul_result_header(result, "Content-Disposition");
    bool has_name = body->files->options.takes_names && disposition && disposition_append_name(&name, disposition);
    text_append(&name, "", 1);
    int code = name.failed ? -ENOMEM : set_name(body, has_name ? name.bytes : NULL, result->status);
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

static int give_name(struct file_body *body, const struct haul_result *result)
{
    const struct files_options *options = &body->files->options;
    int code = body->path ? 0 : take_name_behind(body, result);
    if (code != 0)
        return code;
    int folder = draft_rename(&body->draft, body->path, options->keeps_existing);
    if (folder < 0)
        return fail(body, folder, "make");
    body->stage = STAGE_NAMED;
    if (options->continues)
        validator_remove(folder, folder_last_component(body->path));
    code = options->is_synced ? sync_folder(body, folder) : 0;
    close(folder);
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
    draft_discard(&body->draft);
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
static int proceed(struct file_body *body, struct haul_result *result, int code)
{
    if (code < 0)
        fail(body, code, "wait for the disk with");
    if (code == 0 && body->stage == STAGE_WRITING && is_wanted(body, result))
        code = finish_writing(body, result);
    if (code == 0 && body->stage == STAGE_ON_DISK)
        code = give_name(body, result);
    if (code == 0 && body->stage == STAGE_NAMED)
        code = end(body);
    return code;
}

int file_body_complete(struct file_body *body, struct haul_result *result, int code)
{
    files_open_reserve(body->files);
    if (rest_is_refused(&body->rest, result))
        drop_begin(body);
    code = proceed(body, result, code);
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

bool file_body_is_missing(const struct file_body *body)
{
    return body->path && !files_has(body->files, body->path);
}

const char *file_body_path(const struct file_body *body)
{
    return body->shown;
}

const char *file_body_digest(const struct file_body *body)
{
    return body->hexadecimal[0] != '\0' ? body->hexadecimal : NULL;
}
