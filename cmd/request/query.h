/* Adding to a URL's query. */
#ifndef REQUEST_QUERY_H
#define REQUEST_QUERY_H

struct haul_url;
struct text;

/* Replaces URL by the same with QUERY behind its query. HAUL_E_URL: then it is none, and *RET_PROBLEM, static, says
 * why; -ENOMEM. */
int query_add(struct haul_url **url, const struct text *query, const char **ret_problem);

#endif
