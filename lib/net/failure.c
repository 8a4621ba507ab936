/* An answer that did not begin with a line, because the server closed or reset the connection, is of class connect
 * however the connection ended: which of the two it is depends on whether the server had read the request when it
 * closed. */
#include "net/failure.h"

#include "net/transfer.h"
#include "net/trust.h"

#include <errno.h>

struct meaning {
    CURLcode curl_code;
    enum haul_class error_class;
    const char *message; /* NULL: libcurl's own */
};

/* Walked from its begin; what is not in it is a protocol error with libcurl's message. */
static const struct meaning meanings[] = {
    {CURLE_URL_MALFORMAT, HAUL_CLASS_URL, "it is not a URL"},
    {CURLE_COULDNT_RESOLVE_HOST, HAUL_CLASS_DNS, "the host's name did not resolve"},
    {CURLE_COULDNT_RESOLVE_PROXY, HAUL_CLASS_DNS, "the proxy's name did not resolve"},
    {CURLE_COULDNT_CONNECT, HAUL_CLASS_CONNECT, "no connection could be made"},
    {CURLE_PROXY, HAUL_CLASS_CONNECT, "the proxy made no connection"},
    {CURLE_INTERFACE_FAILED, HAUL_CLASS_LOCAL, NULL},
    {CURLE_OPERATION_TIMEDOUT, HAUL_CLASS_TIMEOUT, "no connection in time"},
    {CURLE_GOT_NOTHING, HAUL_CLASS_CONNECT, "the connection was closed before an answer began"},
    {CURLE_PARTIAL_FILE, HAUL_CLASS_PROTOCOL, "the answer ended before it was whole"},
    {CURLE_UNSUPPORTED_PROTOCOL, HAUL_CLASS_PROTOCOL, "the answer is not HTTP"},
    {CURLE_WEIRD_SERVER_REPLY, HAUL_CLASS_PROTOCOL, "the answer is not HTTP"},
    {CURLE_FILESIZE_EXCEEDED, HAUL_CLASS_SIZE, NULL},
    {CURLE_WRITE_ERROR, HAUL_CLASS_LOCAL, "the body could not be written"},
    {CURLE_READ_ERROR, HAUL_CLASS_LOCAL, "~/.netrc is missing or cannot be read"}, /* the one file that it reads */
    {CURLE_ABORTED_BY_CALLBACK, HAUL_CLASS_CANCELLED, "it was cancelled"},
    {CURLE_FAILED_INIT, HAUL_CLASS_LOCAL, NULL},
    {CURLE_NOT_BUILT_IN, HAUL_CLASS_LOCAL, NULL},
    {CURLE_BAD_FUNCTION_ARGUMENT, HAUL_CLASS_LOCAL, NULL},
    {CURLE_UNKNOWN_OPTION, HAUL_CLASS_LOCAL, NULL},
    {CURLE_SETOPT_OPTION_SYNTAX, HAUL_CLASS_LOCAL, "an entry of resolve or connect-to cannot be read"},
    {CURLE_NO_CONNECTION_AVAILABLE, HAUL_CLASS_LOCAL, NULL},
    {CURLE_PEER_FAILED_VERIFICATION, HAUL_CLASS_TLS, "the certificate is not valid for this host"},
    {CURLE_SSL_CONNECT_ERROR, HAUL_CLASS_TLS, "the TLS handshake failed"},
    {CURLE_SSL_ENGINE_NOTFOUND, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_ENGINE_SETFAILED, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_CERTPROBLEM, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_CIPHER, HAUL_CLASS_TLS, NULL},
    {CURLE_USE_SSL_FAILED, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_ENGINE_INITFAILED, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_CACERT_BADFILE, HAUL_CLASS_TLS, "the trusted certificates could not be read"},
    {CURLE_SSL_SHUTDOWN_FAILED, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_CRL_BADFILE, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_ISSUER_ERROR, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_INVALIDCERTSTATUS, HAUL_CLASS_TLS, NULL},
    {CURLE_SSL_CLIENTCERT, HAUL_CLASS_TLS, NULL},
};

static const char *connect_message(int cause, const char *otherwise)
{
    switch (cause) {
    case ECONNREFUSED:
        return "connection refused";
    case ECONNRESET:
        return "connection reset";
    case EHOSTUNREACH:
        return "no route to the host";
    case ENETUNREACH:
        return "the network is unreachable";
    case ETIMEDOUT:
        return "the host did not answer";
    case EADDRNOTAVAIL:
        return "no local port is free";
    default:
        return otherwise;
    }
}

/* What sending and receiving ended with. */
static struct haul__failure lost_connection(int curl_code, enum haul__phase phase)
{
    struct haul__failure failure = {HAUL_CLASS_CONNECT, curl_code, "the proxy made no connection"};
    if (phase == HAUL__WAITING_PHASE)
        failure.message = "the connection was reset before an answer began";
    if (phase == HAUL__RECEIVING_PHASE) {
        failure.error_class = HAUL_CLASS_PROTOCOL;
        failure.message = "the answer broke off or is malformed";
    }
    return failure;
}

struct haul__failure haul__failure_of(int curl_code, enum haul__phase phase, int cause, long verify_result)
{
    bool is_nothing = curl_code == CURLE_GOT_NOTHING && phase == HAUL__RECEIVING_PHASE; /* behind an interim answer */
    if (curl_code == CURLE_RECV_ERROR || curl_code == CURLE_SEND_ERROR || is_nothing)
        return lost_connection(curl_code, phase);
    /* Before 8.6 libcurl says so of a header line that is longer than it takes. */
    if (curl_code == CURLE_OUT_OF_MEMORY)
        return phase < HAUL__WAITING_PHASE
                   ? (struct haul__failure){HAUL_CLASS_LOCAL, curl_code, "memory is out"}
                   : (struct haul__failure){HAUL_CLASS_SIZE, curl_code, "a header line is longer than 100 kB"};
    /* CURLE_TOO_LARGE, which 7.88 has no name for. */
    if (curl_code == 100)
        return (struct haul__failure){HAUL_CLASS_SIZE, curl_code, "a header line is longer than 100 kB"};
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if ((int)meanings[i].curl_code != curl_code)
            continue;
        const char *message = meanings[i].message ? meanings[i].message : curl_easy_strerror((CURLcode)curl_code);
        if (curl_code == CURLE_COULDNT_CONNECT)
            message = connect_message(cause, message);
        /* 1 is what stands there where it was not the chain that was refused. */
        if (curl_code == CURLE_PEER_FAILED_VERIFICATION && verify_result > 1)
            message = haul__trust_problem(verify_result);
        return (struct haul__failure){meanings[i].error_class, curl_code, message};
    }
    return (struct haul__failure){HAUL_CLASS_PROTOCOL, curl_code, curl_easy_strerror((CURLcode)curl_code)};
}

/* Of the host and of the proxy. */
static const char *const lookup_messages[HAUL__LOOKUP_ERROR_COUNT][2] = {
    [HAUL__LOOKUP_NO_NAME] = {"the host's name does not exist", "the proxy's name does not exist"},
    [HAUL__LOOKUP_NO_ADDRESS] = {"the host's name has no address", "the proxy's name has no address"},
    [HAUL__LOOKUP_BAD_NAME] = {"the host's name cannot be looked up", "the proxy's name cannot be looked up"},
    [HAUL__LOOKUP_FAILED] = {"no name server could tell the host's addresses",
                             "no name server could tell the proxy's addresses"},
    [HAUL__LOOKUP_MALFORMED] = {"the name server's answer on the host is malformed",
                                "the name server's answer on the proxy is malformed"},
    [HAUL__LOOKUP_SILENT] = {"no name server answered on the host's name",
                             "no name server answered on the proxy's name"},
};

struct haul__failure haul__lookup_failure(enum haul__lookup_error error, bool is_proxy)
{
    CURLcode code = is_proxy ? CURLE_COULDNT_RESOLVE_PROXY : CURLE_COULDNT_RESOLVE_HOST;
    const char *message = lookup_messages[error][is_proxy];
    if (!message)
        return haul__failure_of((int)code, HAUL__RESOLVING_PHASE, 0, 0);
    return (struct haul__failure){HAUL_CLASS_DNS, (int)code, message};
}

/* Those that are met with; RFC 9110 and 6585. */
static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *haul__status_phrase(int status)
{
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return NULL;
}
