/* A growing list of texts of its own. */
#ifndef STRING_LIST_H
#define STRING_LIST_H

#include <stddef.h>

/* All zero is an empty list. */
struct string_list {
    char **at; /* ends with NULL; NULL while nothing was ever in it */
    size_t count;
};

/* Adds a copy of SIZE bytes of TEXT. -ENOMEM. */
int string_list_add(struct string_list *list, const char *text, size_t size);

void string_list_finish(struct string_list *list);

/* The list as an array of texts that ends with NULL; NULL: it is empty. */
const char *const *string_list_array(const struct string_list *list);

#endif
