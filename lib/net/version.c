#include "core/poll.h"
#include "net/channel.h"
#include "net/transfer.h"

#include <haul/version.h>
#include <stdio.h>

const char *haul_version(void)
{
    return HAUL_VERSION;
}

void haul_version_libraries(char *buffer, size_t size)
{
    int major, minor;
    haul__poll_library_version(&major, &minor);
    snprintf(buffer, size, "libcurl/%s c-ares/%s libev/%d.%d", curl_version_info(CURLVERSION_NOW)->version,
             haul__channel_library_version(), major, minor);
}
