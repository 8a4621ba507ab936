/* The servers that are compared, by the same paths: of each its list. Without any there is one list, as it is read. */
#ifndef COMPARE_SIDES_H
#define COMPARE_SIDES_H

#include "compare/url_list.h"
#include "options/options.h"

/* All zero is none. */
struct sides {
    struct url_list *lists; /* COUNT; the first is to be read */
    size_t count;           /* at least 1 */
    const char **names;     /* of each, borrowed of the options; NULL: there is one list */
    char **bases;           /* of each, its URL, passwords masked */
};

/* Makes as many as are asked for, with empty lists. -ENOMEM. */
int sides_make(struct sides *sides, const struct comparison_options *options);

/* Makes all other lists of the first, which was read. HAUL_E_INVALID: something in it is no path, and a message has
 * said so; -ENOMEM. */
int sides_complete(struct sides *sides, const struct options *options);

void sides_finish(struct sides *sides);

#endif
