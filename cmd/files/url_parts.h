/* What names of files take from a URL: as it stands there, so not decoded. */
#ifndef FILES_URL_PARTS_H
#define FILES_URL_PARTS_H

#include <stddef.h>

struct haul_url;

/* A part of the URL's own text, or a literal. */
struct url_part {
    const char *at;
    size_t size;
};

/* An IPv6 address has no brackets. */
struct url_part url_host(const struct haul_url *url);

/* Always there. */
struct url_part url_port(const struct haul_url *url);

/* Without the slash at its begin, and without query and fragment. */
struct url_part url_path(const struct haul_url *url);

/* What stands behind the last slash of the path; where nothing does, "index.html". */
struct url_part url_name(const struct haul_url *url);

/* What stands behind the last dot of a NAME that does not begin with it; or nothing. */
struct url_part url_extension(struct url_part name);

#endif
