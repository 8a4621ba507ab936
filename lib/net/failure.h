/* What libcurl's codes mean for who reads a report. */
#ifndef NET_FAILURE_H
#define NET_FAILURE_H

#include <haul/result.h>

#include <stdbool.h>

/* How far a hop has come. */
enum haul__phase {
    HAUL__RESOLVING_PHASE,  /* no connection is being opened yet */
    HAUL__CONNECTING_PHASE, /* to the end of the TLS handshake */
    HAUL__WAITING_PHASE,    /* the request goes out or is out */
    HAUL__RECEIVING_PHASE,  /* the answer has begun */
};

/* Why a name has no addresses. */
enum haul__lookup_error {
    HAUL__LOOKUP_FOUND,      /* it has */
    HAUL__LOOKUP_NO_NAME,    /* it does not exist */
    HAUL__LOOKUP_NO_ADDRESS, /* it exists, but has none */
    HAUL__LOOKUP_BAD_NAME,   /* it is none that can be asked for */
    HAUL__LOOKUP_FAILED,     /* each name server failed, refused, or was not to be reached */
    HAUL__LOOKUP_MALFORMED,  /* what one answered cannot be read */
    HAUL__LOOKUP_SILENT,     /* none answered */
    HAUL__LOOKUP_OTHER,      /* whatever else */
    HAUL__LOOKUP_REFUSED,    /* none that may be connected to */
    HAUL__LOOKUP_ABANDONED,  /* it was not answered, and will not be */
    HAUL__LOOKUP_ERROR_COUNT
};

struct haul__failure {
    enum haul_class error_class;
    int code;            /* what curl's exit status would be */
    const char *message; /* static; NULL: none yet */
};

/* What ended a hop with CURL_CODE, a CURLcode, in PHASE. CAUSE: the errno of a connection that could not be made, or
 * 0. VERIFY_RESULT: OpenSSL's, or 0. */
struct haul__failure haul__failure_of(int curl_code, enum haul__phase phase, int cause, long verify_result);

/* The same of a name without addresses, the host's or the proxy's. */
struct haul__failure haul__lookup_failure(enum haul__lookup_error error, bool is_proxy);

/* What a status of 400 or more is called, or NULL. */
const char *haul__status_phrase(int status);

#endif
