#include "output/target.h"

#include "output/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int join(const char *directory, const char *name, char **ret_path)
{
    int size = asprintf(ret_path, "%s%s%s", directory != NULL ? directory : "", directory != NULL ? "/" : "", name);
    return size >= 0 ? 0 : -ENOMEM;
}

int target_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        size_t size = strlen(folders[i]);
        const char *digits = path + size;
        enum { most_digits = 6 };
        if (strncmp(path, folders[i], size) == 0 && *digits != '\0' && strlen(digits) <= most_digits &&
            digits[strspn(digits, "0123456789")] == '\0')
            return (int)strtol(digits, NULL, 10);
    }
    return -1;
}

/* What a descriptor leads to may be a regular file: that is gone on with, and what its name says is left alone. */
static int open_target(const char *path, int flags)
{
    int named = target_descriptor(path);
    int descriptor =
        named >= 0 ? fcntl(named, F_DUPFD_CLOEXEC, 0) : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0666);
    return descriptor >= 0 ? descriptor : -errno;
}

/* A template with values in it is the name of nothing that is there. */
static bool is_target(const char *path)
{
    struct stat status;
    if (target_descriptor(path) >= 0)
        return true;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/* The writer for DESCRIPTOR, which is a negative errno where there is none. */
static int make_writer(struct haul_loop *loop, int descriptor, struct target *target)
{
    if (descriptor < 0)
        return descriptor;
    int code = writer_create(loop, descriptor, &target->writer);
    if (code != 0)
        close(descriptor);
    else
        target->descriptor = descriptor;
    return code;
}

int target_open(struct haul_loop *loop, const char *directory, const char *template, struct target *ret_target)
{
    char *path;
    int code = join(directory, template, &path);
    *ret_target = (struct target){0};
    if (code != 0)
        return code;
    if (!is_target(path)) {
        free(path);
        return 0;
    }
    ret_target->path = path;
    return make_writer(loop, open_target(path, 0), ret_target);
}

/* Always appended to: two names of one file do not write over each other. */
int target_open_file(struct haul_loop *loop, const char *path, bool is_appended, struct target *ret_target)
{
    *ret_target = (struct target){.path = strdup(path)};
    if (ret_target->path == NULL)
        return -ENOMEM;
    return make_writer(loop, open_target(path, O_CREAT | O_APPEND | (is_appended ? 0 : O_TRUNC)), ret_target);
}

void target_close(struct target *target)
{
    if (target->writer != NULL)
        close(target->descriptor);
    writer_destroy(target->writer);
    free(target->path);
    *target = (struct target){0};
}
