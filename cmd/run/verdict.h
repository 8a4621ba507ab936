/* Which results are ok, and what those that are not mean for the whole run. */
#ifndef RUN_VERDICT_H
#define RUN_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct haul_result;
struct status_set;

/* Which results are failures. */
enum fail_on_kind {
    FAIL_ON_HTTP,  /* each that is not ok */
    FAIL_ON_ERROR, /* the same, but for those that are not ok for their status alone */
    FAIL_ON_NEVER, /* none */
};

/* What makes a run fail, as --fail-on says it. All zero is the default: one result that is not ok. */
struct fail_on {
    enum fail_on_kind kind;
    size_t limit;  /* so many may fail */
    bool is_share; /* the limit is in percent */
    bool is_empty; /* a run without results fails as well */
};

/* Reads a list of http, error, never, N, N% and empty. HAUL_E_INVALID: it is none, or contradicts itself. */
int fail_on_parse(const char *text, struct fail_on *ret_fail_on);

/* The message of what is cancelled because there is a winner. */
extern const char verdict_race_lost[];

struct verdict_rules {
    struct fail_on fail_on;
    bool is_race; /* one that is ok is enough, and nothing else counts */
};

/* Embedded by its owner; its fields are private. */
struct verdict {
    struct verdict_rules rules;
    uint64_t judged; /* results, but for the cancelled ones */
    uint64_t ok;
    uint64_t failed;                  /* those that count */
    const struct haul_result *winner; /* of a race, until it is counted; compared, never looked into */
};

void verdict_init(struct verdict *verdict, const struct verdict_rules *rules);

/* Of a race only the first that is ok stays so: others that come in with it, or before it is counted, are cancelled.
 * Again it changes nothing. */
void verdict_apply(struct verdict *verdict, struct haul_result *result);

/* Counts a result, once. What was cancelled was so for a reason that counts by itself. */
void verdict_count(struct verdict *verdict, const struct haul_result *result);

/* Counts an input that an earlier run has done. */
void verdict_count_done(struct verdict *verdict);

/* Whether the run has failed already, whatever comes; of a share that is known at the end only. */
bool verdict_has_failed(const struct verdict *verdict);

/* Whether one was ok. */
bool verdict_has_ok(const struct verdict *verdict);

/* Whether the run, which has ended, is a failure. */
bool verdict_is_failure(const struct verdict *verdict);

#endif
