/* The rest of a file of which an earlier run or attempt has left the begin, for -C -: how it is asked for, and whether
 * an answer is what was asked for. Servers err here, and some ignore If-Range; so an answer is taken only if it goes on
 * exactly where the begin ends, to the end of the file, and says nothing of another version. */
#ifndef FILES_REST_H
#define FILES_REST_H

#include <stdbool.h>
#include <stdint.h>

struct extended_request;
struct files;
struct haul_request;
struct haul_result;
struct haul_url;

/* All zero but `end`, which is -1: nothing was left. */
struct rest {
    int64_t begin;   /* how many bytes were left; 0: there is nothing to go on with */
    char *validator; /* of the file that they are of; owned. NULL: there is none */
    bool is_gone;    /* they have made way for another version meanwhile */
    int64_t end;     /* of the whole file, as the answer has it; -1: the answer is not the rest */
};

/* Looks for what was left of PATH, which is URL's, and has SENT ask for what comes behind it: BASE with what that takes
 * besides. SENT is made where part of what BASE asks for can be had, though nothing be left. Again it looks anew.
 * -ENOMEM. */
int rest_ask(struct rest *rest, struct files *files, const char *path, const struct haul_url *url,
             const struct haul_request *base, struct extended_request **inout_sent);

/* PATH is whole: what was left of it goes, unless a program writes it. */
void rest_drop(struct files *files, const char *path);

/* Looks at an answer, whose header is whole: behind it `end` says whether it is the rest. -EBADMSG: it is a part, but
 * not the one that was asked for. */
int rest_check(struct rest *rest, const struct haul_result *result);

/* Whether an answer says that there is no such part, so that what was left is of no use. */
bool rest_is_refused(const struct rest *rest, const struct haul_result *result);

void rest_finish(struct rest *rest);

#endif
