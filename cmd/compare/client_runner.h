/* Runs a list with a client of its own each time; or, warm, with clients that are kept. */
#ifndef COMPARE_CLIENT_RUNNER_H
#define COMPARE_CLIENT_RUNNER_H

#include "compare/runner.h"
#include "options/options.h"
#include "run/front.h"
#include "run/list_feed.h"

#include <haul/client.h>
#include <haul/group.h>

struct haul_trust;
struct run_records;
struct url_list;

/* One run. Private to the runner. */
struct client_run {
    struct haul_coroutine coroutine;
    struct client_runner *runner;
    struct variant variant;
    struct measured_run *run;
    struct haul_client *client;
    size_t *order; /* of a sample; NULL: it is none */
    struct list_feed feed;
    struct front front;
    struct haul_group group; /* of the front alone, so that a race that is won ends it and no more */
    struct haul_task *racing;
    bool is_won;
    int code;
};

/* Embedded by its owner. */
struct client_runner {
    struct runner runner;
    const struct options *options;
    struct haul_trust *trust;     /* certificates are read once, for all runs */
    const struct url_list *lists; /* of each side */
    struct run_records *records;  /* takes what comes out; NULL: nobody asks for it */
    int64_t sample_time;          /* what runs in sequence is a sample of the list that takes so long; HAUL_NEVER */
    struct haul_client **clients; /* owned: warm ones, one for each concurrency; made when they are first used */
    struct client_run once;
};

/* Everything is borrowed. -ENOMEM. */
int client_runner_init(struct client_runner *runner, const struct options *options, struct haul_trust *trust,
                       const struct url_list *lists);

/* Closes the connections that are kept. One that is all zero, too. */
void client_runner_finish(struct client_runner *runner);

#endif
