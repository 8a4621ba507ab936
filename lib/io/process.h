/* The inside of a process. */
#ifndef IO_PROCESS_H
#define IO_PROCESS_H

#include "base/buffer.h"
#include "core/task.h"

#include <haul/process.h>

/* The frame of a haul_process_communicate. */
struct haul__communicate {
    struct haul_coroutine coroutine;
    struct haul_process *process;
    const void *input;
    size_t size;
    size_t limit;
    struct haul_process_output *ret_output;
    struct haul_group group;
    struct haul_error_group errors;
    int code;
};
haul_step_fn haul__communicate;

struct haul_process {
    struct haul_loop *loop;
    struct haul__watch *watch; /* on the descriptor; it waits for something only while tasks do */
    int descriptor;            /* a pidfd; -1: the system has none for it */
    struct haul__hook hook;    /* in place of the watch, if it has a before_poll */
    int pid;                   /* and its group's number */
    int status;                /* once it has ended */
    bool has_ended;
    bool is_communicating;
    struct haul_list waiters; /* tasks in haul_process_wait */
    struct haul_stream *streams[3];
    struct haul__buffer collected[3];
    struct haul__communicate communicate;
};

#endif
