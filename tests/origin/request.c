#include "request.h"

#include <string.h>

/* Takes the line that REST begins with off it, up to its CRLF or LF. */
static bool next_line(struct slice *rest, struct slice *ret_line)
{
    const char *end = rest->size > 0 ? memchr(rest->at, '\n', rest->size) : NULL;
    if (!end)
        return false;
    size_t taken = (size_t)(end - rest->at) + 1;
    size_t length = taken - 1;
    if (length > 0 && rest->at[length - 1] == '\r')
        length--;
    *ret_line = (struct slice){rest->at, length};
    *rest = (struct slice){rest->at + taken, rest->size - taken};
    return true;
}

/* Splits SLICE at the first SEPARATOR. Without one all is the first part, and the second is empty. */
static bool split(struct slice slice, char separator, struct slice *ret_first, struct slice *ret_second)
{
    const char *at = slice.size > 0 ? memchr(slice.at, separator, slice.size) : NULL;
    if (!at) {
        *ret_first = slice;
        *ret_second = (struct slice){slice.at + slice.size, 0};
        return false;
    }
    size_t length = (size_t)(at - slice.at);
    *ret_first = (struct slice){slice.at, length};
    *ret_second = (struct slice){at + 1, slice.size - length - 1};
    return true;
}

static struct slice trim(struct slice slice)
{
    while (slice.size > 0 && (slice.at[0] == ' ' || slice.at[0] == '\t'))
        slice = (struct slice){slice.at + 1, slice.size - 1};
    while (slice.size > 0 && (slice.at[slice.size - 1] == ' ' || slice.at[slice.size - 1] == '\t'))
        slice.size--;
    return slice;
}

/* Takes "http://host" off an absolute target. */
static struct slice without_host(struct slice target)
{
    static const char scheme[] = "http://";
    size_t length = strlen(scheme);
    if (target.size < length || memcmp(target.at, scheme, length) != 0)
        return target;
    struct slice rest = {target.at + length, target.size - length};
    const char *path = rest.size > 0 ? memchr(rest.at, '/', rest.size) : NULL;
    if (!path)
        return (struct slice){"/", 1};
    return (struct slice){path, rest.size - (size_t)(path - rest.at)};
}

static bool parse_request_line(struct slice line, struct request *request)
{
    struct slice rest, target, version;
    if (!split(line, ' ', &request->method, &rest) || !split(rest, ' ', &target, &version))
        return false;
    if (version.size != strlen("HTTP/1.x") || memcmp(version.at, "HTTP/1.", strlen("HTTP/1.")) != 0)
        return false;
    request->keep_alive = !slice_is(version, "HTTP/1.0");
    split(without_host(target), '?', &request->path, &request->query);
    return request->path.size > 0;
}

/* Notes what a header field says that the origin acts on. False: it cannot. */
static bool parse_field(struct slice line, struct request *request, uint64_t *ret_body_size)
{
    struct slice name, value;
    if (!split(line, ':', &name, &value))
        return false;
    value = trim(value);
    if (slice_is_ignoring_case(name, "Content-Length")) {
        *ret_body_size = slice_number(value, UINT64_MAX);
        return *ret_body_size <= REQUEST_SIZE_MAX;
    }
    if (slice_is_ignoring_case(name, "Connection"))
        request->keep_alive = !slice_is_ignoring_case(value, "close");
    return !slice_is_ignoring_case(name, "Transfer-Encoding");
}

enum request_state request_parse(struct slice received, struct request *ret_request)
{
    struct slice rest = received, line;
    struct request request = {0};
    uint64_t body_size = 0;
    /* Until the end is there nothing is looked at, so that a head in many pieces is not parsed many times. */
    if (received.size == 0 || !memmem(received.at, received.size, "\n\r\n", 3))
        return received.size < REQUEST_SIZE_MAX ? REQUEST_INCOMPLETE : REQUEST_BAD;
    if (!next_line(&rest, &line) || !parse_request_line(line, &request))
        return REQUEST_BAD;
    for (;;) {
        if (!next_line(&rest, &line))
            return REQUEST_BAD;
        if (line.size == 0)
            break;
        if (!parse_field(line, &request, &body_size))
            return REQUEST_BAD;
    }
    request.head = (struct slice){received.at, received.size - rest.size};
    request.size = request.head.size + body_size;
    if (request.size > received.size)
        return REQUEST_INCOMPLETE;
    *ret_request = request;
    return REQUEST_COMPLETE;
}

bool query_next(struct slice *query, struct slice *ret_name, struct slice *ret_value)
{
    if (query->size == 0)
        return false;
    struct slice pair;
    split(*query, '&', &pair, query);
    split(pair, '=', ret_name, ret_value);
    return true;
}

bool request_parameter(const struct request *request, const char *name, struct slice *ret_value)
{
    struct slice query = request->query, found, value;
    while (query_next(&query, &found, &value)) {
        if (slice_is(found, name)) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}

uint64_t request_number(const struct request *request, const char *name, uint64_t fallback)
{
    struct slice value;
    return request_parameter(request, name, &value) ? slice_number(value, fallback) : fallback;
}
