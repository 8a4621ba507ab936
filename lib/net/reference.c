/* Resolving references against a base URL (RFC 3986, 5.2). The parts of a URL in normal form are found by their
 * delimiters; what comes out is read as any other text, by the parser. */
#include "net/url.h"

#include "base/buffer.h"

#include <haul/error.h>
#include <string.h>
#include <strings.h>

/* The components of a reference that has neither scheme nor authority, or of the tail of a URL. */
struct tail {
    struct haul__text path;
    struct haul__text query;    /* with its '?' */
    struct haul__text fragment; /* with its '#' */
};

static struct tail split(const char *text, size_t size)
{
    const char *end = text + size;
    const char *fragment = memchr(text, '#', size);
    const char *query_end = fragment ? fragment : end;
    const char *query = memchr(text, '?', (size_t)(query_end - text));
    const char *path_end = query ? query : query_end;
    return (struct tail){
        {text, (size_t)(path_end - text)},
        {path_end, (size_t)(query_end - path_end)},
        {query_end, (size_t)(end - query_end)},
    };
}

/* The length of the scheme that TEXT begins with, 0 for none. */
static size_t scheme_size(struct haul__text text)
{
    size_t i = 0;
    while (i < text.size) {
        char character = text.at[i];
        bool is_letter = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
        bool is_other = (character >= '0' && character <= '9') || (character != '\0' && strchr("+-.", character));
        if (character == ':')
            return i;
        if (!is_letter && !(i > 0 && is_other))
            return 0;
        i++;
    }
    return 0;
}

static int append(struct haul__buffer *buffer, struct haul__text text)
{
    return haul__buffer_append(buffer, text.at, text.size);
}

/* Path, query and fragment of the target. */
static int append_tail(struct haul__buffer *buffer, struct tail base, struct tail reference)
{
    int code = 0;
    bool is_merged = reference.path.size > 0 && reference.path.at[0] != '/';
    if (reference.path.size == 0 || is_merged) {
        struct haul__text path = base.path;
        while (is_merged && path.size > 0 && path.at[path.size - 1] != '/')
            path.size--;
        code = append(buffer, path);
    }
    if (code == 0)
        code = append(buffer, reference.path);
    if (code == 0)
        code = append(buffer, reference.path.size == 0 && reference.query.size == 0 ? base.query : reference.query);
    return code == 0 ? append(buffer, reference.fragment) : code;
}

static struct haul__text trim(const char *text)
{
    struct haul__text trimmed = {text + strspn(text, " \t"), 0};
    trimmed.size = strlen(trimmed.at);
    while (trimmed.size > 0 && strchr(" \t", trimmed.at[trimmed.size - 1]))
        trimmed.size--;
    return trimmed;
}

/* Whether the reference, which has a scheme, is an http or https URL with a host. */
static bool is_fetched(struct haul__text text)
{
    return (text.size > 6 && strncasecmp(text.at, "http:/", 6) == 0) ||
           (text.size > 7 && strncasecmp(text.at, "https:/", 7) == 0);
}

int haul_url_resolve(const struct haul_url *base, const char *reference, struct haul_url **ret_url,
                     const char **ret_problem)
{
    struct haul__text text = trim(reference);
    size_t base_scheme = scheme_size((struct haul__text){base->texts, base->text_size});
    struct haul__buffer buffer;
    int code;

    haul__buffer_init(&buffer);
    if (scheme_size(text) > 0) {
        if (!is_fetched(text)) {
            *ret_problem = "a redirect can lead to http and https URLs only";
            return HAUL_E_URL;
        }
        code = append(&buffer, text);
    } else if (text.size >= 2 && memcmp(text.at, "//", 2) == 0) {
        code = haul__buffer_append(&buffer, base->texts, base_scheme + 1);
        if (code == 0)
            code = append(&buffer, text);
    } else {
        code = haul__buffer_append(&buffer, base->texts, base->tail);
        if (code == 0)
            code = append_tail(&buffer, split(base->texts + base->tail, base->text_size - base->tail),
                               split(text.at, text.size));
    }
    if (code == 0)
        code = haul_url_create((const char *)buffer.bytes, buffer.size, ret_url, ret_problem);
    haul__buffer_finish(&buffer);
    return code;
}
