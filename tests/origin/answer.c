#include "answer.h"

#include <string.h>

static const char line[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n";

/* Whole lines; a larger body is this over and over. */
#define FILLER_SIZE_MAX (1024 * (sizeof(line) - 1))

void answer_clear(struct answer *answer)
{
    struct bytes head = answer->head;
    struct bytes own_body = answer->own_body;
    head.size = 0;
    own_body.size = 0;
    *answer = (struct answer){.head = head, .own_body = own_body};
}

void answer_finish(struct answer *answer)
{
    bytes_finish(&answer->head);
    bytes_finish(&answer->own_body);
}

void answer_send(struct answer *answer, const char *text)
{
    answer_repeat(answer, text, strlen(text));
}

void answer_repeat(struct answer *answer, const char *text, uint64_t size)
{
    answer->body = (struct slice){text, strlen(text)};
    answer->size = size;
}

void answer_send_own_body(struct answer *answer)
{
    answer->body = (struct slice){answer->own_body.at, answer->own_body.size};
    answer->size = answer->own_body.size;
}

void answer_fill(struct answer *answer, uint64_t size)
{
    answer->own_body.size = 0;
    while (answer->own_body.size < size && answer->own_body.size < FILLER_SIZE_MAX)
        bytes_append_text(&answer->own_body, line);
    answer_send_own_body(answer);
    answer->size = size;
}
