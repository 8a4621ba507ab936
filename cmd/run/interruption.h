/* SIGINT and SIGTERM: the first asks the run to end, the second ends the process at once. One that is ignored from the
 * start stays so. */
#ifndef RUN_INTERRUPTION_H
#define RUN_INTERRUPTION_H

#include <haul/loop.h>

/* Embedded by its owner. */
struct interruption {
    struct haul_loop *loop;
    haul_callback_fn *fn;
    void *data;
    int signal; /* the first that came; 0: none */
};

/* Has FN called when one of the two signals comes: with the first to end the run, with the second before the process
 * ends behind it. -ENOMEM. */
int interruption_begin(struct interruption *interruption, struct haul_loop *loop, haul_callback_fn *fn, void *data);

/* Once the loop runs no more, and nobody would hear of the signals: one that comes now, as the first, is put off until
 * interruption_raise, and a second one ends the process at once. */
void interruption_end(struct interruption *interruption);

/* Once nothing is left that has to be whole: the first, too, ends the process at once. */
void interruption_let_through(void);

/* Ends the process with the first signal that came, if one did, so that a shell's loop stops, too (a status of 130
 * alone would not stop it). */
void interruption_raise(const struct interruption *interruption);

#endif
