#include "files/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { opening_flags = O_PATH | O_DIRECTORY | O_CLOEXEC };

static int open_component(int base, const char *name, int flags)
{
    int descriptor = openat(base, name, opening_flags | flags);
    struct stat status;
    if (descriptor >= 0)
        return descriptor;
    /* A link is no directory, which is not what there is to tell about it. */
    int code = -errno;
    if (code == -ENOTDIR && fstatat(base, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
        code = -ELOOP;
    return code;
}

/* Opens what NAME, SIZE bytes, names in BASE, made if it is missing and IS_MADE. */
static int step(int base, const char *name, size_t size, bool is_made, int flags)
{
    char component[NAME_MAX + 1];
    if (size >= sizeof(component))
        return -ENAMETOOLONG;
    memcpy(component, name, size);
    component[size] = '\0';
    int descriptor = open_component(base, component, flags);
    if (descriptor != -ENOENT || !is_made)
        return descriptor;
    if (mkdirat(base, component, 0777) < 0 && errno != EEXIST)
        return -errno;
    return open_component(base, component, flags);
}

/* Walks from FOLDER, which it closes, along PATH up to END. */
static int walk(int folder, const char *path, const char *end, bool is_made, int flags)
{
    while (folder >= 0 && path < end) {
        const char *slash = memchr(path, '/', (size_t)(end - path));
        size_t size = (size_t)((slash ? slash : end) - path);
        if (size > 0) {
            int next = step(folder, path, size, is_made, flags);
            close(folder);
            folder = next;
        }
        path += size + (slash ? 1 : 0);
    }
    return folder;
}

int folder_open(const char *path, bool is_made)
{
    int folder = open(*path == '/' ? "/" : ".", opening_flags);
    return folder >= 0 ? walk(folder, path, path + strlen(path), is_made, 0) : -errno;
}

int folder_open_parent(int base, const char *path, bool is_made)
{
    const char *last = folder_last_component(path);
    int folder = openat(base, ".", opening_flags);
    return folder >= 0 ? walk(folder, path, last, is_made, O_NOFOLLOW) : -errno;
}

const char *folder_last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
