/* The pieces of a URL by the names that curl's --write-out has for them: scheme, user, password, options, host, port,
 * path, query, fragment, zoneid. */
#ifndef OUTPUT_URL_PIECE_H
#define OUTPUT_URL_PIECE_H

#include <stdbool.h>
#include <stddef.h>

struct text;

enum url_piece {
    URL_SCHEME,
    URL_USER,
    URL_PASSWORD,
    URL_OPTIONS, /* of mail alone: http has none */
    URL_HOST,
    URL_PORT,
    URL_PATH,
    URL_QUERY,
    URL_FRAGMENT,
    URL_ZONE,
    URL_PIECE_COUNT,
};

/* False: there is none of this NAME. */
bool url_piece_find(const char *name, size_t size, enum url_piece *ret_piece);

/* Appends a piece of URL, in its normal form or NULL, escaped; nothing where it has none. The port is always there, as
 * in curl; a sleep has a scheme alone. */
void url_piece_append(struct text *text, const char *url, enum url_piece piece);

#endif
