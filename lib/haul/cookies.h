/* The cookies of a program: what servers set, and what is sent back to them (RFC 6265). One store serves any number of
 * clients, on any threads. */
#ifndef HAUL_COOKIES_H
#define HAUL_COOKIES_H

#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_cookies;

/* An empty store, with one reference. -ENOMEM. */
int haul_cookies_create(struct haul_cookies **ret_cookies);

struct haul_cookies *haul_cookies_ref(struct haul_cookies *cookies);
void haul_cookies_unref(struct haul_cookies *cookies); /* NULL is fine */

/* Adds the cookies in FILE, which is in Netscape's format or has Set-Cookie fields. Negative errno from opening it. */
int haul_cookies_load(struct haul_cookies *cookies, const char *file);

/* All cookies, those of the session too, as a file in Netscape's format: the caller's, to be given to free(). -ENOMEM.
 */
int haul_cookies_write(struct haul_cookies *cookies, char **ret_text);

HAUL__END_C

#endif
