/* What several objects of a record have: times, and fields of headers. */
#ifndef OUTPUT_RECORD_PARTS_H
#define OUTPUT_RECORD_PARTS_H

#include <stddef.h>

struct haul_header;
struct haul_times;

/* What the key and the object of times take at most. */
enum { RECORD_TIMES_ROOM = 256 };

/* ,"time":{...}. Both return the end. */
char *record_write_times(char *end, const struct haul_times *time);

/* As curl's %{header_json} has it: an object with, under each name, in small letters, the values of all its fields.
 * NULL: out of memory. */
char *record_write_fields(char *end, const struct haul_header *fields, size_t count);

/* What that takes at most. */
size_t record_fields_room(const struct haul_header *fields, size_t count);

/* Makes the letters of a name small. */
void record_lower(char *begin, const char *end);

#endif
