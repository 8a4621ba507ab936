#include "output/verbose.h"

#include "message.h"
#include "output/text.h"

void verbose_write(void *data, char mark, const char *line, size_t size)
{
    struct text text = {0};
    (void)data;
    text_append(&text, &mark, 1);
    text_append(&text, " ", 1);
    text_append_escaped(&text, line, size);
    text_append(&text, "\n", 1);
    if (!text.failed)
        message_write(text.bytes, text.size);
    text_finish(&text);
}
