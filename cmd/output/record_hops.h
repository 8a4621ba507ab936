/* What a full record has behind the keys of a short one: where the fetch was made, and each of its hops. Secrets in
 * URLs are masked, and the library masks credentials in headers. */
#ifndef OUTPUT_RECORD_HOPS_H
#define OUTPUT_RECORD_HOPS_H

#include "output/record.h"

/* Appends ,"lane":...,"connection":...,"hops":[...]. Where memory runs out, the text says so. */
void record_append_hops(struct text *text, const struct haul_result *result, const struct epoch *epoch);

#endif
