/* Rings of embedded nodes: constant-time insertion and removal, no allocation. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <haul/embedded.h>

#include <stdbool.h>

/* The struct of TYPE whose MEMBER is at POINTER. */
#define haul__container(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void haul__list_init(struct haul_list *list)
{
    list->next = list;
    list->previous = list;
}

static inline bool haul__list_is_empty(const struct haul_list *list)
{
    return list->next == list;
}

/* Adds NODE at the end. */
static inline void haul__list_append(struct haul_list *list, struct haul_list *node)
{
    node->next = list;
    node->previous = list->previous;
    list->previous->next = node;
    list->previous = node;
}

/* Takes NODE out of its ring; it is a ring of its own then, and taking it out again does nothing. */
static inline void haul__list_remove(struct haul_list *node)
{
    node->previous->next = node->next;
    node->next->previous = node->previous;
    haul__list_init(node);
}

/* Moves all nodes of SOURCE to the end of LIST. */
static inline void haul__list_splice(struct haul_list *list, struct haul_list *source)
{
    if (haul__list_is_empty(source))
        return;
    source->next->previous = list->previous;
    list->previous->next = source->next;
    source->previous->next = list;
    list->previous = source->previous;
    haul__list_init(source);
}

#endif
