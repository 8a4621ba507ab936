#include "output/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct spill {
    int descriptor;
    int64_t end;      /* of what was given out */
    int64_t reserved; /* how much of it has not come back */
};

/* For file systems that cannot make a file without a name. */
static int open_and_unlink(const char *directory)
{
    char *path;
    if (asprintf(&path, "%s/haul-XXXXXX", directory) < 0)
        return -ENOMEM;
    int descriptor = mkostemp(path, O_CLOEXEC);
    int code = descriptor >= 0 ? descriptor : -errno;
    if (descriptor >= 0)
        unlink(path);
    free(path);
    return code;
}

const char *spill_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory != NULL && directory[0] != '\0' ? directory : "/tmp";
}

int spill_create(const char *directory, struct spill **ret_spill)
{
    int descriptor = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0)
        descriptor = open_and_unlink(directory);
    if (descriptor < 0)
        return descriptor;
    struct spill *spill = malloc(sizeof(*spill));
    if (spill == NULL) {
        close(descriptor);
        return -ENOMEM;
    }
    *spill = (struct spill){.descriptor = descriptor};
    *ret_spill = spill;
    return 0;
}

void spill_destroy(struct spill *spill)
{
    if (spill == NULL)
        return;
    close(spill->descriptor);
    free(spill);
}

int64_t spill_reserve(struct spill *spill, int64_t size)
{
    int64_t offset = spill->end;
    spill->end += size;
    spill->reserved += size;
    return offset;
}

/* Where the file system cannot do either, the space is back at the end of the run. */
void spill_release(struct spill *spill, int64_t offset, int64_t size)
{
    spill->reserved -= size;
    if (spill->reserved > 0) {
        (void)fallocate(spill->descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, size);
    } else if (ftruncate(spill->descriptor, 0) == 0) {
        spill->end = 0;
    }
}

int spill_write(struct spill *spill, int64_t offset, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t written = pwrite(spill->descriptor, (const char *)bytes + done, size - done, offset + (int64_t)done);
        if (written < 0 && errno != EINTR)
            return -errno;
        done += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int spill_read(struct spill *spill, int64_t offset, void *buffer, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t taken = pread(spill->descriptor, (char *)buffer + done, size - done, offset + (int64_t)done);
        if (taken < 0 && errno != EINTR)
            return -errno;
        if (taken == 0)
            return -EIO;
        done += taken > 0 ? (size_t)taken : 0;
    }
    return 0;
}
