#include "files/sync.h"

#include <haul/executor.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct sync {
    int descriptor;
};

int sync_create(int descriptor, struct sync **ret_sync)
{
    struct sync *sync = malloc(sizeof(*sync));
    if (!sync)
        return -ENOMEM;
    sync->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (sync->descriptor < 0) {
        int code = -errno;
        free(sync);
        return code;
    }
    *ret_sync = sync;
    return 0;
}

void sync_destroy(struct sync *sync)
{
    if (!sync)
        return;
    close(sync->descriptor);
    free(sync);
}

static void destroy(void *data)
{
    sync_destroy(data);
}

/* File systems that have no disk to wait for say EINVAL. */
static int run(void *data, union haul_value *ret_value)
{
    const struct sync *sync = data;
    (void)ret_value;
    return fsync(sync->descriptor) == 0 || errno == EINVAL ? 0 : -errno;
}

struct haul_await sync_run(struct haul_task *task, struct sync *sync)
{
    return haul_run_in_executor(task, NULL, (struct haul_job){.fn = run, .data = sync, .destroy_data = destroy});
}
