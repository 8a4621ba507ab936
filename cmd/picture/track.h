/* The track of a URL: what a picture shows of it, read from its record, short or full. All pictures are made of tracks,
 * those of a run that goes on as well as those of one that was saved. */
#ifndef PICTURE_TRACK_H
#define PICTURE_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;

/* The phases of a fetch, in the order in which they come. */
enum phase {
    PHASE_QUEUE,
    PHASE_DNS,
    PHASE_CONNECT,
    PHASE_TLS,
    PHASE_WAIT,
    PHASE_TRANSFER,
    PHASE_COUNT,
};

/* "queue", "dns", ... as in records. Static. */
const char *phase_name(enum phase phase);

/* Microseconds of each phase. */
struct track_times {
    int64_t phases[PHASE_COUNT];
    int64_t total; /* all but the queue */
};

/* A field of a header: credentials are masked. Names are in small letters. */
struct track_field {
    const char *name;
    const char *value;
};

struct track_fields {
    struct track_field *at;
    size_t count;
};

/* A hop. Of a short record there is one for each attempt: the last has what the record says, those before it are wait
 * alone, and none has headers. */
struct track_hop {
    unsigned attempt; /* that it belongs to, from 1 */
    const char *url;
    const char *method;
    int status;
    const char *http_version; /* NULL where unknown, as all texts */
    int64_t bytes;
    const char *remote_ip;
    unsigned remote_port;
    int64_t lane;        /* its place in flight, from 0; -1: unknown */
    uint64_t connection; /* 0: unknown */
    bool reused;
    int64_t start; /* microseconds since the begin of the run */
    int64_t end;   /* when its place was free again; hops with one lane do not overlap */
    struct track_times time;
    struct track_fields request_headers;
    struct track_fields response_headers;
};

struct track_try {
    int64_t start; /* as of a hop */
    int status;
    const char *error_class; /* NULL: none */
    unsigned code;
    int64_t total; /* microseconds */
};

/* Texts are valid UTF-8 of any characters, belong to the track, and are NULL where unknown. In URLs, passwords and what
 * in queries gives access is masked. */
struct track {
    bool is_full; /* of a full record */
    uint64_t index;
    uint64_t line;
    const char *input; /* never NULL */
    const char *url;
    const char *method;
    bool ok;
    int status;
    const char *error_class; /* NULL: it is ok */
    const char *message;
    unsigned attempts;
    unsigned redirects;
    const char *final_url;
    const char *http_version;
    const char *content_type;
    int64_t bytes;
    const char *remote_ip;
    unsigned remote_port;
    bool reused;
    int64_t epoch; /* when the run began, in microseconds since 1970; 0: the URL was not let go */
    int64_t start; /* when the URL was let go, in microseconds since the begin of the run; -1: it never was */
    struct track_times time;
    int64_t lane; /* as of a hop */
    uint64_t connection;
    struct track_hop *hops; /* in the order in which they were made; none: it was never let go */
    size_t hop_count;
    struct track_try *tries; /* those that the record tells of */
    size_t try_count;
    /* Private. */
    struct cJSON *json; /* what the texts are of */
    char *masked;       /* the URLs */
};

/* Reads the record in SIZE bytes of TEXT. HAUL_E_INVALID: it is none; -ENOMEM. */
int track_read(const char *text, size_t size, struct track *ret_track);

void track_finish(struct track *track);

/* A part of a track: PHASE of HOP, from a point to a later one, in microseconds since the begin of the run. */
struct track_span {
    enum phase phase;
    const struct track_hop *hop;
    int64_t from;
    int64_t to;
};

/* Calls FN with each span that is not empty, in order, without overlap. Gaps are waits between two attempts. */
void track_each_span(const struct track *track, void (*fn)(void *data, const struct track_span *span), void *data);

/* Where its first span begins and its last one ends; both 0 where it was never let go. */
void track_bounds(const struct track *track, int64_t *ret_from, int64_t *ret_to);

/* The host of a URL with its port, as it is written there; its size is stored. "" where there is none. */
const char *track_host(const char *url, size_t *ret_size);

#endif
