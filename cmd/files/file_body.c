#include "files/file_body.h"

#include "files/digest.h"
#include "files/disposition.h"
#include "files/files.h"
#include "files/folder.h"
#include "files/reading.h"
#include "files/sync.h"
#include "files/validator.h"
#include "files/writing.h"
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

enum stage { STAGE_WRITING, STAGE_WRITTEN, STAGE_DIGESTED, STAGE_ON_DISK, STAGE_THERE, STAGE_NAMED, STAGE_DONE };

struct file_body {
    struct files *files;
    struct entry *entry;
    const struct haul_request *request; /* what is sent for the whole file */
    enum stage stage;
    struct writing writing;
    char *path;        /* inside of the folder; NULL: it has no name yet */
    char *drafted;     /* the path that its draft is named after, where another has taken that; or NULL */
    bool gives_way;    /* what it would be called was there already */
    struct keep *kept; /* while there is no descriptor for it; NULL: there always was */
    char *shown;       /* the path as a person would name it; NULL: there is no file */
    struct sync *sync;
    struct reading *reading;
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
    writing_finish(&body->writing);
    drop_kept(body);
    sync_destroy(body->sync);
    reading_destroy(body->reading);
    free(body->path);
    free(body->drafted);
    free(body->shown);
    free(body);
}

static int fail(struct file_body *body, int code, const char *what)
{
    return writing_fail(&body->writing, code, what);
}

/* The draft keeps the name that it was begun under. */
static void put_path(struct file_body *body, char *path)
{
    if (body->drafted)
        free(body->path);
    else
        body->drafted = body->path;
    body->path = path;
    body->writing.path = path;
    if (!body->drafted)
        body->writing.draft.path = path;
}

/* NAME and STATUS: of the answer, or NULL and 0. */
static int set_name(struct file_body *body, const char *name, int status)
{
    struct text path = {0};
    int code = files_take_name(body->files, body->entry, name, status, &path, &body->gives_way);
    if (code == 0)
        put_path(body, path.bytes);
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

/* A result for what has no name, and so is not fetched. */
static int refuse(struct entry *entry, const char *problem)
{
    entry->result = haul_result_create_failed(haul_url_masked(entry->url), HAUL_CLASS_LOCAL, problem);
    return entry->result ? 0 : -ENOMEM;
}

static int ask_for_rest(struct file_body *body)
{
    return rest_ask(&body->writing.rest, body->files, body->path, body->entry->url, body->request, &body->entry->sent);
}

static int take_name_ahead(struct file_body *body)
{
    const struct files_options *options = &body->files->options;
    int code = set_name(body, NULL, 0);
    if (code == HAUL_E_BUSY)
        return refuse(body->entry, "too many files are called that");
    if (code != 0 || (!options->skips_existing && !options->continues))
        return code;
    if (!files_has(body->files, body->path))
        return options->continues ? ask_for_rest(body) : 0;
    if (options->continues)
        rest_drop(body->files, body->path);
    body->stage = STAGE_THERE;
    code = show_path(body);
    return code == 0 ? HAUL_E_BUSY : code;
}

int file_body_create(struct files *files, struct entry *entry, const struct haul_request *request)
{
    struct file_body *body = malloc(sizeof(*body));
    if (!body)
        return -ENOMEM;
    *body = (struct file_body){.files = files, .entry = entry, .request = request};
    writing_init(&body->writing, files, entry->url);
    entry->file = body;
    return files_name_needs_answer(files, entry) ? 0 : take_name_ahead(body);
}

static int add_bytes(struct file_body *body, const void *bytes, size_t size)
{
    if (!body->kept)
        return writing_add(&body->writing, bytes, size);
    int code = keep_append(body->kept, bytes, size);
    return code == 0 ? 0 : fail(body, code, "keep what belongs into");
}

/* Opens its draft; or connections have taken all the descriptors, and what comes is kept until the body is whole, and
 * its own is free again. */
static int begin(struct file_body *body, const struct haul_result *so_far)
{
    int code = writing_open(&body->writing, so_far);
    if (code != -EMFILE && code != -ENFILE)
        return code;
    body->writing.error = 0;
    body->kept = malloc(sizeof(*body->kept));
    if (!body->kept)
        return fail(body, -ENOMEM, "make");
    *body->kept = (struct keep){.pool = &body->files->pool};
    return 0;
}

/* Whether the body of an answer that is not ok is written. What was left of one that was is worth more. */
static bool keeps_failed(const struct file_body *body)
{
    const struct rest *rest = &body->writing.rest;
    return body->files->options.keeps_failed && (rest->begin == 0 || rest->is_gone);
}

int file_body_receive(struct file_body *body, const struct haul_result *so_far, const void *bytes, size_t size)
{
    bool is_kept = status_is_ok(body->files->options.ok_status, so_far->status) || keeps_failed(body);
    if (!is_kept || size == 0)
        return 0;
    int code = body->writing.error;
    if (code == 0 && !writing_is_open(&body->writing) && !body->kept)
        code = begin(body, so_far);
    return code == 0 ? add_bytes(body, bytes, size) : code;
}

int file_body_restart(struct file_body *body)
{
    if (body->writing.error != 0)
        return body->writing.error;
    writing_restart(&body->writing);
    drop_kept(body);
    return body->files->options.continues ? ask_for_rest(body) : 0;
}

static int write_kept(struct file_body *body)
{
    char piece[16 * 1024];
    while (!keep_is_empty(body->kept)) {
        size_t size;
        int code = keep_take(body->kept, piece, sizeof(piece), &size);
        code = code == 0 ? writing_add(&body->writing, piece, size) : fail(body, code, "read what belongs into");
        if (code != 0)
            return code;
    }
    return 0;
}

static bool is_wanted(const struct file_body *body, const struct haul_result *result)
{
    enum { not_modified = 304 };
    bool is_head = result->method && strcmp(result->method, "HEAD") == 0;
    if (is_head || (body->request && body->request->ends_with_header))
        return false;
    if (result->ok)
        return result->status != not_modified;
    return result->error_class == HAUL_CLASS_HTTP && keeps_failed(body);
}

/* All bytes are there. */
static int finish_writing(struct file_body *body, const struct haul_result *result)
{
    int code = body->writing.error;
    if (code == 0 && !writing_is_open(&body->writing))
        code = writing_open(&body->writing, result);
    if (code == 0 && body->kept)
        code = write_kept(body);
    if (code == 0)
        code = writing_end(&body->writing);
    if (code == 0)
        body->stage = STAGE_WRITTEN;
    return code;
}

/* Has a file read for its digest, behind which NEXT comes. */
static int begin_reading(struct file_body *body, int descriptor, enum stage next)
{
    int code = reading_create(descriptor, &body->reading);
    if (files_make_way(body->files, code))
        code = reading_create(descriptor, &body->reading);
    if (code != 0)
        return fail(body, code, "read");
    body->stage = next;
    return HAUL_E_BUSY;
}

/* Of what was continued not all has been seen. */
static int make_digest(struct file_body *body)
{
    struct digest *digest = body->writing.digest;
    if (body->files->options.has_digest && !digest)
        return begin_reading(body, body->writing.draft.descriptor, STAGE_DIGESTED);
    body->stage = STAGE_DIGESTED;
    int code = digest ? digest_write(digest, body->hexadecimal) : 0;
    return code == 0 ? 0 : fail(body, code, "make the digest of");
}

/* The file was there before. */
static int digest_existing(struct file_body *body)
{
    body->stage = STAGE_NAMED;
    if (!body->files->options.has_digest)
        return 0;
    int descriptor = files_open_existing(body->files, body->path);
    if (descriptor < 0)
        return fail(body, descriptor, "read");
    int code = begin_reading(body, descriptor, STAGE_NAMED);
    close(descriptor);
    return code;
}

/* Has the disk waited for, behind which NEXT comes. */
static int begin_sync(struct file_body *body, int descriptor, enum stage next)
{
    body->stage = next;
    if (!body->files->options.is_synced)
        return 0;
    int code = sync_create(descriptor, &body->sync);
    if (files_make_way(body->files, code))
        code = sync_create(descriptor, &body->sync);
    return code == 0 ? HAUL_E_BUSY : fail(body, code, "wait for the disk with");
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
    return code;
}

static int take_name(struct file_body *body, const struct haul_result *result)
{
    bool is_behind = files_name_needs_answer(body->files, body->entry);
    int code = is_behind ? take_name_behind(body, result) : set_name(body, NULL, 0);
    if (code == HAUL_E_BUSY)
        code = -EEXIST;
    return code == 0 ? 0 : fail(body, code, "name");
}

/* The descriptor of the folder that the file is in then, or a negative errno. Where another program has been quicker,
 * and its file is not to be replaced, the next name is tried. */
static int rename_draft(struct file_body *body, const struct haul_result *result)
{
    const bool is_new = body->files->options.keeps_existing;
    int code = body->path ? 0 : take_name(body, result);
    while (code == 0) {
        int folder = draft_rename(&body->writing.draft, body->path, is_new);
        if (folder >= 0)
            return folder;
        code = is_new && folder == -EEXIST ? take_name(body, result) : fail(body, folder, "make");
    }
    return code;
}

/* The name is on the disk when the folder is. */
static int sync_folder(struct file_body *body, int folder)
{
    body->stage = STAGE_NAMED;
    if (!body->files->options.is_synced)
        return 0;
    int descriptor = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 && files_make_way(body->files, -errno))
        descriptor = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return fail(body, -errno, "wait for the disk with");
    int code = begin_sync(body, descriptor, STAGE_NAMED);
    close(descriptor);
    return code;
}

/* From here on there is a file, whatever comes. */
static int give_name(struct file_body *body, const struct haul_result *result)
{
    int folder = rename_draft(body, result);
    if (folder < 0)
        return folder;
    if (body->files->options.continues)
        validator_remove(folder, folder_last_component(body->path));
    int code = show_path(body);
    if (code == 0)
        code = sync_folder(body, folder);
    close(folder);
    return code;
}

static void tell(struct file_body *body, struct haul_result *result, int code)
{
    bool is_cancelled = code == HAUL_E_CANCELLED;
    draft_discard(&body->writing.draft);
    drop_kept(body);
    body->stage = STAGE_DONE;
    if (body->writing.error == 0 && !is_cancelled)
        return;
    result->ok = false;
    result->error_class = is_cancelled ? HAUL_CLASS_CANCELLED : HAUL_CLASS_LOCAL;
    result->code = is_cancelled ? 0 : write_error;
    result->message = body->writing.problem ? body->writing.problem : "the file could not be written";
}

/* What file_body_wait has waited for has come to CODE. */
static int end_wait(struct file_body *body, int code)
{
    const char *what = body->reading ? "read" : "wait for the disk with";
    reading_destroy(body->reading);
    body->reading = NULL;
    sync_destroy(body->sync);
    body->sync = NULL;
    return code < 0 ? fail(body, code, what) : code;
}

/* Goes on to the next stages, as far as it can at once. */
static int proceed(struct file_body *body, struct haul_result *result, int code)
{
    if (code == 0 && body->stage == STAGE_WRITING && is_wanted(body, result))
        code = finish_writing(body, result);
    if (code == 0 && body->stage == STAGE_WRITTEN)
        code = make_digest(body);
    if (code == 0 && body->stage == STAGE_DIGESTED)
        code = begin_sync(body, body->writing.draft.descriptor, STAGE_ON_DISK);
    if (code == 0 && body->stage == STAGE_ON_DISK)
        code = give_name(body, result);
    if (code == 0 && body->stage == STAGE_THERE)
        code = digest_existing(body);
    if (code == 0 && body->stage == STAGE_NAMED)
        body->stage = STAGE_DONE;
    return code;
}

int file_body_complete(struct file_body *body, struct haul_result *result, int code)
{
    files_open_reserve(body->files);
    writing_heed_refusal(&body->writing, result);
    code = proceed(body, result, end_wait(body, code));
    files_close_reserve(body->files);
    if (code == HAUL_E_BUSY)
        return code;
    if (body->stage != STAGE_DONE || code != 0)
        tell(body, result, code);
    return code == -ENOMEM && body->writing.error == 0 ? code : 0;
}

struct haul_await file_body_wait(struct haul_task *task, struct file_body *body)
{
    struct sync *sync = body->sync;
    if (body->reading)
        return reading_run(task, body->reading, body->hexadecimal);
    body->sync = NULL;
    return sync_run(task, sync);
}

bool file_body_is_missing(const struct file_body *body)
{
    return body->path && !body->gives_way && !files_has(body->files, body->path);
}

const char *file_body_path(const struct file_body *body)
{
    return body->shown;
}

const char *file_body_digest(const struct file_body *body)
{
    return body->shown && body->hexadecimal[0] != '\0' ? body->hexadecimal : NULL;
}
