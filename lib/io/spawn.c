/* posix_spawn does between fork and exec only what may be done there in a process with threads, copies no page tables,
 * and tells what exec said. */
#include "io/spawn.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

int haul__lift(int descriptor)
{
    if (descriptor < 0 || descriptor >= HAUL__CHANNELS)
        return descriptor;
    int lifted = fcntl(descriptor, F_DUPFD_CLOEXEC, HAUL__CHANNELS);
    int code = lifted < 0 ? -errno : lifted;
    close(descriptor);
    return code;
}

static int open_null(void)
{
    int descriptor = open("/dev/null", O_RDWR | O_CLOEXEC);
    return haul__lift(descriptor < 0 ? -errno : descriptor);
}

/* The pipe of channel I: a program reads its standard input, and writes the others. */
static int open_pipe(struct haul__channels *channels, int i)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    int ours = haul__lift(i == STDIN_FILENO ? ends[1] : ends[0]);
    int theirs = haul__lift(i == STDIN_FILENO ? ends[0] : ends[1]);
    if (ours >= 0)
        channels->ours[i] = ours;
    if (theirs >= 0)
        channels->theirs[i] = theirs;
    return ours < 0 ? ours : theirs < 0 ? theirs : 0;
}

static int open_given(struct haul__channels *channels, int i, int descriptor)
{
    if (descriptor < 0)
        return -EBADF;
    channels->is_lent[i] = descriptor >= HAUL__CHANNELS;
    if (!channels->is_lent[i]) {
        descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, HAUL__CHANNELS);
        if (descriptor < 0)
            return -errno;
    }
    channels->theirs[i] = descriptor;
    return 0;
}

static int open_channel(struct haul__channels *channels, int i, const struct haul_process_channel *channel)
{
    switch (channel->kind) {
    case HAUL_PROCESS_INHERIT:
        break;
    case HAUL_PROCESS_NULL: {
        int descriptor = open_null();
        if (descriptor < 0)
            return descriptor;
        channels->theirs[i] = descriptor;
        break;
    }
    case HAUL_PROCESS_PIPE:
        return open_pipe(channels, i);
    case HAUL_PROCESS_DESCRIPTOR:
        return open_given(channels, i, channel->descriptor);
    case HAUL_PROCESS_STDOUT:
        assert(i == STDERR_FILENO && "only the standard error goes where the standard output goes");
        channels->error_is_output = true;
        break;
    }
    return 0;
}

int haul__channels_open(const struct haul_process_options *options, struct haul__channels *channels)
{
    const struct haul_process_channel *wanted[HAUL__CHANNELS] = {&options->input, &options->output, &options->error};
    *channels = (struct haul__channels){.theirs = {-1, -1, -1}, .ours = {-1, -1, -1}};
    for (int i = 0; i < HAUL__CHANNELS; i++) {
        int code = open_channel(channels, i, wanted[i]);
        if (code < 0) {
            haul__channels_close_theirs(channels);
            haul__channels_close_ours(channels);
            return code;
        }
    }
    return 0;
}

void haul__channels_close_theirs(struct haul__channels *channels)
{
    for (int i = 0; i < HAUL__CHANNELS; i++) {
        if (channels->theirs[i] >= 0 && !channels->is_lent[i])
            close(channels->theirs[i]);
        channels->theirs[i] = -1;
    }
}

void haul__channels_close_ours(struct haul__channels *channels)
{
    for (int i = 0; i < HAUL__CHANNELS; i++) {
        if (channels->ours[i] >= 0)
            close(channels->ours[i]);
        channels->ours[i] = -1;
    }
}

/* What is done in the new process, in this order. */
static int add_actions(posix_spawn_file_actions_t *actions, const char *directory,
                       const struct haul__channels *channels)
{
    int error = directory ? posix_spawn_file_actions_addchdir_np(actions, directory) : 0;
    for (int i = 0; i < HAUL__CHANNELS && error == 0; i++)
        if (channels->theirs[i] >= 0)
            error = posix_spawn_file_actions_adddup2(actions, channels->theirs[i], i);
    if (error == 0 && channels->error_is_output)
        error = posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(actions, HAUL__CHANNELS);
    return error;
}

/* A group of its own, and signals as if nobody had changed anything. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
}

int haul__spawn(const char *const *arguments, const struct haul_process_options *options,
                const struct haul__channels *channels)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    const char *const *environment = options->environment ? options->environment : (const char *const *)environ;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return -error;
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    error = add_actions(&actions, options->directory, channels);
    pid_t pid = 0;
    if (error == 0)
        error = posix_spawnp(&pid, arguments[0], &actions, &attributes, (char *const *)arguments,
                             (char *const *)environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error != 0 ? -error : pid;
}
