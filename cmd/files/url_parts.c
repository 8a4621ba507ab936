#include "files/url_parts.h"

#include <haul/url.h>

#include <string.h>

static struct url_part part(const char *begin, const char *end)
{
    return (struct url_part){begin, (size_t)(end - begin)};
}

/* Where host and port begin in an origin. */
static const char *authority(const char *origin)
{
    const char *separator = strstr(origin, "://");
    return separator ? separator + 3 : origin + strlen(origin);
}

struct url_part url_host(const struct haul_url *url)
{
    const char *begin = authority(haul_url_origin(url));
    const char *colon = strrchr(begin, ':');
    const char *end = colon ? colon : begin + strlen(begin);
    if (end - begin >= 2 && *begin == '[')
        return part(begin + 1, end - 1);
    return part(begin, end);
}

struct url_part url_port(const struct haul_url *url)
{
    const char *origin = haul_url_origin(url);
    const char *colon = strrchr(authority(origin), ':');
    const char *end = origin + strlen(origin);
    return part(colon ? colon + 1 : end, end);
}

struct url_part url_path(const struct haul_url *url)
{
    const char *begin = strchr(authority(haul_url_text(url)), '/');
    if (!begin)
        return (struct url_part){"", 0};
    begin++;
    return part(begin, begin + strcspn(begin, "?#"));
}

struct url_part url_name(const struct haul_url *url)
{
    struct url_part path = url_path(url);
    const char *end = path.at + path.size;
    const char *slash = memrchr(path.at, '/', path.size);
    struct url_part name = slash ? part(slash + 1, end) : path;
    return name.size > 0 ? name : (struct url_part){"index.html", strlen("index.html")};
}

struct url_part url_extension(struct url_part name)
{
    const char *dot = memrchr(name.at, '.', name.size);
    const char *end = name.at + name.size;
    return dot && dot > name.at ? part(dot + 1, end) : part(end, end);
}
