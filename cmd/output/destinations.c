#include "output/destinations.h"

#include "message.h"
#include "output/text.h"
#include "output/write_out.h"
#include "output/writer.h"

#include <haul/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int destinations_open(struct destinations *destinations, struct haul_loop *loop, const struct write_out *write_out)
{
    size_t count = write_out_file_count(write_out);
    if (count == 0)
        return 0;
    destinations->targets = calloc(count, sizeof(*destinations->targets));
    destinations->texts = calloc(count, sizeof(*destinations->texts));
    if (destinations->targets == NULL || destinations->texts == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct write_out_file *file = write_out_file(write_out, i);
        int code = target_open_file(loop, file->path, file->is_appended, &destinations->targets[i]);
        destinations->count = i + 1;
        if (code == -ENOMEM)
            return code;
        if (code < 0) {
            message("cannot write to %s: %s", excerpt(file->path).text, strerror(-code));
            return HAUL_E_INVALID;
        }
    }
    return 0;
}

void destinations_close(struct destinations *destinations)
{
    for (size_t i = 0; i < destinations->count; i++) {
        target_close(&destinations->targets[i]);
        text_finish(&destinations->texts[i]);
    }
    free(destinations->targets);
    free(destinations->texts);
    *destinations = (struct destinations){0};
}

int destinations_write(const struct destinations *destinations)
{
    int code = 0;
    for (size_t i = 0; i < destinations->count && code == 0; i++) {
        struct text *text = &destinations->texts[i];
        if (text->size > 0)
            code = writer_write(destinations->targets[i].writer, text->bytes, text->size);
        text_clear(text);
    }
    return code;
}

void destinations_flush(const struct destinations *destinations)
{
    for (size_t i = 0; i < destinations->count; i++)
        writer_flush(destinations->targets[i].writer);
}

struct haul_event *destinations_missing_room(const struct destinations *destinations)
{
    for (size_t i = 0; i < destinations->count; i++)
        if (writer_is_full(destinations->targets[i].writer))
            return writer_room(destinations->targets[i].writer);
    return NULL;
}

const struct target *destinations_ended(const struct destinations *destinations)
{
    for (size_t i = 0; i < destinations->count; i++)
        if (destinations->targets[i].writer != NULL && writer_state(destinations->targets[i].writer) != WRITER_OPEN)
            return &destinations->targets[i];
    return NULL;
}
