/* What tells whether the rest of a file still belongs to its begin: NAME.part.validator beside NAME.part, for -C -. */
#ifndef FILES_VALIDATOR_H
#define FILES_VALIDATOR_H

#include <stdbool.h>
#include <stdint.h>

struct haul_result;
struct haul_url;

/* Writes what RESULT has of this kind for URL: a strong entity tag, or a date that is as good as one (RFC
 * 9110, 8.8.2.2). HAUL_E_DRAINED: there is none, and none is left there; negative errno. */
int validator_write(int folder, const char *name, const struct haul_url *url, const struct haul_result *result);

/* Looks for the begin of a file. HAUL_E_DRAINED: there is none of URL that could be continued; negative errno.
 * Otherwise its size, 1 at least, and the validator, the caller's to free. */
int validator_read(int folder, const char *name, const struct haul_url *url, int64_t *ret_size, char **ret_validator);

bool validator_is_there(int folder, const char *name);

void validator_remove(int folder, const char *name);

#endif
