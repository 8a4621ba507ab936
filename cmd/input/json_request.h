/* The fields of a JSON line that say how its URL is fetched: each is checked and put into the line's request. */
#ifndef INPUT_JSON_REQUEST_H
#define INPUT_JSON_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;
struct line_request;

/* A value of a line's object, which is not null. */
struct json_value {
    const char *name; /* of its field */
    const struct cJSON *item;
    const char *text; /* as it was written */
    size_t size;
    size_t at; /* where that is in the line */
};

/* Whether it is a string without a NUL; if not, *RET_PROBLEM, static, says so. */
bool json_value_is_text(const struct json_value *value, const char **ret_problem);

/* Takes one of method, headers, body, body_base64, output, max_time and retry. HAUL_E_INVALID: it is not what it should
 * be, and *RET_PROBLEM, static, says what ("is no token"); -ENOMEM. */
int json_request_read(struct line_request *request, const struct json_value *value, const char **ret_problem);

#endif
