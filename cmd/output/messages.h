/* What haul says on standard error while its loop runs. Nobody may read there (a full pipe, a stopped terminal): that
 * holds up neither the loop nor a signal. */
#ifndef OUTPUT_MESSAGES_H
#define OUTPUT_MESSAGES_H

#include "output/writer.h"

#include <stdbool.h>

/* Embedded by its owner. */
struct messages {
    struct writer *writer; /* NULL before messages_begin and after messages_end */
    bool is_owned;         /* it writes nothing but messages */
};

/* Has all messages (message.h) go to a writer of their own, or, where standard error is the same file as standard
 * output, to OUTPUT, which writes there: between records, then, and not into one that is half written. Negative errno.
 */
int messages_begin(struct messages *messages, struct haul_loop *loop, struct writer *output);

/* Once the loop runs no more, and signals have their default action: writes what still waits, and has messages written
 * directly again. Unless IS_PATIENT, what nobody reads at once is lost. Nothing to do unless they have begun. */
void messages_end(struct messages *messages, bool is_patient);

/* Goes on writing when whoever reads is ready again, as a task, until it is cancelled. A reader that has gone ends
 * this, and nothing else. What another writer writes is left to it. */
struct messages_run {
    struct haul_coroutine coroutine;
    struct messages *messages;
    /* Private from here. */
    struct writer_run run;
    int code;
};
haul_step_fn messages_run;

#endif
