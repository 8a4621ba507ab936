#include "request/etags.h"

#include "hash_table.h"
#include "message.h"
#include "output/appender.h"
#include "output/replacement.h"
#include "siphash.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { largest_tag = 1000, few_lines = 100 };

struct etags {
    const char *path;
    int descriptor;
    struct appender appender;
    int64_t end; /* of the file, with what waits to be appended */
    struct siphash_key key;
    struct hash_table *table; /* where the line of a URL is in the file, from 1 */
    size_t count;             /* of URLs */
    size_t lines;             /* in the file: those of older tags as well */
};

static uint64_t hash_of(const struct etags *etags, const char *url, size_t size)
{
    return siphash(&etags->key, url, size);
}

static int set(struct etags *etags, uint64_t hash, int64_t offset)
{
    uint64_t *word;
    int code = hash_table_put(etags->table, hash, &word);
    if (code != 0)
        return code;
    etags->count += *word == 0;
    etags->lines++;
    *word = (uint64_t)offset + 1;
    return 0;
}

/* -1: the URL has no line. */
static int64_t offset_of(const struct etags *etags, uint64_t hash)
{
    return (int64_t)hash_table_look_up(etags->table, hash) - 1;
}

/* The hash of the URL of a line, without its end. False: it has another form. */
static bool read_hash(const struct etags *etags, const char *line, size_t size, uint64_t *ret_hash)
{
    const char *tab = memchr(line, '\t', size);
    size_t tag_size = tab ? (size_t)(tab - line) : 0;
    if (tag_size == 0 || tag_size > largest_tag)
        return false;
    *ret_hash = hash_of(etags, tab + 1, size - tag_size - 1);
    return true;
}

/* Notes a line, without its end. One of another form is left alone. */
static int note_line(struct etags *etags, const char *line, size_t size, int64_t offset)
{
    uint64_t hash;
    return read_hash(etags, line, size, &hash) ? set(etags, hash, offset) : 0;
}

/* What is added begins on a line of its own. A line that a kill has cut off goes; what is not ours stays. */
static int mend_end(struct etags *etags, const char *line, size_t size)
{
    static const char weak[] = "W/\"";
    size_t common = size < sizeof(weak) - 1 ? size : sizeof(weak) - 1;
    if (line[0] == '"' || memcmp(line, weak, common) == 0)
        return ftruncate(etags->descriptor, etags->end) == 0 ? 0 : -errno;
    ssize_t written = write(etags->descriptor, "\n", 1);
    etags->end += (int64_t)size + 1;
    return written == 1 ? 0 : written < 0 ? -errno : -EIO;
}

static int read_lines(struct etags *etags, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    int code = 0;
    for (ssize_t size; code == 0 && (size = getline(&line, &room, file)) > 0; etags->end += size) {
        if (line[size - 1] != '\n') {
            code = mend_end(etags, line, (size_t)size);
            break;
        }
        code = note_line(etags, line, (size_t)size - 1, etags->end);
    }
    if (code == 0 && ferror(file))
        code = -EIO;
    free(line);
    return code;
}

/* Reads by a descriptor of its own, since the file's goes with what is made of it. NULL: errno says why. */
static FILE *open_again(const struct etags *etags)
{
    int descriptor = fcntl(etags->descriptor, F_DUPFD_CLOEXEC, 0);
    FILE *file = descriptor >= 0 && lseek(descriptor, 0, SEEK_SET) == 0 ? fdopen(descriptor, "r") : NULL;
    if (!file && descriptor >= 0) {
        int error = errno;
        close(descriptor);
        errno = error;
    }
    return file;
}

static int read_all(struct etags *etags)
{
    FILE *file = open_again(etags);
    if (!file)
        return -errno;
    int code = read_lines(etags, file);
    fclose(file);
    return code;
}

/* Copies the lines that count, each the last of its URL, and those of another form, which are not ours to drop. */
static int copy_lines(const struct etags *etags, FILE *file, struct replacement *copy)
{
    char *line = NULL;
    size_t room = 0;
    int64_t offset = 0;
    int code = 0;
    for (ssize_t size; code == 0 && (size = getline(&line, &room, file)) > 0; offset += size) {
        uint64_t hash;
        bool counts = !read_hash(etags, line, (size_t)size - 1, &hash) || offset_of(etags, hash) == offset;
        if (counts)
            code = replacement_write(copy, line, (size_t)size);
    }
    if (code == 0 && ferror(file))
        code = -EIO;
    free(line);
    return code;
}

/* Makes the file one without the lines that do not count any more. Where that fails nothing is lost but room. */
static void shorten(const struct etags *etags)
{
    struct replacement *copy = NULL;
    FILE *file = open_again(etags);
    if (file && replacement_create(etags->path, 0600, &copy) == 0 && copy_lines(etags, file, copy) == 0)
        (void)replacement_commit(copy);
    replacement_destroy(copy);
    if (file)
        fclose(file);
}

/* Whether the path still names the file that was opened, and is locked by now: who had it may have made another. */
static bool is_current(const struct etags *etags)
{
    struct stat opened, named;
    return fstat(etags->descriptor, &opened) == 0 && stat(etags->path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

static int lock_file(struct etags *etags)
{
    struct stat status;
    etags->descriptor = open(etags->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (etags->descriptor < 0 || fstat(etags->descriptor, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return -EINVAL;
    if (flock(etags->descriptor, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
        return -EBUSY;
    return 0;
}

static int open_file(struct etags *etags)
{
    int code = lock_file(etags);
    while (code == 0 && !is_current(etags)) {
        close(etags->descriptor);
        code = lock_file(etags);
    }
    return code;
}

static int complain(const struct etags *etags, int code)
{
    const char *reason = code == -EBUSY    ? "another program uses it"
                         : code == -EINVAL ? "it is no regular file"
                                           : strerror(-code);
    if (code != -ENOMEM)
        message("--etags %s: %s", excerpt(etags->path).text, reason);
    return code == -ENOMEM ? code : HAUL_E_INVALID;
}

int etags_open(const char *file, struct etags **ret_etags)
{
    struct etags *etags = malloc(sizeof(*etags));
    if (!etags)
        return -ENOMEM;
    *etags = (struct etags){.path = file, .descriptor = -1};
    int code = open_file(etags);
    appender_init(&etags->appender, etags->descriptor, "the tags", file);
    if (code == 0)
        code = hash_table_create(&etags->table);
    if (code == 0)
        code = siphash_make_key(&etags->key);
    if (code == 0)
        code = read_all(etags);
    if (code != 0) {
        code = complain(etags, code);
        etags_close(etags);
        return code;
    }
    *ret_etags = etags;
    return 0;
}

void etags_close(struct etags *etags)
{
    if (!etags)
        return;
    bool is_whole = appender_pending(&etags->appender) == 0 && !appender_has_failed(&etags->appender);
    if (is_whole && etags->lines > 2 * etags->count + few_lines)
        shorten(etags);
    appender_finish(&etags->appender);
    if (etags->descriptor >= 0)
        close(etags->descriptor);
    hash_table_destroy(etags->table);
    free(etags);
}

/* Passwords are none of the file's business. */
static const char *key_of(const struct haul_url *url)
{
    return haul_url_masked(url);
}

/* Reads from what is in the file, or waits to be. The size, or -1. */
static ssize_t read_at(const struct etags *etags, int64_t offset, char *bytes, size_t size)
{
    int64_t written = etags->end - (int64_t)appender_pending(&etags->appender);
    if (offset < written || appender_has_failed(&etags->appender))
        return pread(etags->descriptor, bytes, size, offset);
    return (ssize_t)appender_read(&etags->appender, (size_t)(offset - written), bytes, size);
}

int etags_find(struct etags *etags, const struct haul_url *url, char **ret_tag)
{
    const char *key = key_of(url);
    size_t size = strlen(key);
    int64_t offset = offset_of(etags, hash_of(etags, key, size));
    *ret_tag = NULL;
    if (offset < 0)
        return 0;
    size_t room = largest_tag + 1 + size + 1;
    char *line = malloc(room);
    if (!line)
        return -ENOMEM;
    ssize_t taken = read_at(etags, offset, line, room);
    int code = taken < 0 ? -errno : 0;
    char *tab = taken > 0 ? memchr(line, '\t', (size_t)taken) : NULL;
    size_t tag_size = tab ? (size_t)(tab - line) : 0;
    /* Another URL may have the same hash by chance. */
    bool is_it = tab && (size_t)taken - tag_size - 1 > size && memcmp(tab + 1, key, size) == 0 && tab[1 + size] == '\n';
    if (is_it) {
        *tab = '\0';
        *ret_tag = line;
    } else {
        free(line);
    }
    return code;
}

/* A tag as it may stand in a header and on a line: "..." or W/"...". */
static bool is_tag(const char *tag)
{
    size_t size = strlen(tag);
    const char *quoted = strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
    return size <= largest_tag && strlen(quoted) >= 2 && quoted[0] == '"' && tag[size - 1] == '"' &&
           strcspn(tag, "\t\r\n") == size;
}

static int append(struct etags *etags, const char *key, const char *tag)
{
    char *line;
    int size = asprintf(&line, "%s\t%s\n", tag, key);
    if (size < 0)
        return -ENOMEM;
    int code = appender_add(&etags->appender, line, (size_t)size);
    free(line);
    if (code != 0 || appender_has_failed(&etags->appender))
        return code;
    code = set(etags, hash_of(etags, key, strlen(key)), etags->end);
    etags->end += size;
    return code;
}

struct appender *etags_appender(struct etags *etags)
{
    return &etags->appender;
}

int etags_note(struct etags *etags, const struct haul_url *url, const struct haul_result *result)
{
    const char *tag = haul_result_header(result, "ETag");
    char *known;
    if (!tag || !is_tag(tag))
        return 0;
    int code = etags_find(etags, url, &known);
    if (code == 0 && (!known || strcmp(known, tag) != 0))
        code = append(etags, key_of(url), tag);
    free(known);
    return code;
}
