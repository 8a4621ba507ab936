/* Runs a list with a client of its own each time. */
#ifndef REPORT_CLIENT_RUNNER_H
#define REPORT_CLIENT_RUNNER_H

#include "options/options.h"
#include "report/runner.h"
#include "run/front.h"
#include "run/list_feed.h"

#include <haul/client.h>

struct entry;
struct haul_trust;

/* One run. Private to the runner. */
struct client_run {
    struct haul_coroutine coroutine;
    struct client_runner *runner;
    enum mode mode;
    struct measured_run *run;
    struct haul_client *client;
    struct list_feed feed;
    struct front front;
    struct front_run front_run;
};

/* Embedded by its owner. */
struct client_runner {
    struct runner runner;
    const struct options *options;
    struct haul_trust *trust; /* certificates are read once, for all runs */
    const struct entry *const *entries;
    size_t count;
    struct client_run once;
};

/* Everything is borrowed. */
void client_runner_init(struct client_runner *runner, const struct options *options, struct haul_trust *trust,
                        const struct entry *const *entries, size_t count);

#endif
