/* What libcurl is told to request, as a text and parsed. Given the text alone it parses it, and then writes it out
 * again, character by character, which is a tenth of what a small request costs. */
#ifndef NET_TARGET_H
#define NET_TARGET_H

#include "base/buffer.h"

#include <curl/curl.h>
#include <haul/url.h>
#include <stdbool.h>

struct haul__target {
    CURLU *parsed;
    struct haul__buffer text; /* the URL in `parsed`, with a NUL for the '?' before its query */
    size_t head_size;         /* of that, up to the path; 0: the next URL must be parsed as a whole */
    bool is_told;             /* the handle has `parsed` */
};

/* -ENOMEM. */
int haul__target_init(struct haul__target *target);
void haul__target_finish(struct haul__target *target);

/* Has EASY, always the same, request URL next. What libcurl cannot parse, it says when the transfer begins. -ENOMEM. */
int haul__target_set(struct haul__target *target, CURL *easy, const struct haul_url *url);

#endif
