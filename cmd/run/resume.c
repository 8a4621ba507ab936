#include "run/resume.h"

#include "files/files.h"
#include "message.h"
#include "run/done.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/sleep.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* So many are left out before the loop's others have their turn. */
enum { passed_at_once = 1000 };

/* What is done and has no file in the journal has had one before that, or none: the name is its own all the same, as if
 * it had been fetched again. */
static int pass(struct resume *resume, const struct entry *entry, bool has_file)
{
    int code = resume->files && !has_file ? files_pass_name(resume->files, entry) : 0;
    if (code != 0)
        return code;
    resume->count++;
    if (resume->passed)
        resume->passed(resume->data);
    return 0;
}

static int next(struct feed *feed, struct entry **ret_entry)
{
    struct resume *self = (struct resume *)feed;
    struct entry *entry;
    self->is_yielding = false;
    for (unsigned count = 0; count < passed_at_once; count++) {
        int code = self->upstream->next(self->upstream, &entry);
        if (code != 0)
            return code;
        /* What is refused has no URL, and what is not to be fetched an answer that is ok. */
        bool has_file = false;
        int is_done = entry->url ? done_has(self->done, entry, &has_file) : 0;
        if (is_done == 0) {
            *ret_entry = entry;
            return 0;
        }
        code = is_done > 0 ? pass(self, entry, has_file) : is_done;
        entry_destroy(entry);
        if (code != 0)
            return code;
    }
    self->is_yielding = true;
    return HAUL_E_BUSY;
}

static struct haul_await wait_for_more(struct haul_task *task, struct feed *feed)
{
    const struct resume *self = (const struct resume *)feed;
    return self->is_yielding ? haul_sleep(task, 0) : self->upstream->wait(task, self->upstream);
}

static int refuse(const char *path, int code)
{
    if (code == -ENOMEM)
        return code;
    message("cannot read the journal %s: %s", excerpt(path).text, strerror(-code));
    return HAUL_E_INVALID;
}

static int reserve_file(void *data, const char *path, size_t size)
{
    return files_reserve(data, path, size);
}

static int read_journal(struct resume *resume, const char *path, int descriptor, struct files *files)
{
    uint64_t strange;
    int code = done_read(resume->done, descriptor, &strange);
    if (code == 0 && files)
        code = done_each_file(resume->done, descriptor, reserve_file, files);
    if (code != 0)
        return refuse(path, code);
    if (strange > 0)
        message("the journal %s: %" PRIu64 " %s no record, and passed over", excerpt(path).text, strange,
                strange == 1 ? "line is" : "lines are");
    return 0;
}

int resume_make(struct resume *resume, const char *path, int descriptor, struct files *files, struct feed *upstream)
{
    resume->feed = (struct feed){.next = next, .wait = wait_for_more};
    resume->upstream = upstream;
    resume->files = files;
    int code = done_create(&resume->done);
    if (code != 0)
        return code;
    if (descriptor >= 0)
        return read_journal(resume, path, descriptor, files);
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT ? 0 : refuse(path, -errno);
    code = read_journal(resume, path, descriptor, files);
    close(descriptor);
    return code;
}

void resume_set_passed(struct resume *resume, void (*fn)(void *data), void *data)
{
    resume->passed = fn;
    resume->data = data;
}

void resume_finish(struct resume *resume)
{
    done_destroy(resume->done);
}
