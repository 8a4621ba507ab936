/* A Content-Disposition field, and the name of a file that is made of it. */
#include "fuzz.h"

#include "files/disposition.h"
#include "files/filename.h"
#include "output/text.h"

#include <stdlib.h>
#include <string.h>

/* It is one component, and neither hidden nor an option. */
static void check_name(const struct text *name)
{
    CHECK(name->size > 0 && name->size <= FILENAME_MOST);
    CHECK(name->bytes[0] != '.' && name->bytes[0] != '-');
    CHECK(!memchr(name->bytes, '/', name->size) && !memchr(name->bytes, '\0', name->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct text found = {0};
    struct text name = {0};
    char *value = strndup((const char *)bytes, size);
    CHECK(value);
    if (disposition_append_name(&found, value)) {
        filename_append(&name, found.bytes, found.size);
        check_name(&name);
    }
    CHECK(found.size <= 2 * size);
    free(value);
    text_finish(&found);
    text_finish(&name);
    return 0;
}
