#include "output/utc.h"

#include "output/text.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What strftime does not know, or would tell of the local zone; NULL: it is strftime's. */
static const char *translate(char letter, struct timespec moment, char *buffer, size_t size)
{
    switch (letter) {
    case 'f':
        snprintf(buffer, size, "%06ld", moment.tv_nsec / 1000);
        return buffer;
    case 's':
        snprintf(buffer, size, "%" PRId64, (int64_t)moment.tv_sec);
        return buffer;
    case 'z':
        return "+0000";
    case 'Z':
        return "UTC";
    default:
        return NULL;
    }
}

void utc_append(struct text *text, const char *format, struct timespec moment)
{
    struct text translated = {0};
    struct tm utc;
    char digits[24], output[256];
    for (const char *at = format; *at != '\0';) {
        size_t size = *at == '%' && at[1] != '\0' ? 2 : 1;
        const char *known = size == 2 ? translate(at[1], moment, digits, sizeof(digits)) : NULL;
        text_append(&translated, known != NULL ? known : at, known != NULL ? strlen(known) : size);
        at += size;
    }
    text_append(&translated, "", 1);
    text->failed |= translated.failed;
    if (!translated.failed && gmtime_r(&moment.tv_sec, &utc) != NULL)
        text_append(text, output, strftime(output, sizeof(output), translated.bytes, &utc));
    text_finish(&translated);
}
