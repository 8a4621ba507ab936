#include "output/journal.h"

#include "message.h"
#include "output/text.h"
#include "output/writer.h"

#include <haul/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { outlet_count = 2 };

struct journal {
    int descriptor;
    char *path;
    struct journal_outlets outlets;
    struct text leaving; /* may be written once so much of each writer is: */
    uint64_t marks[outlet_count];
    struct text waiting; /* behind those */
    struct haul_handle *handle;
    struct haul_event room; /* set unless it is full */
    bool has_failed;
};

/* How all records begin. */
static const char begin_of_record[] = "{\"v\":";

static int refuse(const char *path, const char *reason)
{
    message("cannot use the journal %s: %s", excerpt(path).text, reason);
    return HAUL_E_INVALID;
}

/* Reads SIZE bytes, all of which are there. Negative errno. */
static int read_at(int descriptor, char *bytes, size_t size, off_t offset)
{
    for (size_t done = 0; done < size;) {
        ssize_t more = pread(descriptor, bytes + done, size - done, offset + (off_t)done);
        if (more < 0 && errno != EINTR)
            return -errno;
        if (more == 0)
            return -EIO;
        done += more > 0 ? (size_t)more : 0;
    }
    return 0;
}

/* Where the last line begins, of a file of END bytes; negative errno. */
static off_t find_last_line(int descriptor, off_t end)
{
    char piece[4096];
    while (end > 0) {
        size_t size = end < (off_t)sizeof(piece) ? (size_t)end : sizeof(piece);
        int code = read_at(descriptor, piece, size, end - (off_t)size);
        if (code != 0)
            return code;
        const char *newline = memrchr(piece, '\n', size);
        if (newline)
            return end - (off_t)size + (newline - piece) + 1;
        end -= (off_t)size;
    }
    return 0;
}

/* Whether the line from BEGIN to END is what was left of a record. One that has its brace may be whole. */
static bool is_torn(int descriptor, off_t begin, off_t end)
{
    char text[sizeof(begin_of_record) - 1];
    char last;
    size_t size = end - begin < (off_t)sizeof(text) ? (size_t)(end - begin) : sizeof(text);
    return read_at(descriptor, text, size, begin) == 0 && memcmp(text, begin_of_record, size) == 0 &&
           read_at(descriptor, &last, 1, end - 1) == 0 && last != '}';
}

/* What is added begins on a line of its own. Negative errno. */
static int mend_end(int descriptor, off_t size)
{
    off_t begin = find_last_line(descriptor, size);
    if (begin < 0 || begin == size)
        return begin < 0 ? (int)begin : 0;
    if (is_torn(descriptor, begin, size))
        return ftruncate(descriptor, begin) == 0 ? 0 : -errno;
    ssize_t written = write(descriptor, "\n", 1);
    return written == 1 ? 0 : written < 0 ? -errno : -EIO;
}

static int prepare(struct journal *journal)
{
    struct stat status;
    if (journal->descriptor < 0 || fstat(journal->descriptor, &status) < 0)
        return refuse(journal->path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return refuse(journal->path, "it is no regular file");
    if (flock(journal->descriptor, LOCK_EX | LOCK_NB) < 0)
        return refuse(journal->path, errno == EWOULDBLOCK ? "another haul is writing it" : strerror(errno));
    /* Whoever had the lock may have written until now. */
    int code = fstat(journal->descriptor, &status) < 0 ? -errno : mend_end(journal->descriptor, status.st_size);
    return code < 0 ? refuse(journal->path, strerror(-code)) : 0;
}

int journal_open(const char *path, struct journal **ret_journal)
{
    /* Elsewhere that is standard output. */
    if (strcmp(path, "-") == 0)
        return refuse(path, "it is no regular file");
    struct journal *journal = calloc(1, sizeof(*journal));
    char *copy = strdup(path);
    if (!journal || !copy) {
        free(journal);
        free(copy);
        return -ENOMEM;
    }
    journal->path = copy;
    haul_event_init(&journal->room);
    haul_event_set(&journal->room);
    /* Not to be held up by what is no regular file. */
    journal->descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    int code = prepare(journal);
    if (code != 0) {
        journal_close(journal);
        return code;
    }
    *ret_journal = journal;
    return 0;
}

int journal_descriptor(const struct journal *journal)
{
    return journal->descriptor;
}

/* Whether all that the writers have taken is written. Where they have nothing to write they will not call, either. */
static bool is_quiet(const struct journal *journal)
{
    for (size_t i = 0; i < outlet_count; i++) {
        const struct writer *writer = journal->outlets.writers[i];
        if (writer && writer_written(writer) < writer_taken(writer))
            return false;
    }
    return true;
}

/* Whether all that the marks are at is written. */
static bool has_left(const struct journal *journal)
{
    for (size_t i = 0; i < outlet_count; i++)
        if (journal->outlets.writers[i] && writer_written(journal->outlets.writers[i]) < journal->marks[i])
            return false;
    return true;
}

static void set_marks(struct journal *journal)
{
    for (size_t i = 0; i < outlet_count; i++)
        if (journal->outlets.writers[i])
            journal->marks[i] = writer_taken(journal->outlets.writers[i]);
}

static void fail(struct journal *journal, int error, off_t size)
{
    journal->has_failed = true;
    /* Half a record is worse than none, but nothing that the rest depends on. */
    if (size >= 0 && ftruncate(journal->descriptor, size) < 0)
        error = errno;
    message("cannot write to the journal %s: %s", excerpt(journal->path).text, strerror(error));
}

/* Writes what leaves. */
static void append(struct journal *journal)
{
    struct stat status;
    off_t size = fstat(journal->descriptor, &status) == 0 ? status.st_size : -1;
    for (size_t done = 0; done < journal->leaving.size && !journal->has_failed;) {
        ssize_t written = write(journal->descriptor, journal->leaving.bytes + done, journal->leaving.size - done);
        if (written >= 0)
            done += (size_t)written;
        else if (errno != EINTR)
            fail(journal, errno, size);
    }
    text_clear(&journal->leaving);
    if (!journal_is_full(journal))
        haul_event_set(&journal->room);
}

/* What waits shall leave when all that was given out until now is written. */
static void turn(struct journal *journal)
{
    struct text empty = journal->leaving;
    if (journal->leaving.size > 0 || !journal->outlets.is_settled(journal->outlets.data))
        return;
    journal->leaving = journal->waiting;
    journal->waiting = empty;
    set_marks(journal);
}

/* What waits may leave at once, in the same write. */
static void join(struct journal *journal)
{
    text_append(&journal->leaving, journal->waiting.bytes, journal->waiting.size);
    if (journal->leaving.failed)
        journal->leaving.failed = false;
    else
        text_clear(&journal->waiting);
}

void journal_look(struct journal *journal)
{
    if (journal->leaving.size > 0 && has_left(journal)) {
        if (journal->waiting.size > 0 && is_quiet(journal) && journal->outlets.is_settled(journal->outlets.data))
            join(journal);
        append(journal);
    }
    if (journal->waiting.size == 0)
        return;
    turn(journal);
    if (journal->leaving.size > 0 && has_left(journal))
        append(journal);
}

static void look_when_due(void *data)
{
    struct journal *journal = data;
    journal->handle = NULL;
    journal_look(journal);
}

/* Looks in the loop's next iteration: what comes together is one write. */
static void look_soon(struct journal *journal)
{
    if (!journal->handle && haul_loop_call_soon(journal->outlets.loop, look_when_due, journal, &journal->handle) != 0)
        journal_look(journal);
}

/* What was written may be the end of what the writer is still being given. */
static void note_written(void *data)
{
    struct journal *journal = data;
    journal_look(journal);
    if (journal->waiting.size > 0 && journal->leaving.size == 0)
        look_soon(journal);
}

void journal_follow(struct journal *journal, const struct journal_outlets *outlets)
{
    journal->outlets = *outlets;
    for (size_t i = 0; i < outlet_count; i++)
        if (outlets->writers[i])
            writer_set_written_callback(outlets->writers[i], note_written, journal);
}

void journal_unfollow(struct journal *journal)
{
    for (size_t i = 0; i < outlet_count; i++)
        if (journal->outlets.writers[i])
            writer_set_written_callback(journal->outlets.writers[i], NULL, NULL);
    if (journal->handle)
        haul_handle_cancel(journal->handle);
    journal->handle = NULL;
}

int journal_add(struct journal *journal, const char *bytes, size_t size)
{
    if (journal->has_failed)
        return 0;
    text_append(&journal->waiting, bytes, size);
    if (journal->waiting.failed)
        return -ENOMEM;
    if (journal_is_full(journal))
        haul_event_clear(&journal->room);
    if (is_quiet(journal))
        look_soon(journal);
    else
        turn(journal);
    return 0;
}

bool journal_is_full(const struct journal *journal)
{
    return journal->leaving.size + journal->waiting.size > JOURNAL_HIGH_WATER;
}

struct haul_event *journal_room(struct journal *journal)
{
    return &journal->room;
}

bool journal_has_failed(const struct journal *journal)
{
    return journal->has_failed;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    if (journal->descriptor >= 0)
        close(journal->descriptor);
    haul_event_finish(&journal->room);
    text_finish(&journal->leaving);
    text_finish(&journal->waiting);
    free(journal->path);
    free(journal);
}
