#include "run/ledger.h"

#include "output/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { buffer_size = 64 * 1024 };

struct ledger {
    struct spill *spill;
    uint64_t written; /* bytes in the file */
    size_t kept;      /* bytes behind them, in the buffer */
    char buffer[buffer_size];
};

int ledger_create(const char *directory, struct ledger **ret_ledger)
{
    struct ledger *ledger = malloc(sizeof(*ledger));
    if (!ledger)
        return -ENOMEM;
    ledger->written = 0;
    ledger->kept = 0;
    int code = spill_create(directory, &ledger->spill);
    if (code != 0) {
        free(ledger);
        return code;
    }
    *ret_ledger = ledger;
    return 0;
}

void ledger_destroy(struct ledger *ledger)
{
    if (!ledger)
        return;
    spill_destroy(ledger->spill);
    free(ledger);
}

static int write_behind(struct ledger *ledger, const char *bytes, size_t size)
{
    int64_t offset = spill_reserve(ledger->spill, (int64_t)size);
    int code = spill_write(ledger->spill, offset, bytes, size);
    if (code == 0)
        ledger->written += size;
    return code;
}

int ledger_append(struct ledger *ledger, const char *bytes, size_t size, uint64_t *ret_place)
{
    uint64_t place = ledger->written + ledger->kept;
    int code = 0;
    if (size > buffer_size - ledger->kept) {
        code = write_behind(ledger, ledger->buffer, ledger->kept);
        if (code == 0)
            ledger->kept = 0;
    }
    if (code == 0 && size > buffer_size) {
        code = write_behind(ledger, bytes, size);
    } else if (code == 0) {
        memcpy(ledger->buffer + ledger->kept, bytes, size);
        ledger->kept += size;
    }
    if (code == 0)
        *ret_place = place;
    return code;
}

int ledger_read(struct ledger *ledger, uint64_t place, char *buffer, size_t size)
{
    size_t in_file = place < ledger->written ? (size_t)(ledger->written - place) : 0;
    if (in_file > size)
        in_file = size;
    int code = in_file > 0 ? spill_read(ledger->spill, (int64_t)place, buffer, in_file) : 0;
    if (code == 0 && in_file < size)
        memcpy(buffer + in_file, ledger->buffer + (place + in_file - ledger->written), size - in_file);
    return code;
}
