#include "files/reading.h"

#include "files/digest.h"

#include <haul/error.h>
#include <haul/executor.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* How much a job reads: some hundredths of a second. */
static const int64_t job_size = INT64_C(8) * 1024 * 1024;

/* What jobs read, and what they have made of it. One belongs to the reading, or to the job that works on it. */
struct origin {
    int descriptor;
    struct digest *digest;
    int64_t offset;
    bool is_whole;
};

struct reading {
    struct haul_coroutine coroutine;
    struct origin *origin; /* NULL: a job has it, or had it last */
    char *hexadecimal;
};

static void origin_destroy(void *data)
{
    struct origin *origin = data;
    if (!origin)
        return;
    if (origin->descriptor >= 0)
        close(origin->descriptor);
    digest_destroy(origin->digest);
    free(origin);
}

static int origin_create(int descriptor, struct origin **ret_origin)
{
    struct origin *origin = calloc(1, sizeof(*origin));
    if (!origin)
        return -ENOMEM;
    origin->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    int code = origin->descriptor < 0 ? -errno : digest_create(&origin->digest);
    if (code != 0) {
        origin_destroy(origin);
        return code;
    }
    *ret_origin = origin;
    return 0;
}

int reading_create(int descriptor, struct reading **ret_reading)
{
    struct reading *reading = calloc(1, sizeof(*reading));
    int code = reading ? origin_create(descriptor, &reading->origin) : -ENOMEM;
    if (code != 0) {
        free(reading);
        return code;
    }
    *ret_reading = reading;
    return 0;
}

void reading_destroy(struct reading *reading)
{
    if (!reading)
        return;
    origin_destroy(reading->origin);
    free(reading);
}

static int read_piece(struct origin *origin)
{
    char piece[64 * 1024];
    ssize_t size = pread(origin->descriptor, piece, sizeof(piece), origin->offset);
    if (size < 0)
        return errno == EINTR ? 0 : -errno;
    origin->offset += size;
    origin->is_whole = size == 0;
    return digest_add(origin->digest, piece, (size_t)size);
}

/* A job. DATA has the origin, and gives it back as its value where nothing went wrong. */
static int read_pieces(void *data, union haul_value *ret_value)
{
    struct origin **held = data;
    int64_t end = (*held)->offset + job_size;
    int code = 0;
    while (code == 0 && !(*held)->is_whole && (*held)->offset < end)
        code = read_piece(*held);
    if (code != 0)
        return code;
    ret_value->pointer = *held;
    *held = NULL;
    return 0;
}

static void drop_held(void *data)
{
    struct origin **held = data;
    origin_destroy(*held);
    free(held);
}

static struct haul_await run_job(struct haul_task *task, struct reading *self, struct origin **held)
{
    *held = self->origin;
    self->origin = NULL;
    const struct haul_job job = {
        .fn = read_pieces, .data = held, .destroy_data = drop_held, .destroy_value = origin_destroy};
    return haul_run_in_executor(task, NULL, job);
}

static struct haul_step reading(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(reading);
    while (!self->origin->is_whole) {
        struct origin **held = malloc(sizeof(struct origin *));
        if (!held)
            HAUL_FAIL(-ENOMEM);
        HAUL_AWAIT(run_job(task, self, held));
        self->origin = haul_awaited(task).pointer;
    }
    coroutine->code = (int16_t)digest_write(self->origin->digest, self->hexadecimal);
    if (coroutine->code != 0)
        HAUL_FAIL(coroutine->code);
    HAUL_FINALLY;
    HAUL_END;
}

struct haul_await reading_run(struct haul_task *task, struct reading *self, char *hexadecimal)
{
    self->coroutine = (struct haul_coroutine){.step = reading};
    self->hexadecimal = hexadecimal;
    return haul_call(task, &self->coroutine);
}
