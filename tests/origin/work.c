#include "work.h"

uint64_t work_number(const struct work *work, const char *name, uint64_t fallback)
{
    return request_number(work->request, name, fallback);
}

struct bytes *work_head(struct work *work)
{
    return &work->answer->head;
}

static const char *reason_of(uint64_t status)
{
    switch (status) {
    case 200:
        return "OK";
    case 302:
        return "Found";
    case 404:
        return "Not Found";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Status";
    }
}

void work_add_field(struct work *work, const char *name, struct slice value)
{
    bytes_append_text(work_head(work), name);
    bytes_append_text(work_head(work), ": ");
    bytes_append_decoded(work_head(work), value);
    bytes_append_text(work_head(work), "\r\n");
}

void work_add_status_line(struct work *work, uint64_t status)
{
    bytes_append_text(work_head(work), "HTTP/1.1 ");
    bytes_append_number(work_head(work), status);
    bytes_append_text(work_head(work), " ");
    if (work->reason.at)
        bytes_append_decoded(work_head(work), work->reason);
    else
        bytes_append_text(work_head(work), reason_of(status));
    bytes_append_text(work_head(work), "\r\n");
}

void work_add_length(struct work *work, uint64_t length)
{
    bytes_append_text(work_head(work), "Content-Length: ");
    bytes_append_number(work_head(work), length);
    bytes_append_text(work_head(work), "\r\n");
}

void work_begin(struct work *work, uint64_t status)
{
    work_add_status_line(work, work_number(work, "status", status));
    if (work->content_type.size > 0)
        work_add_field(work, "Content-Type", work->content_type);
}

void work_end(struct work *work, uint64_t status)
{
    struct answer *answer = work->answer;
    struct slice ignored;
    status = work_number(work, "status", status);
    if (request_parameter(work->request, "size", &ignored))
        answer_fill(answer, work_number(work, "size", 0));
    bool bodiless = status / 100 == 1 || status == 204 || status == 304;
    if (bodiless)
        answer->size = 0;
    if (answer->chunked)
        bytes_append_text(work_head(work), "Transfer-Encoding: chunked\r\n");
    else if (!bodiless && !work->without_length)
        work_add_length(work, answer->size);
    if (work_number(work, "close", 0) != 0 || !work->request->keep_alive)
        answer->ending = ENDING_CLOSE;
    if (answer->ending == ENDING_CLOSE)
        bytes_append_text(work_head(work), "Connection: close\r\n");
    bytes_append_text(work_head(work), "\r\n");
    if (slice_is(work->request->method, "HEAD")) {
        answer->size = 0;
        answer->chunked = false;
    }
}

void work_answer_with(struct work *work, uint64_t status, const char *text)
{
    work_begin(work, status);
    answer_send(work->answer, text);
    work_end(work, status);
}
