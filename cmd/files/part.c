#include "files/part.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { most_tries = 20, name_room = NAME_MAX + 1 };

/* Where somebody else makes the file shorter or longer, its size tells at the end. */
enum { opening_flags = O_APPEND | O_NOFOLLOW | O_CLOEXEC };

static int write_name(const char *name, char *buffer)
{
    int size = snprintf(buffer, name_room, "%s.part", name);
    return size > 0 && size < name_room ? 0 : -ENAMETOOLONG;
}

/* Where a file system has no locks, a file counts as locked. */
static bool is_locked(int descriptor)
{
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* Whether NAME is still the file that DESCRIPTOR is, and not one that was put in its place. */
static bool is_same(int descriptor, int folder, const char *name)
{
    struct stat opened;
    struct stat named;
    return fstat(descriptor, &opened) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Takes away what a program that is no more has left. -EBUSY: it is still there. */
static int remove_left(int folder, const char *name)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (!S_ISREG(status.st_mode))
        return -EEXIST;
    int descriptor = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT ? 0 : -errno;
    int code = is_locked(descriptor) ? 0 : -EBUSY;
    if (code == 0 && is_same(descriptor, folder, name) && unlinkat(folder, name, 0) < 0)
        code = -errno;
    close(descriptor);
    return code;
}

/* Makes PART, locked. -EAGAIN: somebody came in between. */
static int make(int folder, const char *part)
{
    int descriptor = openat(folder, part, opening_flags | O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (descriptor < 0)
        return -errno;
    if (is_locked(descriptor) && is_same(descriptor, folder, part))
        return descriptor;
    close(descriptor);
    return -EAGAIN;
}

int part_open(int folder, const char *name)
{
    char part[name_room];
    int code = write_name(name, part);
    for (int try = 0; code == 0 && try < most_tries; try++) {
        int descriptor = make(folder, part);
        if (descriptor != -EEXIST && descriptor != -EAGAIN)
            return descriptor;
        code = remove_left(folder, part);
    }
    return code != 0 ? code : -EBUSY;
}

/* Cuts what is behind SIZE bytes off. */
static int cut(int descriptor, int64_t size)
{
    struct stat status;
    if (fstat(descriptor, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode) || status.st_size < size)
        return -ESTALE;
    return ftruncate(descriptor, size) == 0 ? 0 : -errno;
}

int part_reopen(int folder, const char *name, int64_t size)
{
    char part[name_room];
    int code = write_name(name, part);
    if (code != 0)
        return code;
    int descriptor = openat(folder, part, opening_flags | O_RDWR | O_NONBLOCK);
    if (descriptor < 0)
        return -errno;
    if (!is_locked(descriptor))
        code = -EBUSY;
    else
        code = is_same(descriptor, folder, part) ? cut(descriptor, size) : -ESTALE;
    if (code == 0)
        return descriptor;
    close(descriptor);
    return code;
}

int part_open_nameless(int folder, char *ret_name)
{
    for (int try = 0; try < most_tries; try++) {
        uint64_t number = 0;
        char part[name_room];
        if (getrandom(&number, sizeof(number), 0) < 0)
            return -errno;
        snprintf(ret_name, name_room, "haul-%016" PRIx64, number);
        int code = write_name(ret_name, part);
        int descriptor = code == 0 ? make(folder, part) : code;
        if (descriptor != -EEXIST && descriptor != -EAGAIN)
            return descriptor;
    }
    return -EBUSY;
}

int part_check(int folder, const char *name, int descriptor, int64_t size)
{
    char part[name_room];
    struct stat status;
    int code = write_name(name, part);
    if (code == 0 && fstat(descriptor, &status) < 0)
        code = -errno;
    if (code != 0)
        return code;
    return status.st_size == size && is_same(descriptor, folder, part) ? 0 : -ESTALE;
}

/* Where the file system cannot refuse to replace, there is a moment between the look and the deed. */
static int rename_to_new(int part_folder, const char *part, int folder, const char *name)
{
    struct stat status;
    if (renameat2(part_folder, part, folder, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return -EEXIST;
    return renameat(part_folder, part, folder, name) == 0 ? 0 : -errno;
}

int part_rename(int part_folder, const char *name, int folder, const char *new_name, bool is_new)
{
    char part[name_room];
    int code = write_name(name, part);
    if (code != 0)
        return code;
    if (is_new)
        return rename_to_new(part_folder, part, folder, new_name);
    return renameat(part_folder, part, folder, new_name) == 0 ? 0 : -errno;
}

int part_remove_left(int folder, const char *name)
{
    char part[name_room];
    int code = write_name(name, part);
    return code == 0 ? remove_left(folder, part) : code;
}

void part_remove(int folder, const char *name)
{
    char part[name_room];
    if (write_name(name, part) == 0)
        (void)unlinkat(folder, part, 0);
}
