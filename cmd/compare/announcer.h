/* What a comparison says while it runs, on standard error: how much there is to do, about how long it takes, and on a
 * terminal a line with the run that is under way. */
#ifndef COMPARE_ANNOUNCER_H
#define COMPARE_ANNOUNCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero says nothing. Its fields are private. */
struct announcer {
    bool is_loud;     /* messages are wanted */
    bool is_terminal; /* so is the line */
    bool is_drawn;
};

/* IS_SILENT: says nothing. */
void announcer_init(struct announcer *announcer, bool is_silent);

/* What will be done. */
struct announcer_plan {
    size_t url_count;
    size_t run_count;
    bool is_offline; /* without requests */
    bool is_least;   /* there may be more runs */
};

/* Says that so many URLs will be run so often. */
void announcer_tell_plan(const struct announcer *announcer, const struct announcer_plan *plan);

/* Says that it takes about DURATION nanoseconds from now. */
void announcer_tell_duration(const struct announcer *announcer, int64_t duration);

/* Shows the line for run NUMBER of COUNT of what LABEL names; 0: it is to warm up. */
void announcer_show_run(struct announcer *announcer, size_t number, size_t count, const char *label);

/* Clears the line, until it is shown again. ANNOUNCER is void so that this can be given to message_set_before. */
void announcer_clear(void *announcer);

#endif
