#include "net/debug.h"

#include "net/transfer.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* Behind which words a secret stands, up to the end of the line: fields, also as HTTP/2's are told of, and what libcurl
 * says of a cookie that it keeps. Behind the colon of a field there need not be a space. */
static const char *const secrets[] = {"authorization:", "cookie:", "added cookie ", "replaced cookie "};

/* Where in LINE a secret begins; SIZE: it has none. */
static size_t find_secret(const char *line, size_t size)
{
    for (size_t at = 0; at < size; at++)
        for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
            size_t length = strlen(secrets[i]);
            if (size - at > length && strncasecmp(line + at, secrets[i], length) == 0)
                return at + length + (line[at + length] == ' ');
        }
    return size;
}

static void tell(const struct haul_client_options *options, char mark, const char *line, size_t size)
{
    size_t secret = find_secret(line, size);
    struct haul__buffer masked;
    if (secret == size) {
        options->debug(options->debug_data, mark, line, size);
        return;
    }
    haul__buffer_init(&masked);
    if (haul__buffer_append(&masked, line, secret) == 0 && haul__buffer_append(&masked, "***", 3) == 0)
        options->debug(options->debug_data, mark, (const char *)masked.bytes, masked.size);
    haul__buffer_finish(&masked);
}

static int take(CURL *easy, curl_infotype type, char *bytes, size_t size, void *data)
{
    static const char marks[] = {[CURLINFO_TEXT] = '*', [CURLINFO_HEADER_IN] = '<', [CURLINFO_HEADER_OUT] = '>'};
    struct haul__transfer *transfer = data;
    const struct haul_client_options *options = transfer->all->options;
    (void)easy;
    if (options->keep_hops && type == CURLINFO_HEADER_OUT && haul__buffer_append(&transfer->sent, bytes, size) < 0)
        transfer->error = -ENOMEM;
    if (!options->debug || (size_t)type >= sizeof(marks))
        return 0;
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        size_t line = end ? (size_t)(end - bytes) : size;
        size_t whole = end ? line + 1 : line;
        if (line > 0 && bytes[line - 1] == '\r')
            line--;
        tell(options, marks[type], bytes, line);
        bytes += whole;
        size -= whole;
    }
    return 0;
}

CURLcode haul__debug_apply(CURL *easy, struct haul__transfer *transfer)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, take);
    code |= curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer);
    return code | curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}
