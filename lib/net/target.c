#include "net/target.h"

#include "net/url.h"

#include <errno.h>
#include <string.h>

int haul__target_init(struct haul__target *target)
{
    *target = (struct haul__target){.parsed = curl_url()};
    return target->parsed ? 0 : -ENOMEM;
}

void haul__target_finish(struct haul__target *target)
{
    curl_url_cleanup(target->parsed);
    haul__buffer_finish(&target->text);
}

/* Whether a path and what follows is the same for libcurl as a part as it is within a URL: it writes the encoded
 * characters of a part anew, in letters of the other size. A fragment would stay when the next URL has none. */
static bool is_plain(const char *tail, size_t size)
{
    return !memchr(tail, '%', size) && !memchr(tail, '#', size);
}

static bool has_head(const struct haul__target *target, const struct haul_url *url)
{
    return target->head_size == url->tail && memcmp(target->text.bytes, url->texts, url->tail) == 0;
}

static int set_tail(struct haul__target *target, const char *tail, size_t size)
{
    target->text.size = target->head_size;
    int code = haul__buffer_append(&target->text, tail, size);
    if (code < 0)
        return code;
    char *path = (char *)target->text.bytes + target->head_size;
    char *query = memchr(path, '?', size);
    if (query)
        *query++ = '\0';
    bool is_set = curl_url_set(target->parsed, CURLUPART_PATH, path, 0) == CURLUE_OK &&
                  curl_url_set(target->parsed, CURLUPART_QUERY, query, 0) == CURLUE_OK;
    return is_set ? 0 : -ENOMEM;
}

static int note_head(struct haul__target *target, const struct haul_url *url)
{
    target->text.size = 0;
    int code = haul__buffer_append(&target->text, url->texts, url->tail);
    if (code == 0)
        target->head_size = url->tail;
    return code;
}

int haul__target_set(struct haul__target *target, CURL *easy, const struct haul_url *url)
{
    const char *text = url->texts, *tail = text + url->tail;
    size_t size = url->text_size - url->tail;
    bool has_plain_tail = is_plain(tail, size), is_parsed = true;
    int code = 0;
    if (has_plain_tail && has_head(target, url)) {
        code = set_tail(target, tail, size);
    } else {
        target->head_size = 0;
        is_parsed = curl_url_set(target->parsed, CURLUPART_URL, text, CURLU_PATH_AS_IS) == CURLUE_OK;
        if (is_parsed && has_plain_tail)
            code = note_head(target, url);
    }
    /* Without its text, too, libcurl would keep the one before. */
    CURLcode curl_code = curl_easy_setopt(easy, CURLOPT_URL, text);
    if (is_parsed != target->is_told)
        curl_code |= curl_easy_setopt(easy, CURLOPT_CURLU, is_parsed ? target->parsed : NULL);
    target->is_told = is_parsed;
    return curl_code == CURLE_OK ? code : -ENOMEM;
}
