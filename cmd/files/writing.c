#include "files/writing.h"

#include "files/digest.h"
#include "files/files.h"
#include "files/folder.h"
#include "files/validator.h"

#include <haul/error.h>
#include <haul/result.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void writing_init(struct writing *writing, struct files *files, const struct haul_url *url)
{
    *writing =
        (struct writing){.files = files, .url = url, .draft = {.files = files, .descriptor = -1}, .rest = {.end = -1}};
}

static void drop_digest(struct writing *writing)
{
    digest_destroy(writing->digest);
    writing->digest = NULL;
}

void writing_finish(struct writing *writing)
{
    draft_discard(&writing->draft);
    drop_digest(writing);
    rest_finish(&writing->rest);
    free(writing->problem);
    writing->problem = NULL;
}

int writing_fail(struct writing *writing, int code, const char *what)
{
    const char *path = writing->path ? writing->path : "its file";
    const char *prefix = writing->path ? writing->files->prefix : "";
    const char *reason = code == -EBUSY     ? "another program is writing it"
                         : code == -EEXIST  ? "its .part is there, and is no regular file"
                         : code == -ELOOP   ? "there is a symbolic link on the way"
                         : code == -EINVAL  ? "it is no regular file"
                         : code == -EBADMSG ? "what the server sends does not go on from what is there"
                         : code == -ESTALE  ? "another program has changed it"
                                            : strerror(-code);
    bool wants_folder = code == -ENOENT && !writing->files->options.makes_folders;
    const char *hint = wants_folder ? " (--create-dirs makes folders)" : "";
    writing->error = code;
    free(writing->problem);
    if (asprintf(&writing->problem, "cannot %s %s%s: %s%s", what, prefix, path, reason, hint) < 0)
        writing->problem = NULL;
    return code;
}

static int begin_digest(struct writing *writing)
{
    drop_digest(writing);
    int code = writing->files->options.has_digest ? digest_create(&writing->digest) : 0;
    return code == 0 ? 0 : writing_fail(writing, code, "make the digest of");
}

static int open_rest(struct writing *writing)
{
    int64_t begin = writing->rest.begin;
    int code = draft_reopen(&writing->draft, begin);
    if (code != 0)
        return writing_fail(writing, code, "continue");
    writing->draft.is_continued = true;
    writing->is_joined = false;
    bool is_there = pread(writing->draft.descriptor, &writing->last, 1, begin - 1) == 1;
    return is_there ? 0 : writing_fail(writing, -ESTALE, "continue");
}

/* So that it can be continued, if the answer tells by what. */
static int save_validator(struct writing *writing, const struct haul_result *result)
{
    int folder = files_open_folder(writing->files, writing->path, false);
    const char *name = folder_last_component(writing->path);
    int code = folder < 0 ? folder : validator_write(folder, name, writing->url, result);
    if (folder >= 0)
        close(folder);
    writing->draft.is_continued = code == 0;
    bool is_well = code == 0 || code == HAUL_E_DRAINED || code == -EMFILE || code == -ENFILE;
    return is_well ? 0 : writing_fail(writing, code, "continue");
}

static int open_new(struct writing *writing, const struct haul_result *result)
{
    int code = draft_open(&writing->draft);
    if (code != 0)
        return writing_fail(writing, code, "make");
    writing->rest.is_gone = true;
    if (writing->files->options.continues && result->status < 400)
        code = save_validator(writing, result);
    return code == 0 ? begin_digest(writing) : code;
}

/* What was left is of no use: it goes, so that the next run begins anew. */
static void drop_begin(struct writing *writing)
{
    if (writing_is_open(writing) || draft_reopen(&writing->draft, writing->rest.begin) == 0) {
        writing->draft.is_continued = false;
        draft_discard(&writing->draft);
    }
}

static int refuse_rest(struct writing *writing)
{
    drop_begin(writing);
    return writing_fail(writing, -EBADMSG, "continue");
}

void writing_heed_refusal(struct writing *writing, const struct haul_result *result)
{
    if (rest_is_refused(&writing->rest, result))
        drop_begin(writing);
}

static bool is_rest(const struct writing *writing)
{
    return writing->rest.end >= 0;
}

int writing_open(struct writing *writing, const struct haul_result *result)
{
    if (rest_check(&writing->rest, result) != 0)
        return refuse_rest(writing);
    return is_rest(writing) ? open_rest(writing) : open_new(writing, result);
}

bool writing_is_open(const struct writing *writing)
{
    return writing->draft.descriptor >= 0;
}

/* What comes first has to be the byte that was there last. */
static int join(struct writing *writing, const char **inout_bytes, size_t *inout_size)
{
    if (!is_rest(writing) || writing->is_joined || *inout_size == 0)
        return 0;
    if ((unsigned char)**inout_bytes != writing->last)
        return refuse_rest(writing);
    writing->is_joined = true;
    ++*inout_bytes;
    --*inout_size;
    return 0;
}

int writing_add(struct writing *writing, const char *bytes, size_t size)
{
    int code = join(writing, &bytes, &size);
    if (code != 0)
        return code;
    code = draft_write(&writing->draft, bytes, size);
    if (code != 0)
        return writing_fail(writing, code, "write");
    code = writing->digest ? digest_add(writing->digest, bytes, size) : 0;
    return code == 0 ? 0 : writing_fail(writing, code, "make the digest of");
}

int writing_end(struct writing *writing)
{
    if (is_rest(writing) && writing->draft.size != writing->rest.end)
        return refuse_rest(writing);
    int code = draft_flush(&writing->draft);
    return code == 0 ? 0 : writing_fail(writing, code, "write");
}

void writing_restart(struct writing *writing)
{
    draft_discard(&writing->draft);
    writing->draft.is_continued = false;
    drop_digest(writing);
}
