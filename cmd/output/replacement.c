#include "output/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct replacement {
    int descriptor; /* -1: closed */
    char *path;     /* to be replaced; NULL: written directly */
    char *beside;   /* the name of what is written until then; NULL: there is none */
    bool is_named;  /* it has that name already */
};

/* The file behind PATH, or PATH where there is none. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);

    return real != NULL || errno == ENOMEM ? real : strdup(path);
}

/* A new file in the folder of PATH that has no name yet, so that nothing of it stays however the process ends. -1: the
 * file system has none, or there would be no way to give it a name. */
static int open_unnamed(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t size = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    char *folder = access("/proc/self/fd", X_OK) == 0 ? strndup(slash == NULL ? "." : path, size) : NULL;
    int descriptor = folder != NULL ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;
    free(folder);
    return descriptor;
}

/* Gives an unnamed file the first free name of a kind. */
static int give_name(struct replacement *replacement)
{
    enum { most_tries = 1000 };
    char source[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
    size_t size = strlen(replacement->path);
    int code = 0;
    snprintf(source, sizeof(source), "/proc/self/fd/%d", replacement->descriptor);
    for (unsigned i = 0; i < most_tries && !replacement->is_named; i++) {
        unsigned number = ((unsigned)getpid() * most_tries + i) % 1000000;
        snprintf(replacement->beside + size, sizeof(".000000"), ".%06u", number);
        replacement->is_named = linkat(AT_FDCWD, source, AT_FDCWD, replacement->beside, AT_SYMLINK_FOLLOW) == 0;
        code = replacement->is_named ? 0 : -errno;
        if (code != -EEXIST)
            break;
    }
    return code;
}

/* A new file beside the old one, with its permissions or those that a new file gets. */
static int open_beside(struct replacement *replacement, const struct stat *old, mode_t mode)
{
    static const char suffix[] = ".XXXXXX";
    size_t size = strlen(replacement->path) + sizeof(suffix);
    mode_t mask = umask(0);

    umask(mask);
    replacement->beside = malloc(size);
    if (replacement->beside == NULL)
        return -ENOMEM;
    snprintf(replacement->beside, size, "%s%s", replacement->path, suffix);
    replacement->descriptor = open_unnamed(replacement->path);
    replacement->is_named = replacement->descriptor < 0;
    if (replacement->is_named)
        replacement->descriptor = mkostemp(replacement->beside, O_CLOEXEC);
    if (replacement->descriptor < 0) {
        int code = -errno;
        free(replacement->beside);
        replacement->beside = NULL;
        return code;
    }
    if (fchmod(replacement->descriptor, old != NULL ? old->st_mode & 0777 : mode & ~mask) < 0)
        return -errno;
    return 0;
}

/* Standard output or error, where it is the file that this is; otherwise -1. */
static int find_standard(const struct stat *file)
{
    struct stat status;
    for (int descriptor = STDOUT_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fstat(descriptor, &status) == 0 && status.st_dev == file->st_dev && status.st_ino == file->st_ino)
            return descriptor;
    return -1;
}

/* To the end of what is written there already. */
static int share(struct replacement *replacement, int descriptor)
{
    replacement->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return replacement->descriptor >= 0 ? 0 : -errno;
}

static int open_directly(struct replacement *replacement, const char *path)
{
    replacement->descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return replacement->descriptor >= 0 ? 0 : -errno;
}

static int open_replacement(struct replacement *replacement, const char *path, mode_t mode)
{
    struct stat old;
    if (strcmp(path, "-") == 0)
        path = "/dev/stdout";
    bool exists = stat(path, &old) == 0;

    if (!exists && (errno != ENOENT || *path == '\0'))
        return -errno;
    if (exists && !S_ISREG(old.st_mode))
        return open_directly(replacement, path);
    int standard = exists ? find_standard(&old) : -1;
    if (standard >= 0)
        return share(replacement, standard);
    /* What may not be written is not replaced either, though its folder would allow it. */
    if (exists && access(path, W_OK) < 0)
        return -errno;
    replacement->path = real_path(path);
    if (replacement->path == NULL)
        return -ENOMEM;
    return open_beside(replacement, exists ? &old : NULL, mode);
}

int replacement_create(const char *path, mode_t mode, struct replacement **ret_replacement)
{
    struct replacement *replacement = calloc(1, sizeof(*replacement));

    if (replacement == NULL)
        return -ENOMEM;
    replacement->descriptor = -1;
    int code = open_replacement(replacement, path, mode);
    if (code != 0) {
        replacement_destroy(replacement);
        return code;
    }
    *ret_replacement = replacement;
    return 0;
}

int replacement_write(struct replacement *replacement, const void *bytes, size_t size)
{
    const char *rest = bytes;
    while (size > 0) {
        ssize_t written = write(replacement->descriptor, rest, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        rest += written;
        size -= (size_t)written;
    }
    return 0;
}

static int close_descriptor(struct replacement *replacement)
{
    int descriptor = replacement->descriptor;

    replacement->descriptor = -1;
    return close(descriptor) == 0 ? 0 : -errno;
}

int replacement_commit(struct replacement *replacement)
{
    bool has_no_name = replacement->beside != NULL && !replacement->is_named;
    int code = has_no_name ? give_name(replacement) : 0;
    if (code != 0)
        return code;
    code = close_descriptor(replacement);
    if (code != 0 || replacement->beside == NULL)
        return code;
    if (rename(replacement->beside, replacement->path) < 0)
        return -errno;
    free(replacement->beside);
    replacement->beside = NULL;
    return 0;
}

void replacement_destroy(struct replacement *replacement)
{
    if (replacement == NULL)
        return;
    if (replacement->descriptor >= 0)
        (void)close_descriptor(replacement);
    if (replacement->beside != NULL && replacement->is_named)
        unlink(replacement->beside);
    free(replacement->beside);
    free(replacement->path);
    free(replacement);
}
