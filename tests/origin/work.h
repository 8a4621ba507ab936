/* A behaviour at work, and how it puts a proper answer together. */
#ifndef ORIGIN_WORK_H
#define ORIGIN_WORK_H

#include "answer.h"
#include "request.h"

#include <stdbool.h>
#include <stdint.h>

struct counters;
struct workers;

/* What it reads, and what it fills in. */
struct work {
    const struct request *request;
    struct slice rest;         /* of the path, behind the behaviour's name */
    struct slice content_type; /* size 0: none */
    struct slice reason;       /* at NULL: that of the status */
    struct counters *counters;
    struct workers *workers;
    int64_t now; /* on the loop's clock */
    struct answer *answer;
    uint64_t count;
    bool without_length;
};

/* A parameter of the query as a number; FALLBACK where it is none or missing. */
uint64_t work_number(const struct work *work, const char *name, uint64_t fallback);

/* The head of the answer, to be appended to. */
struct bytes *work_head(struct work *work);

/* Begins a head as every proper answer has it; further fields may follow. STATUS unless the query names another. */
void work_begin(struct work *work, uint64_t status);

/* The status line alone, and the length alone, for a head that is not proper. */
void work_add_status_line(struct work *work, uint64_t status);
void work_add_length(struct work *work, uint64_t length);

/* A field whose value is percent-decoded: any bytes may stand in it. */
void work_add_field(struct work *work, const char *name, struct slice value);

/* Ends it, with the body that the answer has by now. */
void work_end(struct work *work, uint64_t status);

/* A proper answer without further fields, with TEXT as its body. */
void work_answer_with(struct work *work, uint64_t status, const char *text);

#endif
