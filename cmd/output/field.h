/* The fields of a result by their names, as text: for CSV and --write-out. First come those of the record (haul(1)), in
 * its order, a nested one with a dot ("time.total"); then the same with an underscore, where that is free; then the
 * variables of curl's --write-out that mean something here. */
#ifndef OUTPUT_FIELD_H
#define OUTPUT_FIELD_H

#include <stddef.h>

struct entry;
struct epoch;
struct text;

/* Appends the value; nothing where it is unknown. What haul did not write itself is escaped (output/escape.h). */
typedef void field_fn(struct text *text, const struct entry *entry, const struct epoch *epoch);

/* When a record has it. */
enum field_presence { FIELD_ALWAYS, FIELD_WITH_TRIES, FIELD_WITH_DIGEST };

struct field {
    const char *name;
    field_fn *append;
    enum field_presence presence;
};

extern const struct field fields[];
extern const size_t field_count;
extern const size_t field_record_count; /* of them those of the record */

/* The field with this name; NULL: there is none. */
const struct field *field_find(const char *name, size_t size);

#endif
