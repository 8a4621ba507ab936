#include "net/domains.h"

#include "base/memory.h"

#include <errno.h>
#include <resolv.h>
#include <string.h>
#include <strings.h>

enum { longest_label = 63 };

static int copy(struct haul__domains *domains, char *const *list)
{
    size_t size = 0;
    for (size_t i = 0; list[i]; i++)
        size += strlen(list[i]) + 1;
    if (size == 0)
        return 0;
    char *at = domains->texts = haul__allocate(size);
    if (!at)
        return -ENOMEM;
    for (; list[domains->count]; domains->count++)
        at = stpcpy(at, list[domains->count]) + 1;
    return 0;
}

int haul__domains_init(struct haul__domains *domains)
{
    struct __res_state state = {0};
    *domains = (struct haul__domains){.dots = 1};
    /* The C library knows how to read it, and c-ares keeps to itself what it has read. */
    if (res_ninit(&state) != 0)
        return 0;
    domains->dots = state.ndots;
    int code = copy(domains, state.dnsrch);
    res_nclose(&state);
    return code;
}

void haul__domains_finish(struct haul__domains *domains)
{
    haul__free(domains->texts);
}

/* NAME, a dot and DOMAIN, without the dot at the end. */
static void join(const char *name, size_t size, const char *domain, char *ret_candidate)
{
    size_t domain_size = strlen(domain);
    if (domain_size > 0 && domain[domain_size - 1] == '.')
        domain_size--;
    size_t whole = domain_size > 0 ? size + 1 + domain_size : size;
    *ret_candidate = '\0';
    if (whole > HAUL__LONGEST_NAME)
        return;
    memcpy(ret_candidate, name, size);
    if (domain_size > 0) {
        ret_candidate[size] = '.';
        memcpy(ret_candidate + size + 1, domain, domain_size);
    }
    ret_candidate[whole] = '\0';
}

static unsigned count_dots(const char *name)
{
    unsigned count = 0;
    while ((name = strchr(name, '.'))) {
        count++;
        name++;
    }
    return count;
}

bool haul__domains_candidate(const struct haul__domains *domains, const char *name, size_t index,
                             char ret_candidate[HAUL__LONGEST_NAME + 1])
{
    size_t size = strlen(name);
    bool is_absolute = size > 0 && name[size - 1] == '.';
    size_t count = is_absolute ? 0 : domains->count;
    size_t own = count_dots(name) >= domains->dots ? 0 : count;
    if (index > count)
        return false;
    if (index == own) {
        join(name, size - is_absolute, "", ret_candidate);
        return true;
    }
    const char *domain = domains->texts;
    for (index -= index > own; index > 0; index--)
        domain += strlen(domain) + 1;
    join(name, size, domain, ret_candidate);
    return true;
}

static bool is_within(const char *name, size_t size, const char *domain)
{
    size_t domain_size = strlen(domain);
    if (size < domain_size || strncasecmp(name + size - domain_size, domain, domain_size) != 0)
        return false;
    return size == domain_size || name[size - domain_size - 1] == '.';
}

enum haul__name_kind haul__name_kind(const char *name)
{
    size_t size = strlen(name);
    if (size > 0 && name[size - 1] == '.')
        size--;
    /* With '-' before it libcurl takes a name that it is told for one to be forgotten, which may be another's. The C
     * library looks none up that begins so. */
    if (size == 0 || size > HAUL__LONGEST_NAME || *name == '-')
        return HAUL__BROKEN_NAME;
    for (size_t at = 0; at <= size;) {
        const char *dot = memchr(name + at, '.', size - at);
        size_t label = dot ? (size_t)(dot - name) - at : size - at;
        if (label == 0 || label > longest_label)
            return HAUL__BROKEN_NAME;
        at += label + 1;
    }
    if (is_within(name, size, "localhost"))
        return HAUL__LOCAL_NAME;
    return is_within(name, size, "onion") || is_within(name, size, "invalid") ? HAUL__ABSENT_NAME : HAUL__ORDINARY_NAME;
}
