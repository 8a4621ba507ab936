#include "files/rest.h"

#include "files/files.h"
#include "files/folder.h"
#include "files/part.h"
#include "files/validator.h"
#include "request/extended.h"

#include <haul/error.h>
#include <haul/request.h>
#include <haul/result.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { partial_content = 206, range_not_satisfiable = 416 };

/* Whether a part of what the request asks for can be had. */
static bool can_be_parted(const struct haul_request *request)
{
    return !request || (!request->body && (!request->method || strcmp(request->method, "GET") == 0));
}

/* The last byte is asked for once more: of a file that is whole but for its name there is always a rest then, and it
 * tells a little whether both belong together. */
static int ask(const struct rest *rest, const struct haul_request *base, struct extended_request **inout_sent)
{
    char range[64];
    char *condition;
    snprintf(range, sizeof(range), "Range: bytes=%" PRId64 "-", rest->begin - 1);
    if (asprintf(&condition, "If-Range: %s", rest->validator) < 0)
        return -ENOMEM;
    int code = extended_request_set(inout_sent, base, (const char *[]){range, condition}, 2);
    free(condition);
    return code;
}

static int look_for_begin(struct rest *rest, struct files *files, const char *path, const struct haul_url *url)
{
    int code = HAUL_E_DRAINED;
    files_open_reserve(files);
    int folder = files_open_folder(files, path, false);
    if (folder >= 0) {
        code = validator_read(folder, folder_last_component(path), url, &rest->begin, &rest->validator);
        close(folder);
    }
    files_close_reserve(files);
    return code;
}

int rest_ask(struct rest *rest, struct files *files, const char *path, const struct haul_url *url,
             const struct haul_request *base, struct extended_request **inout_sent)
{
    if (!can_be_parted(base))
        return 0;
    rest_finish(rest);
    *rest = (struct rest){.end = -1};
    int code = look_for_begin(rest, files, path, url);
    if (code == -ENOMEM)
        return code;
    /* What cannot be continued is made anew. */
    return code == 0 ? ask(rest, base, inout_sent) : extended_request_set(inout_sent, base, NULL, 0);
}

/* Nobody but -C leaves a validator, so what is beside one is no file of somebody's own. */
void rest_drop(struct files *files, const char *path)
{
    files_open_reserve(files);
    int folder = files_open_folder(files, path, false);
    const char *name = folder_last_component(path);
    if (folder >= 0 && validator_is_there(folder, name) && part_remove_left(folder, name) == 0)
        validator_remove(folder, name);
    if (folder >= 0)
        close(folder);
    files_close_reserve(files);
}

/* Digits, and END behind them. */
static bool read_number(const char **inout_text, char end, int64_t *ret_number)
{
    char *rest;
    errno = 0;
    *ret_number = strtoll(*inout_text, &rest, 10);
    bool is_number = **inout_text >= '0' && **inout_text <= '9' && errno == 0 && *rest == end;
    *inout_text = rest + 1;
    return is_number;
}

/* "bytes 5-99/100", and nothing else; its parts. */
static bool read_content_range(const char *text, int64_t *ret_first, int64_t *ret_last, int64_t *ret_size)
{
    static const char unit[] = "bytes ";
    if (!text || strncasecmp(text, unit, sizeof(unit) - 1) != 0)
        return false;
    text += sizeof(unit) - 1;
    return read_number(&text, '-', ret_first) && read_number(&text, '/', ret_last) &&
           read_number(&text, '\0', ret_size);
}

/* Whether the answer names another version than that which was left. */
static bool is_other_version(const struct rest *rest, const struct haul_result *result)
{
    const char *now = haul_result_header(result, rest->validator[0] == '"' ? "ETag" : "Last-Modified");
    return now && strcmp(now, rest->validator) != 0;
}

int rest_check(struct rest *rest, const struct haul_result *result)
{
    int64_t first, last, size;
    rest->end = -1;
    if (rest->begin == 0 || result->status != partial_content)
        return 0;
    if (!read_content_range(haul_result_header(result, "Content-Range"), &first, &last, &size))
        return -EBADMSG;
    bool is_whole = first == rest->begin - 1 && first <= last && last < size && size - last == 1;
    if (!is_whole || rest->is_gone || is_other_version(rest, result))
        return -EBADMSG;
    rest->end = size;
    return 0;
}

bool rest_is_refused(const struct rest *rest, const struct haul_result *result)
{
    return rest->begin > 0 && !rest->is_gone && result->status == range_not_satisfiable;
}

void rest_finish(struct rest *rest)
{
    free(rest->validator);
    rest->validator = NULL;
}
