#include "request/jar.h"

#include "message.h"
#include "output/replacement.h"
#include "request/request.h"

#include <haul/cookies.h>
#include <haul/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(const char *option, const char *file, int code)
{
    if (code == -ENOMEM)
        return code;
    message("%s %s: %s", option, file, strerror(-code));
    return HAUL_E_INVALID;
}

/* A file that is not there yet is one without cookies, as with curl: a run may begin with the file that it ends with.
 */
static int load(struct jar *jar, const struct string_list *files)
{
    for (size_t i = 0; i < files->count; i++) {
        const char *file = files->at[i];
        int code = *file ? haul_cookies_load(jar->cookies, file) : 0;
        if (code < 0 && code != -ENOENT)
            return complain("--cookie", file, code);
    }
    return 0;
}

/* Cookies are secrets: the file is there, for its owner alone, before any is written. */
static int open_file(struct jar *jar, const char *path)
{
    bool is_output = strcmp(path, "-") == 0;
    int descriptor = is_output ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor >= 0)
        close(descriptor);
    jar->path = path;
    bool is_there = is_output || descriptor >= 0 || errno == EEXIST;
    int code = is_there ? replacement_create(path, 0600, &jar->file) : -errno;
    return code < 0 ? complain("--cookie-jar", path, code) : 0;
}

bool jar_is_wanted(const struct request_options *options)
{
    return options->cookie_jar || options->cookie_files.count > 0;
}

int jar_open(struct jar *jar, const struct request_options *options)
{
    if (!jar_is_wanted(options))
        return 0;
    int code = haul_cookies_create(&jar->cookies);
    if (code == 0)
        code = load(jar, &options->cookie_files);
    if (code == 0 && options->cookie_jar)
        code = open_file(jar, options->cookie_jar);
    return code;
}

int jar_save(struct jar *jar)
{
    char *text;
    if (!jar->file)
        return 0;
    int code = haul_cookies_write(jar->cookies, &text);
    if (code == 0) {
        code = replacement_write(jar->file, text, strlen(text));
        free(text);
    }
    if (code == 0)
        code = replacement_commit(jar->file);
    if (code < 0)
        message("--cookie-jar %s: %s", jar->path, strerror(-code));
    return code;
}

void jar_finish(struct jar *jar)
{
    replacement_destroy(jar->file);
    haul_cookies_unref(jar->cookies);
}
