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
    char *beside;   /* written until then; NULL: there is none */
};

/* The file behind PATH, or PATH where there is none. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);

    return real != NULL || errno == ENOMEM ? real : strdup(path);
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
    int code = close_descriptor(replacement);

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
    if (replacement->beside != NULL)
        unlink(replacement->beside);
    free(replacement->beside);
    free(replacement->path);
    free(replacement);
}
