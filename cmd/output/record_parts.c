#include "output/record_parts.h"

#include "output/json.h"
#include "output/number.h"
#include "output/same_names.h"

#include <haul/result.h>

#include <string.h>

/* What is rounded are the points in time between the phases, not the phases: so the printed phases add up to the
 * printed total, and that is the total rounded. */
static char *write_phase(char *end, int64_t duration, int64_t *inout_point)
{
    uint64_t before = number_microseconds(*inout_point);
    *inout_point += duration > 0 ? duration : 0;
    return number_write_microseconds(end, number_microseconds(*inout_point) - before);
}

char *record_write_times(char *end, const struct haul_times *time)
{
    int64_t point = 0;
    end = JSON_WRITE(end, ",\"time\":{\"queue\":");
    end = number_write_microseconds(end, number_microseconds(time->queue));
    end = JSON_WRITE(end, ",\"dns\":");
    end = write_phase(end, time->dns, &point);
    end = JSON_WRITE(end, ",\"connect\":");
    end = write_phase(end, time->connect, &point);
    end = JSON_WRITE(end, ",\"tls\":");
    end = write_phase(end, time->tls, &point);
    end = JSON_WRITE(end, ",\"wait\":");
    end = write_phase(end, time->wait, &point);
    end = JSON_WRITE(end, ",\"transfer\":");
    end = write_phase(end, time->transfer, &point);
    end = JSON_WRITE(end, ",\"total\":");
    end = number_write_microseconds(end, number_microseconds(point));
    *end++ = '}';
    return end;
}

void record_lower(char *begin, const char *end)
{
    for (; begin < end; begin++)
        if (*begin >= 'A' && *begin <= 'Z')
            *begin = (char)(*begin | 0x20);
}

static char *write_small_letters(char *end, const char *text)
{
    char *begin = end;
    end = json_write_text(end, text);
    record_lower(begin, end);
    return end;
}

char *record_write_fields(char *end, const struct haul_header *fields, size_t count)
{
    struct same_names same;
    if (same_names_init(&same, fields, count) < 0)
        return NULL;
    *end++ = '{';
    for (size_t i = 0; i < count; i++) {
        if (same.of[i].is_repeated)
            continue;
        if (i > 0)
            *end++ = ',';
        end = write_small_letters(end, fields[i].name);
        end = JSON_WRITE(end, ":[");
        for (size_t j = i; j < count; j = same.of[j].next) {
            if (j > i)
                *end++ = ',';
            end = json_write_text(end, fields[j].value);
        }
        *end++ = ']';
    }
    *end++ = '}';
    same_names_finish(&same);
    return end;
}

size_t record_fields_room(const struct haul_header *fields, size_t count)
{
    enum { punctuation = 8 };
    size_t room = 0;
    for (size_t i = 0; i < count; i++)
        room += punctuation + (strlen(fields[i].name) + strlen(fields[i].value)) * JSON_BYTE_ROOM;
    return room;
}
