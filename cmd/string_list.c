#include "string_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int string_list_add(struct string_list *list, const char *text, size_t size)
{
    char **more = reallocarray(list->at, list->count + 2, sizeof(*more));
    if (!more)
        return -ENOMEM;
    list->at = more;
    more[list->count] = strndup(text, size);
    more[list->count + 1] = NULL;
    if (!more[list->count])
        return -ENOMEM;
    list->count++;
    return 0;
}

void string_list_finish(struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->at[i]);
    free(list->at);
    *list = (struct string_list){0};
}

const char *const *string_list_array(const struct string_list *list)
{
    return list->count > 0 ? (const char *const *)list->at : NULL;
}
