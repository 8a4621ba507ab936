#include "net/redirect.h"

#include "base/buffer.h"

#include <string.h>

int haul__redirect_target(const struct haul_url *from, const char *location, struct haul_url **ret_url,
                          const char **ret_problem)
{
    const char *fragment = strchr(haul_url_text(from), '#');
    if (!fragment || strchr(location, '#'))
        return haul_url_resolve(from, location, ret_url, ret_problem);
    struct haul__buffer buffer;
    haul__buffer_init(&buffer);
    int code = haul__buffer_append(&buffer, location, strlen(location));
    if (code == 0)
        code = haul__buffer_append(&buffer, fragment, strlen(fragment));
    if (code == 0)
        code = haul_url_resolve(from, (const char *)buffer.bytes, ret_url, ret_problem);
    haul__buffer_finish(&buffer);
    return code;
}
