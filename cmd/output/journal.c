#include "output/journal.h"

#include "input/line_buffer.h"
#include "input/record_line.h"
#include "message.h"
#include "output/appender.h"

#include <haul/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct journal {
    int descriptor;
    char *path;
    struct appender appender;
};

/* How all records begin. */
static const char begin_of_record[] = "{\"v\":1,";

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

/* Whether SIZE bytes at BEGIN are a whole record. Of what nobody could read it does not matter. */
static bool is_whole(int descriptor, off_t begin, size_t size)
{
    struct record_line_reader reader = {.input = {0}};
    struct record_line ignored;
    char *line = size < LINE_BUFFER_LONGEST ? malloc(size) : NULL;
    bool is_it = !line || read_at(descriptor, line, size, begin) != 0 ||
                 record_line_read(&reader, line, size, &ignored) != HAUL_E_INVALID;
    record_line_reader_finish(&reader);
    free(line);
    return is_it;
}

/* Whether the line from BEGIN to END is what was left of a record. */
static bool is_torn(int descriptor, off_t begin, off_t end)
{
    char text[sizeof(begin_of_record) - 1];
    size_t size = end - begin < (off_t)sizeof(text) ? (size_t)(end - begin) : sizeof(text);
    return read_at(descriptor, text, size, begin) == 0 && memcmp(text, begin_of_record, size) == 0 &&
           !is_whole(descriptor, begin, (size_t)(end - begin));
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
    /* Not to be held up by what is no regular file. */
    journal->descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    appender_init(&journal->appender, journal->descriptor, "the journal", copy);
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

struct appender *journal_appender(struct journal *journal)
{
    return &journal->appender;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    if (journal->descriptor >= 0)
        close(journal->descriptor);
    appender_finish(&journal->appender);
    free(journal->path);
    free(journal);
}
