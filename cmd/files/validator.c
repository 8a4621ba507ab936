#include "files/validator.h"

#include "files/filename.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The file has the validator on a line, and the hash of the URL on another. */
enum { hash_digits = 16, largest_validator = 1000, file_room = largest_validator + 1 + hash_digits + 1 };

static int write_name(const char *name, const char *suffix, char *buffer)
{
    int size = snprintf(buffer, NAME_MAX + 1, "%s%s", name, suffix);
    return size >= 0 && size <= NAME_MAX ? 0 : -ENAMETOOLONG;
}

static bool parse_date(const char *text, time_t *ret_time)
{
    struct tm parts = {0};
    const char *end = text ? strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &parts) : NULL;
    if (!end || *end != '\0')
        return false;
    *ret_time = timegm(&parts);
    return true;
}

/* NULL: there is none. */
static const char *validator_of(const struct haul_result *result)
{
    const char *tag = haul_result_header(result, "ETag");
    const char *modified = haul_result_header(result, "Last-Modified");
    time_t modified_time, answer_time;
    if (tag && tag[0] == '"' && strlen(tag) <= largest_validator)
        return tag;
    bool is_strong = parse_date(modified, &modified_time) &&
                     parse_date(haul_result_header(result, "Date"), &answer_time) && answer_time > modified_time;
    return !tag && is_strong ? modified : NULL;
}

static uint64_t hash_of(const struct haul_url *url)
{
    const char *text = haul_url_text(url);
    return filename_hash(text, strlen(text));
}

void validator_remove(int folder, const char *name)
{
    char path[NAME_MAX + 1];
    if (write_name(name, ".part.validator", path) == 0)
        (void)unlinkat(folder, path, 0);
}

bool validator_is_there(int folder, const char *name)
{
    char path[NAME_MAX + 1];
    struct stat status;
    return write_name(name, ".part.validator", path) == 0 && fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode);
}

int validator_write(int folder, const char *name, const struct haul_url *url, const struct haul_result *result)
{
    char path[NAME_MAX + 1];
    char content[file_room + 1];
    const char *validator = validator_of(result);
    validator_remove(folder, name);
    if (!validator)
        return HAUL_E_DRAINED;
    int code = write_name(name, ".part.validator", path);
    if (code != 0)
        return code;
    int size = snprintf(content, sizeof(content), "%s\n%016" PRIx64 "\n", validator, hash_of(url));
    int descriptor = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return -errno;
    ssize_t written = write(descriptor, content, (size_t)size);
    code = written == size ? 0 : written < 0 ? -errno : -ENOSPC;
    close(descriptor);
    if (code != 0)
        validator_remove(folder, name);
    return code;
}

/* The size of NAME.part; 0: there is none. */
static int64_t part_size(int folder, const char *name)
{
    char path[NAME_MAX + 1];
    struct stat status;
    if (write_name(name, ".part", path) != 0 || fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    return S_ISREG(status.st_mode) ? status.st_size : 0;
}

/* The whole file as a text; its size, or a negative errno. */
static ssize_t read_file(int folder, const char *path, char *buffer)
{
    int descriptor = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    ssize_t size = read(descriptor, buffer, file_room);
    if (size < 0)
        size = -errno;
    close(descriptor);
    if (size >= 0)
        buffer[size] = '\0';
    return size;
}

int validator_read(int folder, const char *name, const struct haul_url *url, int64_t *ret_size, char **ret_validator)
{
    char path[NAME_MAX + 1];
    char content[file_room + 1];
    char expected[1 + hash_digits + 1 + 1];
    int64_t part = part_size(folder, name);
    int code = part > 0 ? write_name(name, ".part.validator", path) : HAUL_E_DRAINED;
    if (code != 0)
        return code;
    ssize_t size = read_file(folder, path, content);
    if (size < 0)
        return size == -ENOENT || size == -ELOOP ? HAUL_E_DRAINED : (int)size;
    snprintf(expected, sizeof(expected), "\n%016" PRIx64 "\n", hash_of(url));
    const char *end = strchr(content, '\n');
    if (!end || end == content || strcmp(end, expected) != 0)
        return HAUL_E_DRAINED;
    *ret_validator = strndup(content, (size_t)(end - content));
    if (!*ret_validator)
        return -ENOMEM;
    *ret_size = part;
    return 0;
}
