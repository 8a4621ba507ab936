#include "net/book.h"

#include <assert.h>
#include <errno.h>

void haul__book_init(struct haul__book *book)
{
    *book = (struct haul__book){.table = NULL};
    haul__list_init(&book->unused);
}

static void destroy_entry(struct haul__book *book, struct haul__entry *entry)
{
    assert(entry->users == 0);
    haul__list_remove(&entry->link);
    HASH_DEL(book->table, entry);
    haul__addresses_unref(entry->addresses);
    haul__free(entry);
}

void haul__book_finish(struct haul__book *book)
{
    struct haul__entry *entry, *next;
    HASH_ITER(hh, book->table, entry, next)
    destroy_entry(book, entry);
}

/* As long as a name may be, and some: a longer one has no addresses. */
enum { longest_name = 300, longest_key = longest_name + sizeof(":4294967295") };

static struct haul__entry *add(struct haul__book *book, const char *key, size_t size)
{
    struct haul__entry *entry = haul__allocate(sizeof(*entry) + size + 1);
    if (!entry)
        return NULL;
    *entry = (struct haul__entry){.size = size};
    memcpy(entry->key, key, size + 1);
    haul__list_init(&entry->link);
    HASH_ADD_KEYPTR(hh, book->table, entry->key, size, entry);
    if (!entry->is_missing)
        return entry;
    haul__free(entry);
    return NULL;
}

/* "host:80" with a NUL behind; its size. */
static size_t write_key(char *key, const struct haul__route *route)
{
    char digits[10];
    size_t size = route->host.size < longest_name ? route->host.size : longest_name;
    for (size_t i = 0; i < size; i++) {
        char character = route->host.at[i];
        key[i] = character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
    }
    size_t count = 0;
    unsigned port = route->port;
    do
        digits[count++] = (char)('0' + port % 10);
    while ((port /= 10) > 0);
    key[size++] = ':';
    while (count > 0)
        key[size++] = digits[--count];
    key[size] = '\0';
    return size;
}

struct haul__entry *haul__book_take(struct haul__book *book, const struct haul__route *route)
{
    char key[longest_key];
    struct haul__entry *entry;
    size_t size = write_key(key, route);
    HASH_FIND(hh, book->table, key, size, entry);
    if (!entry)
        entry = add(book, key, size);
    else if (entry->users == 0)
        book->unused_count--;
    if (entry && entry->users++ == 0)
        haul__list_remove(&entry->link);
    return entry;
}

void haul__book_give(struct haul__book *book, struct haul__entry *entry)
{
    if (!entry || --entry->users > 0)
        return;
    haul__list_append(&book->unused, &entry->link);
    book->unused_count++;
}

int haul__book_tell(struct haul__book *book, struct haul__entry *entry, struct haul__addresses *addresses,
                    uint64_t actions, struct haul__buffer *text)
{
    text->size = 0;
    if (entry->addresses == addresses && entry->told_at < actions)
        return 0;
    int code = haul__buffer_append(text, entry->key, entry->size);
    if (code == 0)
        code = haul__buffer_append(text, ":", 1);
    if (code == 0)
        code = haul__buffer_append(text, addresses->text, addresses->size + 1);
    if (code == 0 && book->unused_count > HAUL__ENTRIES_KEPT) {
        struct haul__entry *dropped = haul__container(book->unused.next, struct haul__entry, link);
        code = haul__buffer_append(text, "-", 1);
        if (code == 0)
            code = haul__buffer_append(text, dropped->key, dropped->size + 1);
        if (code == 0) {
            book->unused_count--;
            destroy_entry(book, dropped);
        }
    }
    if (code < 0)
        return code;
    if (entry->addresses != addresses) {
        haul__addresses_unref(entry->addresses);
        entry->addresses = haul__addresses_ref(addresses);
    }
    entry->told_at = actions;
    return 0;
}

void haul__entry_doubt(struct haul__entry *entry)
{
    haul__addresses_unref(entry->addresses);
    entry->addresses = NULL;
}
