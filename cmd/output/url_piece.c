#include "output/url_piece.h"

#include "output/text.h"

#include <string.h>

struct slice {
    const char *at; /* NULL: it has none */
    const char *end;
};

static const char *const names[URL_PIECE_COUNT] = {
    [URL_SCHEME] = "scheme",     [URL_USER] = "user",   [URL_PASSWORD] = "password", [URL_OPTIONS] = "options",
    [URL_HOST] = "host",         [URL_PORT] = "port",   [URL_PATH] = "path",         [URL_QUERY] = "query",
    [URL_FRAGMENT] = "fragment", [URL_ZONE] = "zoneid",
};

bool url_piece_find(const char *name, size_t size, enum url_piece *ret_piece)
{
    for (int piece = 0; piece < URL_PIECE_COUNT; piece++) {
        if (strlen(names[piece]) == size && memcmp(names[piece], name, size) == 0) {
            *ret_piece = (enum url_piece)piece;
            return true;
        }
    }
    return false;
}

/* What stands behind MARK in SLICE, of which it is cut off with the mark; or nothing. */
static struct slice cut_behind(struct slice *slice, char mark)
{
    const char *at = memchr(slice->at, mark, (size_t)(slice->end - slice->at));
    if (at == NULL)
        return (struct slice){NULL, NULL};
    struct slice rest = {at + 1, slice->end};
    slice->end = at;
    return rest;
}

static void split_user(struct slice *authority, struct slice *pieces)
{
    const char *at = memrchr(authority->at, '@', (size_t)(authority->end - authority->at));
    if (at == NULL)
        return;
    pieces[URL_USER] = (struct slice){authority->at, at};
    pieces[URL_PASSWORD] = cut_behind(&pieces[URL_USER], ':');
    authority->at = at + 1;
}

/* An address of IPv6 has colons of its own. */
static void split_host(struct slice host, struct slice *pieces)
{
    const char *bracket = memchr(host.at, ']', (size_t)(host.end - host.at));
    struct slice port = {bracket != NULL ? bracket + 1 : host.at, host.end};
    const char *before = port.at;
    pieces[URL_PORT] = cut_behind(&port, ':');
    pieces[URL_HOST] = (struct slice){host.at, bracket != NULL ? before : port.end};
}

static void split(const char *url, struct slice *pieces)
{
    static const char mark[] = "://";
    const char *end = url + strlen(url), *scheme_end = strstr(url, mark);
    pieces[URL_SCHEME] = (struct slice){url, scheme_end != NULL ? scheme_end : url + strcspn(url, ":")};
    if (scheme_end == NULL)
        return;
    struct slice rest = {scheme_end + strlen(mark), end};
    pieces[URL_FRAGMENT] = cut_behind(&rest, '#');
    pieces[URL_QUERY] = cut_behind(&rest, '?');
    struct slice authority = {rest.at, rest.end};
    if (cut_behind(&authority, '/').at != NULL)
        pieces[URL_PATH] = (struct slice){authority.end, rest.end};
    split_user(&authority, pieces);
    split_host(authority, pieces);
}

void url_piece_append(struct text *text, const char *url, enum url_piece piece)
{
    struct slice pieces[URL_PIECE_COUNT] = {{NULL, NULL}};
    if (url == NULL)
        return;
    split(url, pieces);
    const struct slice *found = &pieces[piece];
    if (found->at != NULL)
        text_append_escaped(text, found->at, (size_t)(found->end - found->at));
    else if (piece == URL_PORT && pieces[URL_HOST].at != NULL)
        text_append_string(text, strncmp(url, "https:", 6) == 0 ? "443" : "80");
}
