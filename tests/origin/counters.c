#include "counters.h"

#include <stdlib.h>
#include <string.h>

#define uthash_fatal(message) out_of_memory()
#include <uthash.h>

/* Paths beyond these are not told apart, so that a million of them is no matter. */
#define PATHS_MAX 50000

struct path_count {
    UT_hash_handle hh;
    uint64_t requests;
    size_t length;
    char path[];
};

void counters_finish(struct counters *counters)
{
    struct path_count *entry = counters->paths;
    HASH_CLEAR(hh, counters->paths);
    while (entry) {
        struct path_count *next = entry->hh.next;
        free(entry);
        entry = next;
    }
}

void counters_reset(struct counters *counters)
{
    counters_finish(counters);
    *counters = (struct counters){
        .open = counters->open,
        .in_flight = counters->in_flight,
        .peak_in_flight = counters->in_flight,
    };
}

void counters_connection_opened(struct counters *counters)
{
    counters->connections++;
    counters->open++;
}

void counters_connection_closed(struct counters *counters)
{
    counters->open--;
}

void counters_connection_uncounted(struct counters *counters)
{
    counters->open--;
    if (counters->connections > 0)
        counters->connections--;
}

static struct path_count *add_path(struct counters *counters, struct slice path)
{
    struct path_count *entry = calloc(1, sizeof(*entry) + path.size);
    if (!entry)
        out_of_memory();
    entry->length = path.size;
    memcpy(entry->path, path.at, path.size);
    HASH_ADD_KEYPTR(hh, counters->paths, entry->path, entry->length, entry);
    return entry;
}

static struct path_count *find_path(struct counters *counters, struct slice path)
{
    struct path_count *entry;
    HASH_FIND(hh, counters->paths, path.at, path.size, entry);
    return entry;
}

uint64_t counters_request_begun(struct counters *counters, struct slice path)
{
    static const struct slice others = {"others", 6};
    counters->requests++;
    counters->in_flight++;
    if (counters->peak_in_flight < counters->in_flight)
        counters->peak_in_flight = counters->in_flight;
    struct path_count *entry = find_path(counters, path);
    if (!entry && HASH_COUNT(counters->paths) >= PATHS_MAX) {
        path = others;
        entry = find_path(counters, path);
    }
    if (!entry)
        entry = add_path(counters, path);
    return ++entry->requests;
}

void counters_request_ended(struct counters *counters)
{
    counters->in_flight--;
}

static void write_field(struct bytes *bytes, const char *name, uint64_t value)
{
    bytes_append_text(bytes, bytes->at[bytes->size - 1] == '{' ? "\"" : ",\"");
    bytes_append_text(bytes, name);
    bytes_append_text(bytes, "\":");
    bytes_append_number(bytes, value);
}

/* As a JSON string. A byte that is not printable ASCII becomes U+0000 plus its value. */
static void write_text(struct bytes *bytes, struct slice text)
{
    static const char digits[] = "0123456789abcdef";
    bytes_append_text(bytes, "\"");
    for (size_t i = 0; i < text.size; i++) {
        unsigned char character = (unsigned char)text.at[i];
        char escaped[] = {'\\', 'u', '0', '0', digits[character >> 4], digits[character & 15]};
        if (character < ' ' || character > '~' || character == '"' || character == '\\')
            bytes_append(bytes, escaped, sizeof(escaped));
        else
            bytes_append(bytes, &character, 1);
    }
    bytes_append_text(bytes, "\"");
}

void counters_write(const struct counters *counters, struct bytes *bytes)
{
    bytes_append_text(bytes, "{");
    write_field(bytes, "connections", counters->connections);
    write_field(bytes, "open", counters->open);
    write_field(bytes, "requests", counters->requests);
    write_field(bytes, "in_flight", counters->in_flight);
    write_field(bytes, "peak_in_flight", counters->peak_in_flight);
    bytes_append_text(bytes, ",\"paths\":{");
    const char *separator = "";
    for (const struct path_count *entry = counters->paths; entry; entry = entry->hh.next) {
        bytes_append_text(bytes, separator);
        write_text(bytes, (struct slice){entry->path, entry->length});
        bytes_append_text(bytes, ":");
        bytes_append_number(bytes, entry->requests);
        separator = ",";
    }
    bytes_append_text(bytes, "}}\n");
}
