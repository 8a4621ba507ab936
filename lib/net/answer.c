/* What a transfer leaves in its result: the facts of the answer, the times, and what went wrong. */
#include "net/redirect.h"
#include "net/transfer.h"

#include <errno.h>
#include <string.h>

static const char *version_name(long version)
{
    switch (version) {
    case CURL_HTTP_VERSION_1_0:
        return "1.0";
    case CURL_HTTP_VERSION_1_1:
        return "1.1";
    case CURL_HTTP_VERSION_2_0:
        return "2";
    case CURL_HTTP_VERSION_3:
        return "3";
    default:
        return NULL;
    }
}

/* A text of the result. Empty ones are unknown. */
static int copy(struct haul__result *result, const char *text, const char **ret_text)
{
    if (!text || !*text)
        return 0;
    const char *copied = haul__result_add_text(result, text, strlen(text));
    if (!copied)
        return -ENOMEM;
    *ret_text = copied;
    return 0;
}

static int note_peer(struct haul__transfer *transfer)
{
    struct haul_result *result = &transfer->result->public;
    result->remote_port = transfer->remote.port;
    result->local_port = transfer->local.port;
    int code = copy(transfer->result, transfer->remote.ip, &result->remote_ip);
    return code == 0 ? copy(transfer->result, transfer->local.ip, &result->local_ip) : code;
}

/* Where it redirects to, though that is not followed. */
static int note_redirect(struct haul__transfer *transfer)
{
    const char *location = haul__transfer_location(transfer);
    const char *problem;
    struct haul_url *target = NULL;
    int code = location ? haul__redirect_target(transfer->url, location, &target, &problem) : 0;
    if (code == 0 && target)
        code = copy(transfer->result, haul_url_masked(target), &transfer->result->public.redirect_url);
    haul_url_destroy(target);
    return code < 0 ? code : 0;
}

/* What went over the wire. */
static void note_sizes(struct haul__transfer *transfer)
{
    struct haul_result *result = &transfer->result->public;
    long request_size = 0;
    curl_off_t uploaded = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &request_size);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    result->header_size += (int64_t)transfer->header_size;
    result->request_size += request_size;
    result->uploaded = uploaded;
    result->downloaded = transfer->body_size;
    /* Of a body that libcurl decodes it counts what came. */
    if (transfer->all->options->compressed) {
        curl_off_t downloaded = 0;
        curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &downloaded);
        result->downloaded = downloaded;
    }
}

int haul__transfer_note_facts(struct haul__transfer *transfer)
{
    struct haul_result *result = &transfer->result->public;
    if (transfer->has_facts)
        return 0;
    transfer->has_facts = true;
    long status = 0, version = 0;
    char *content_type = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);
    result->status = (int)status;
    result->http_version = status > 0 ? version_name(version) : NULL;
    result->reused = transfer->opened == 0;
    result->connection = transfer->connection;
    int code = note_peer(transfer);
    if (code == 0)
        code = copy(transfer->result, content_type, &result->content_type);
    const struct haul_client_options *options = transfer->all->options;
    if (code == 0 && !options->follow_redirects && haul__is_redirect(result->status))
        code = note_redirect(transfer);
    return code == 0 ? haul__head_write(&transfer->head, transfer->result) : code;
}

/* The points in time of a hop, in microseconds from its start: each at least the one before. */
struct points {
    int64_t looked_up;
    int64_t connected;
    int64_t secured;
    int64_t first_byte;
    int64_t end;
};

static int64_t point(CURL *easy, CURLINFO info)
{
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy, info, &microseconds);
    return microseconds;
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* A point that was not reached is at the end, so that the phase before it has the rest. */
static struct points find_points(const struct haul__transfer *transfer, int64_t end)
{
    CURL *easy = transfer->easy;
    struct points points = {end, end, end, end, end};
    bool is_sent = transfer->phase >= HAUL__WAITING_PHASE;
    if (is_sent && transfer->phase == HAUL__RECEIVING_PHASE)
        points.first_byte = between(0, point(easy, CURLINFO_STARTTRANSFER_TIME_T), end);
    if (is_sent && transfer->opened == 0) {
        points.looked_up = points.connected = points.secured = 0;
        return points;
    }
    if (transfer->opened == 0)
        return points;
    int64_t connected = point(easy, CURLINFO_CONNECT_TIME_T);
    if (connected == 0 && transfer->secured_from > 0)
        connected = (transfer->secured_from - transfer->started) / HAUL_MICROSECOND;
    int64_t secured = point(easy, CURLINFO_APPCONNECT_TIME_T);
    points.looked_up = between(0, point(easy, CURLINFO_NAMELOOKUP_TIME_T), end);
    if (connected > 0 || is_sent)
        points.connected = between(points.looked_up, connected, end);
    if (is_sent)
        points.secured = between(points.connected, secured, end);
    points.first_byte = between(points.secured, points.first_byte, end);
    return points;
}

/* When the last byte of the request was sent, in microseconds from the start; 0: libcurl does not tell. */
static int64_t sent_at(const struct haul__transfer *transfer, const struct points *points)
{
    int64_t sent = 0;
#if LIBCURL_VERSION_NUM >= 0x080a00
    sent = point(transfer->easy, CURLINFO_POSTTRANSFER_TIME_T);
#else
    (void)transfer;
#endif
    return sent > 0 ? between(points->secured, sent, points->end) : 0;
}

/* Sums whole microseconds, so that the parts of every rounding agree with their total. */
static void add_times(struct haul__transfer *transfer, int64_t end)
{
    struct haul_times *time = &transfer->result->public.time;
    struct points points = find_points(transfer, end);
    int64_t looked_up = points.looked_up;
    int64_t sent = sent_at(transfer, &points);
    /* What libcurl needs to find that it knows the addresses is part of connecting. */
    if (!transfer->all->options->system_resolver)
        looked_up = 0;
    time->dns += transfer->lookup + looked_up * HAUL_MICROSECOND;
    time->connect += (points.connected - looked_up) * HAUL_MICROSECOND;
    time->tls += (points.secured - points.connected) * HAUL_MICROSECOND;
    time->wait += (points.first_byte - points.secured) * HAUL_MICROSECOND;
    time->transfer += (points.end - points.first_byte) * HAUL_MICROSECOND;
    time->total += transfer->lookup + points.end * HAUL_MICROSECOND;
    time->sent += sent > 0 ? transfer->lookup + sent * HAUL_MICROSECOND : 0;
    if (transfer->opened > 0 && points.connected < points.end)
        haul__pacing_learn(&transfer->host->pacing, (points.connected - points.looked_up) * HAUL_MICROSECOND);
}

static struct haul__failure explain(const struct haul__transfer *transfer, CURLcode curl_code, bool is_ours)
{
    long cause = 0, verify_result = 0;
    if (transfer->failure.error_class != HAUL_CLASS_NONE)
        return transfer->failure;
    /* libcurl is content with a header that breaks off. */
    if (curl_code == CURLE_OK && !is_ours && !transfer->has_whole_header)
        return (struct haul__failure){HAUL_CLASS_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, "the answer's header broke off"};
    if (curl_code == CURLE_OK || (curl_code == CURLE_WRITE_ERROR && transfer->is_enough))
        return (struct haul__failure){0};
    /* Where the loop is late libcurl's limit for connecting is over, too, and may be noticed first. */
    if (curl_code == CURLE_OPERATION_TIMEDOUT)
        return (struct haul__failure){HAUL_CLASS_TIMEOUT, (int)curl_code, transfer->all->connect_message};
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &cause);
    curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &verify_result);
    return haul__failure_of((int)curl_code, transfer->phase, (int)cause, verify_result);
}

/* Whether it has come to nothing since all of its addresses were refused. */
static bool is_refused(const struct haul__transfer *transfer, CURLcode curl_code)
{
    return curl_code != CURLE_OK && transfer->failure.error_class == HAUL_CLASS_NONE && transfer->refusal.kind &&
           transfer->opened == 0 && transfer->shortage == 0;
}

/* What came before the request, where a connection was opened for it: of another, libcurl may tell what was there with
 * an earlier transfer. */
static void note_handshakes(struct haul__transfer *transfer)
{
    struct haul_result *result = &transfer->result->public;
    long status = 0, verified = 0, proxy_verified = 0;
    if (transfer->opened == 0)
        return;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    curl_easy_getinfo(transfer->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy_verified);
    result->connect_status = (int)status;
    result->verify_result = transfer->secured_from > 0 ? (int)verified : 0;
    result->proxy_verify_result = transfer->secured_from > 0 ? (int)proxy_verified : 0;
}

/* Whether a proxy was to make its connection. */
static bool is_proxied(const struct haul__transfer *transfer)
{
    const struct haul_client_options *options = transfer->all->options;
    long is_used = 0;
    if (*transfer->proxy == '\0' || options->unix_socket)
        return false;
#if LIBCURL_VERSION_NUM >= 0x080700
    if (curl_easy_getinfo(transfer->easy, CURLINFO_USED_PROXY, &is_used) == CURLE_OK)
        return is_used != 0;
#endif
    (void)is_used;
    return !haul__route_is_direct(options, transfer->host->origin);
}

/* Appends a field of a certificate as a line: but for the PEM, which says itself what it is, NAME:VALUE. */
static int append_certificate_field(struct haul__buffer *buffer, const char *field)
{
    static const char pem[] = "Cert:";
    if (strncmp(field, pem, sizeof(pem) - 1) == 0)
        field += sizeof(pem) - 1;
    size_t size = strlen(field);
    int code = haul__buffer_append(buffer, field, size);
    if (code == 0 && (size == 0 || field[size - 1] != '\n'))
        code = haul__buffer_append(buffer, "\n", 1);
    return code;
}

/* Those of the connection that was opened; libcurl forgets them when the handle's next transfer begins. */
static int note_certificates(struct haul__transfer *transfer)
{
    struct haul_result *result = &transfer->result->public;
    struct curl_certinfo *chain = NULL;
    struct haul__buffer buffer;
    int code = 0;
    if (!transfer->all->options->keep_certs || transfer->opened == 0)
        return 0;
    result->certs = NULL;
    result->cert_count = 0;
    if (curl_easy_getinfo(transfer->easy, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs <= 0)
        return 0;
    haul__buffer_init(&buffer);
    for (int i = 0; i < chain->num_of_certs; i++)
        for (const struct curl_slist *field = chain->certinfo[i]; field && code == 0; field = field->next)
            code = append_certificate_field(&buffer, field->data);
    if (code == 0)
        code = copy(transfer->result, (const char *)buffer.bytes, &result->certs);
    if (code == 0)
        result->cert_count = (unsigned)chain->num_of_certs;
    haul__buffer_finish(&buffer);
    return code;
}

void haul__transfer_conclude(struct haul__transfer *transfer, CURLcode curl_code, bool is_ours)
{
    struct haul_result *result = &transfer->result->public;
    int64_t end = is_ours ? (haul_loop_now(transfer->all->loop) - transfer->started) / HAUL_MICROSECOND
                          : point(transfer->easy, CURLINFO_TOTAL_TIME_T);
    if (transfer->phase >= HAUL__WAITING_PHASE) {
        int code = haul__transfer_note_facts(transfer);
        if (code < 0)
            transfer->error = code;
        result->connections += transfer->opened > 0 ? 1 : 0;
        note_sizes(transfer);
    } else if (note_peer(transfer) < 0) {
        transfer->error = -ENOMEM;
    }
    note_handshakes(transfer);
    result->proxied = is_proxied(transfer);
    if (note_certificates(transfer) < 0)
        transfer->error = -ENOMEM;
    add_times(transfer, end);
    if (is_refused(transfer, curl_code)) {
        if (haul__refusal_tell(&transfer->refusal, transfer->host->origin, transfer->result) < 0)
            transfer->error = -ENOMEM;
        return;
    }
    struct haul__failure failure = explain(transfer, curl_code, is_ours);
    result->error_class = failure.error_class;
    result->code = failure.code;
    /* What is said of a timeout is the client's, and does not outlive it. */
    if (copy(transfer->result, failure.message, &result->message) < 0)
        transfer->error = -ENOMEM;
}

const char *haul__transfer_location(const struct haul__transfer *transfer)
{
    struct curl_header *header;
    CURLHcode code = curl_easy_header(transfer->easy, "Location", 0, CURLH_HEADER, -1, &header);
    /* libcurl 7.88 leaves the end of the line in a value that is empty. */
    if (code == CURLHE_OK)
        return header->value[strspn(header->value, " \t\r\n")] ? header->value : NULL;
    if (code != CURLHE_NOT_BUILT_IN)
        return NULL;
    char *url = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &url);
    return url;
}

/* Content-Length tells of the body as it is sent. */
int64_t haul__transfer_expected(const struct haul__transfer *transfer)
{
    struct curl_header *header;
    curl_off_t length = -1;
    bool is_decoded = transfer->all->options->compressed &&
                      curl_easy_header(transfer->easy, "Content-Encoding", 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    if (!is_decoded)
        curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length;
}
