/* Entity tags of a list: what was fetched before is asked for on the condition that it has changed.
 *
 * They are in a file, a line each: the tag, a tab, the URL. What comes is known at once, but appended behind what was
 * given out for it (output/appender.h): the body of an answer that is known must not be lost. The last one of a URL
 * counts; of a run that was killed a line may be cut off, and goes. In memory each URL has its place in a hash table.
 */
#ifndef REQUEST_ETAGS_H
#define REQUEST_ETAGS_H

struct appender;
struct etags;
struct haul_result;
struct haul_url;

/* Reads FILE, which need not be there. HAUL_E_INVALID: it cannot be used, and a message has said so; -ENOMEM. */
int etags_open(const char *file, struct etags **ret_etags);

/* Closes it. NULL is fine. */
void etags_close(struct etags *etags);

/* The tag of URL, the caller's to free, or NULL: it has none. Negative errno. */
int etags_find(struct etags *etags, const struct haul_url *url, char **ret_tag);

/* What takes the tags: it is to be among the outlets before one is noted. */
struct appender *etags_appender(struct etags *etags);

/* Notes the tag that RESULT has, if it is another than URL's. Negative errno. */
int etags_note(struct etags *etags, const struct haul_url *url, const struct haul_result *result);

#endif
