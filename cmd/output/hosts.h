/* What --summary host tells: counts and times of each host, in bounded memory: the first HOSTS_MOST that come have
 * figures of their own, and all others are counted together. A URL counts for the host that it names, wherever it is
 * redirected to. */
#ifndef OUTPUT_HOSTS_H
#define OUTPUT_HOSTS_H

#include <stddef.h>
#include <stdint.h>

struct entry;
struct histogram;
struct hosts;
struct text;

enum { HOSTS_MOST = 1000 };

struct host_figures {
    const char *name; /* scheme, host and port; NULL: all others together */
    uint64_t urls;
    uint64_t ok;
    uint64_t bytes;
    const struct histogram *times; /* total times of those that were sent and not cancelled, off by 1.6 % at most */
};

/* NULL: out of memory. */
struct hosts *hosts_create(void);
void hosts_destroy(struct hosts *hosts); /* NULL is fine */

/* Counts an entry, which has its result. A sleep, and what was refused, has no host. -ENOMEM. */
int hosts_add(struct hosts *hosts, const struct entry *entry);

/* Puts those with the most URLs first, and the others together last; how many there are. */
size_t hosts_sort(struct hosts *hosts);

/* The one at INDEX in that order. */
void hosts_at(const struct hosts *hosts, size_t index, struct host_figures *ret_figures);

/* Appends a table of them; not more than MOST lines. TEXT has `failed` set where memory ran out. */
void hosts_append_table(struct hosts *hosts, size_t most, struct text *text);

#endif
