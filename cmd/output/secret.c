#include "output/secret.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char *const words[] = {
    "token", "secret", "password", "passwd", "signature", "credential", "apikey", "api_key", "api-key", "access_key",
};

static const char *const names[] = {"key", "sig", "pwd", "pass", "auth"};

static bool has_word(const char *name, size_t size, const char *word)
{
    size_t length = strlen(word);
    for (size_t at = 0; at + length <= size; at++)
        if (strncasecmp(name + at, word, length) == 0)
            return true;
    return false;
}

static bool is_secret(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (has_word(name, size, words[i]))
            return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (size == strlen(names[i]) && strncasecmp(name, names[i], size) == 0)
            return true;
    return false;
}

/* How many bytes there are before one of ENDS. */
static size_t until(const char *text, size_t size, const char *ends)
{
    size_t at = 0;
    while (at < size && (text[at] == '\0' || !strchr(ends, text[at])))
        at++;
    return at;
}

static char *copy(char *end, const char *bytes, size_t size)
{
    if (size > 0)
        memcpy(end, bytes, size);
    return end + size;
}

size_t secret_mask_url(const char *url, size_t size, char *buffer)
{
    size_t at = until(url, size, "?#");
    char *end = copy(buffer, url, at);
    while (at < size) {
        *end++ = url[at++];
        size_t name = until(url + at, size - at, "=&;?#");
        bool has_value = at + name < size && url[at + name] == '=';
        end = copy(end, url + at, name + (has_value ? 1 : 0));
        size_t value = has_value ? until(url + at + name + 1, size - at - name - 1, "&;#") : 0;
        if (has_value && is_secret(url + at, name))
            end = copy(end, "***", strlen("***"));
        else
            end = copy(end, url + at + name + (has_value ? 1 : 0), value);
        at += name + (has_value ? 1 : 0) + value;
    }
    *end = '\0';
    return (size_t)(end - buffer);
}
