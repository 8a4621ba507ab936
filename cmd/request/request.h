/* What the command line asks to be sent, and the request that comes of it. */
#ifndef REQUEST_REQUEST_H
#define REQUEST_REQUEST_H

#include "output/text.h"
#include "string_list.h"

#include <haul/request.h>

#include <stdbool.h>

/* All zero is a plain GET. Texts are argv's where they are const, otherwise copies, since argv is for all to see.
 */
struct request_options {
    const char *method;
    bool is_head;
    bool is_get; /* the data goes into the query */
    bool ends_with_header;
    bool is_trusting;
    struct string_list headers;
    char *time_condition; /* a header field */
    struct text data;
    bool has_data;
    bool is_json;          /* some of it is */
    bool has_json_file;    /* of that, some comes from a file */
    bool is_data_of_stdin; /* standard input was read for it */
    char *user;
    char *bearer;
    struct text cookies; /* "name=value; other=value" */
    struct string_list cookie_files;
    const char *cookie_jar;
    char *referer;
    bool refers_to_hop_before;
    char *range;
    struct string_list auth_hosts;
    struct haul_request request; /* what comes of it all */
};

/* Completes what all options come to. HAUL_E_INVALID: they do not go together, and *RET_PROBLEM, static, says why;
 * -ENOMEM. */
int request_complete(struct request_options *options, const char **ret_problem);

/* The request, once they are complete; it lives as long as they do. NULL: it is a plain GET. */
const struct haul_request *request_of(const struct request_options *options);

/* What -G, --get adds to each URL's query; NULL: nothing. Not NUL-terminated. */
const struct text *request_query(const struct request_options *options);

void request_options_finish(struct request_options *options);

#endif
