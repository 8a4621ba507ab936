#include "run/condition.h"

#include "files/file_body.h"
#include "request/etags.h"
#include "request/extended.h"
#include "run/entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int condition_set(struct entry *entry, struct etags *etags, const struct haul_request *common)
{
    char *tag = NULL;
    char *field;
    if (entry->sent || (entry->file && file_body_is_missing(entry->file)))
        return 0;
    int code = etags_find(etags, entry->url, &tag);
    if (code != 0 || !tag)
        return code;
    int size = asprintf(&field, "If-None-Match: %s", tag);
    free(tag);
    if (size < 0)
        return -ENOMEM;
    code = extended_request_set(&entry->sent, entry_request(entry, common), (const char *const *)&field, 1);
    free(field);
    return code;
}
