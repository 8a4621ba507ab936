#include "output/target.h"

#include "output/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int join(const char *directory, const char *name, char **ret_path)
{
    int size = asprintf(ret_path, "%s%s%s", directory != NULL ? directory : "", directory != NULL ? "/" : "", name);
    return size >= 0 ? 0 : -ENOMEM;
}

int target_open(struct haul_loop *loop, const char *directory, const char *template, struct target *ret_target)
{
    struct stat status;
    char *path;
    int code = join(directory, template, &path);
    *ret_target = (struct target){0};
    if (code != 0)
        return code;
    /* A template with values in it is the name of nothing that is there. */
    if (stat(path, &status) < 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
        free(path);
        return 0;
    }
    ret_target->path = path;
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return -errno;
    code = writer_create(loop, descriptor, &ret_target->writer);
    if (code != 0)
        close(descriptor);
    else
        ret_target->descriptor = descriptor;
    return code;
}

void target_close(struct target *target)
{
    if (target->writer != NULL)
        close(target->descriptor);
    writer_destroy(target->writer);
    free(target->path);
    *target = (struct target){0};
}
