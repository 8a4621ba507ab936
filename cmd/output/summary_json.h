/* The summary as JSON: one object, for --summary-json. Its keys are told in haul(1). */
#ifndef OUTPUT_SUMMARY_JSON_H
#define OUTPUT_SUMMARY_JSON_H

#include <stdint.h>

struct haul_client_statistics;
struct hosts;
struct summary;
struct text;

/* Appends the object with a newline. WALL is how long the run took, in nanoseconds; HOSTS, sorted by this, is NULL
 * where they were not counted. TEXT has `failed` set where memory ran out. */
void summary_json_append(const struct summary *summary, int64_t wall, const struct haul_client_statistics *statistics,
                         struct hosts *hosts, struct text *text);

#endif
