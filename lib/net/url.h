/* The inside of a URL, and of how one is made: a text is taken into pieces, the pieces are put together. */
#ifndef NET_URL_H
#define NET_URL_H

#include <haul/url.h>

#include <stdbool.h>

/* Texts stand behind the struct, at these offsets from `texts`, so that a copy is a copy of all bytes. */
struct haul_url {
    enum haul_url_scheme scheme;
    uint32_t origin_hash;
    size_t size; /* of the whole allocation */
    size_t text_size;
    size_t tail; /* in the text: where the path begins */
    size_t masked;
    size_t origin;
    size_t origin_size;
    int64_t sleep;
    char texts[]; /* the text; the masked text, where it differs; the origin; each with a NUL */
};

struct haul__text {
    const char *at;
    size_t size;
};

/* Of what a URL is made, in normal form but for capitals in the host. */
struct haul__pieces {
    enum haul_url_scheme scheme; /* not a sleep */
    struct haul__text user;      /* user information without '@'; size 0: none */
    size_t password;             /* where in it the password begins; 0: it has none */
    struct haul__text host;      /* IPv6 with its brackets */
    unsigned port;               /* 0: the scheme's own */
    struct haul__text tail;      /* path, query, fragment; '/' is put before it where it does not begin with one */
};

/* libcurl takes no longer ones. */
#define HAUL__URL_MAX_SIZE ((size_t)8000000)

/* -ENOMEM. */
int haul__url_make(const struct haul__pieces *pieces, struct haul_url **ret_url);
int haul__url_make_sleep(struct haul__text duration, int64_t sleep, struct haul_url **ret_url);

/* Whether HOST is four decimal numbers below 256 without leading zeros. */
bool haul__is_address(struct haul__text host);

/* The two ways to read a text. The plain one declines with HAUL_E_DRAINED all that is not in normal form already, but
 * for the port and an empty path; it needs neither libcurl nor any memory but the URL's. What it takes the other takes
 * in the same way. */
int haul__url_create_plain(const char *text, size_t length, struct haul_url **ret_url);
int haul__url_create_parsed(const struct haul_url_reading *reading, const char *text, size_t length,
                            struct haul_url **ret_url, const char **ret_problem);

#endif
