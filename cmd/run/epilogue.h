/* What a run tells when it has ended: the summary, for people and for programs. */
#ifndef RUN_EPILOGUE_H
#define RUN_EPILOGUE_H

#include "options/options.h"

#include <stdbool.h>
#include <stdint.h>

struct haul_client;
struct output;
struct replacement;

struct epilogue {
    const struct options *options;
    const struct output *output;
    const struct haul_client *client;
    int64_t wall;   /* how long the run took, in nanoseconds */
    bool is_whole;  /* it read all that it was given */
    bool is_enough; /* what is not ok does not matter */
};

/* Writes the summary on standard error, or a line where something was not ok. */
void epilogue_tell(const struct epilogue *epilogue);

/* Writes the summary as JSON to FILE and commits it. Negative errno. */
int epilogue_export(const struct epilogue *epilogue, struct replacement *file);

#endif
