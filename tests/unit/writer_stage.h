/* What tests of output stand on: a loop, a writer with its task, and both ends of what it writes to. */
#ifndef TESTS_WRITER_STAGE_H
#define TESTS_WRITER_STAGE_H

#include "output/writer.h"

#include <haul/haul.h>

#include <stdbool.h>
#include <stddef.h>

struct writer_stage {
    struct haul_virtual_clock clock; /* stands at one second, where it is used */
    struct haul_loop *loop;
    struct writer *writer;
    struct haul_task *run; /* its task */
    int reading;           /* what it writes comes out here, without waiting; -1: nowhere */
    int writing;           /* it was made for this one */
};

/* For one who sets `reading` and `writing` before. */
void writer_stage_open(struct writer_stage *stage, bool is_virtual);

/* On both ends of a new pipe, socket of a TYPE, terminal, file, and on an existing PATH. */
void writer_stage_open_pipe(struct writer_stage *stage, bool is_virtual);
void writer_stage_open_socket(struct writer_stage *stage, int type, bool is_virtual);
void writer_stage_open_terminal(struct writer_stage *stage, bool is_virtual);
void writer_stage_open_file(struct writer_stage *stage, bool is_virtual);
void writer_stage_open_path(struct writer_stage *stage, const char *path);

/* In two parts, for what stands on the writer to be destroyed between them. */
void writer_stage_end_run(struct writer_stage *stage);
void writer_stage_close(struct writer_stage *stage);

/* The reader goes away. */
void writer_stage_close_reading(struct writer_stage *stage);

/* Runs a number of iterations that is enough for whatever is ready, without waiting. */
void writer_stage_iterate(struct writer_stage *stage);

/* Makes a task of the loop; the reference is the caller's. */
struct haul_task *writer_stage_task(struct writer_stage *stage, struct haul_awaitable awaitable);

/* Runs until TASK has ended, drops the reference, and gives its code. */
int writer_stage_end(struct writer_stage *stage, struct haul_task *task);

/* What can be read now is TEXT. */
void writer_stage_assert_arrived(struct writer_stage *stage, const char *text);

#endif
