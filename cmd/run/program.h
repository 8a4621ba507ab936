/* What a subcommand stands on: the loop, the lists, the certificates, standard output and error, signals. */
#ifndef RUN_PROGRAM_H
#define RUN_PROGRAM_H

#include "exit_status.h"
#include "options/options.h"
#include "output/destinations.h"
#include "output/messages.h"
#include "output/record.h"
#include "output/target.h"
#include "run/interruption.h"
#include "run/source_feed.h"

#include <stdbool.h>

/* Embedded by its owner, all zero before program_make. */
struct program {
    const struct options *options;
    struct haul_loop *loop;
    struct epoch epoch; /* when it began */
    struct haul_trust *trust;
    struct source *source;
    struct haul_url *base;            /* of lines that begin with a slash; NULL: none */
    struct source_feed feed;          /* of the source */
    struct writer *writer;            /* to standard output */
    struct target target;             /* for bodies, beside standard output; perhaps none. Its owner opens it */
    struct destinations destinations; /* of --write-out, beside it too */
    struct messages messages;
    struct interruption interruption;
    struct haul_task *work; /* what is run; NULL before program_run */
    bool has_told;          /* why it cannot go on */
};

/* Makes all that it needs. HAUL_E_INVALID: something that the options name cannot be used, and a message has said so;
 * negative errno. To be torn down in any case. */
int program_make(struct program *program, const struct options *options);

/* Runs WORK beside the writers until it has ended; INTERRUPTED is called when a signal comes, as interruption_begin
 * says. Its code, that of the output if that failed first, or what kept the loop from running. Then signals are as
 * interruption_end says. */
int program_run(struct program *program, struct haul_awaitable work, haul_callback_fn *interrupted, void *data);

/* Cancels the work, if it has begun. */
void program_cancel(struct program *program);

/* Says why it could not go on, if CODE is such a reason and nothing has said it yet. */
void program_tell_failure(const struct program *program, int code);

/* What a program that was made comes to: STATUS or worse. CODE is program_run's. */
enum exit_status program_judge(const struct program *program, enum exit_status status, int code);

/* The status of a program that could not be made because of CODE, with a message that tells why. */
enum exit_status program_give_up(const struct program *program, int code);

/* Writes the messages that still wait, and frees it all. Where a signal came, that is raised again, and ends the
 * process. */
void program_tear_down(struct program *program);

#endif
