/* The report: one page of HTML that needs nothing else, with the figures of a run, its waterfall, and what failed.
 * Passes tracks on to its file as they come; the page's own script (picture/page/) reckons and draws. */
#ifndef PICTURE_PAGE_H
#define PICTURE_PAGE_H

#include <stddef.h>

struct picture;
struct text;

/* Begins the one at PATH. Negative errno. */
int page_create(const char *path, struct picture **ret_picture);

/* Appends SIZE bytes of JSON so that they can stand in a script element: what HTML or a script could take for its own
 * is escaped, which in JSON only strings can have. */
void page_append_json(struct text *text, const char *json, size_t size);

#endif
