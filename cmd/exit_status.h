/* The command's exit statuses. */
#ifndef EXIT_STATUS_H
#define EXIT_STATUS_H

#include <stddef.h>

enum exit_status {
    EXIT_STATUS_OK = 0,
    EXIT_STATUS_NOT_OK = 1,
    EXIT_STATUS_USAGE = 2,
    EXIT_STATUS_BROKEN = 3,
    EXIT_STATUS_REGRESSION = 4,
    EXIT_STATUS_DEADLINE = 124,    /* as timeout(1) says it */
    EXIT_STATUS_INTERRUPTED = 130, /* as shells say it: 128 + SIGINT */
    EXIT_STATUS_NO_READER = 141,   /* 128 + SIGPIPE */
    EXIT_STATUS_TERMINATED = 143,  /* 128 + SIGTERM */
};

struct exit_status_row {
    enum exit_status status;
    unsigned commands;   /* those that end with it: bits of enum command */
    const char *meaning; /* half a sentence, for people */
};

/* All of them, by number: what --help and the man page show. */
extern const struct exit_status_row exit_status_rows[];
extern const size_t exit_status_count;

/* Which of two counts where both apply: the first of 130 and 143, 141, 3, 124, 2, 4, 1. Between 130 and 143 it is ONE,
 * to be the one that came first. */
enum exit_status exit_status_worse(enum exit_status one, enum exit_status other);

#endif
