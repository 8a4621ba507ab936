#include "net/bounds.h"

#include <stdlib.h>
#include <string.h>

/* Of all header of an answer: its own, those of interim answers, and what comes behind the body. These are the bounds
 * that later versions of libcurl have for one. */
enum { most_header = 300 * 1024, most_lines = 5000 };

static bool fail(struct haul__transfer *transfer, CURLcode code, const char *message)
{
    transfer->failure = (struct haul__failure){HAUL_CLASS_SIZE, code, message};
    return false;
}

static bool fail_body(struct haul__transfer *transfer)
{
    return fail(transfer, CURLE_FILESIZE_EXCEEDED, curl_easy_strerror(CURLE_FILESIZE_EXCEEDED));
}

static bool has_field(CURL *easy, const char *name)
{
    struct curl_header *header;
    return curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
}

int64_t haul__promised_size(CURL *easy)
{
    struct curl_header *header;
    CURLHcode code = curl_easy_header(easy, "Content-Length", 0, CURLH_HEADER, -1, &header);
    if (code != CURLHE_OK || header->value[0] < '0' || header->value[0] > '9' || has_field(easy, "Transfer-Encoding"))
        return -1;
    /* Too large a number becomes the largest. */
    return strtoll(header->value, NULL, 10);
}

/* No body comes, whatever size is told of. */
static bool has_no_body(CURL *easy)
{
    long status = 0;
    char *method = NULL;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_METHOD, &method);
    return status < 200 || status == 204 || status == 304 || (method && strcmp(method, "HEAD") == 0);
}

/* Of a body that is to be decoded the size is not known before. */
static bool promises_too_much(const struct haul__transfer *transfer)
{
    const struct haul_client_options *options = transfer->all->options;
    if (options->max_filesize == 0 || transfer->ends_with_header)
        return false;
    if (haul__promised_size(transfer->easy) <= options->max_filesize || has_no_body(transfer->easy))
        return false;
    return !options->compressed || !has_field(transfer->easy, "Content-Encoding");
}

bool haul__bounds_take_header(struct haul__transfer *transfer, size_t size)
{
    transfer->header_size += size;
    transfer->header_lines++;
    if (transfer->header_size > most_header)
        return fail(transfer, CURLE_RECV_ERROR, "the header of the answer is larger than 300 kB");
    if (transfer->header_lines > most_lines)
        return fail(transfer, CURLE_RECV_ERROR, "the header of the answer has more than 5000 lines");
    if (transfer->has_whole_header && transfer->body_size == 0 && promises_too_much(transfer))
        return fail_body(transfer);
    return true;
}

size_t haul__bounds_take_body(struct haul__transfer *transfer, size_t size)
{
    int64_t most = transfer->all->options->max_filesize;
    if (most == 0 || (int64_t)size <= most - transfer->body_size)
        return size;
    fail_body(transfer);
    return (size_t)(most - transfer->body_size);
}
