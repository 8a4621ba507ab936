#include "input/line_request.h"

#include <stdlib.h>
#include <string.h>

struct line_request *line_request_create(const char *text, size_t size)
{
    struct line_request *request = malloc(sizeof(*request));
    char *copy = malloc(size + 1);
    if (!request || !copy) {
        free(request);
        free(copy);
        return NULL;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    *request = (struct line_request){.text = copy, .text_size = size, .retry = -1, .references = 1};
    return request;
}

struct line_request *line_request_ref(struct line_request *request)
{
    request->references++;
    return request;
}

void line_request_unref(struct line_request *request)
{
    if (!request || --request->references > 0)
        return;
    for (char **header = request->headers; header && *header; header++)
        free(*header);
    free(request->headers);
    free(request->text);
    free(request->method);
    free(request->body);
    free(request->output);
    free(request);
}
