#include "net/cookies.h"

#include "base/buffer.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void lock(CURL *easy, curl_lock_data what, curl_lock_access access, void *data)
{
    struct haul_cookies *cookies = data;
    (void)easy;
    (void)access;
    pthread_mutex_lock(&cookies->locks[what]);
}

static void unlock(CURL *easy, curl_lock_data what, void *data)
{
    struct haul_cookies *cookies = data;
    (void)easy;
    pthread_mutex_unlock(&cookies->locks[what]);
}

static CURLSHcode set_share(struct haul_cookies *cookies)
{
    CURLSH *share = cookies->share;
    CURLSHcode code = curl_share_setopt(share, CURLSHOPT_LOCKFUNC, lock);
    if (code == CURLSHE_OK)
        code = curl_share_setopt(share, CURLSHOPT_UNLOCKFUNC, unlock);
    if (code == CURLSHE_OK)
        code = curl_share_setopt(share, CURLSHOPT_USERDATA, cookies);
    if (code == CURLSHE_OK)
        code = curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    return code == CURLSHE_OK ? curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) : code;
}

static void free_store(struct haul_cookies *cookies)
{
    curl_share_cleanup(cookies->share);
    for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
        pthread_mutex_destroy(&cookies->locks[i]);
    haul__free(cookies);
}

int haul_cookies_create(struct haul_cookies **ret_cookies)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    struct haul_cookies *cookies = haul__allocate_zeroed(sizeof(*cookies));
    if (cookies) {
        atomic_init(&cookies->references, 1);
        for (size_t i = 0; i < CURL_LOCK_DATA_LAST; i++)
            pthread_mutex_init(&cookies->locks[i], NULL);
        cookies->share = curl_share_init();
        if (cookies->share && set_share(cookies) == CURLSHE_OK) {
            *ret_cookies = cookies;
            return 0;
        }
        free_store(cookies);
    }
    curl_global_cleanup();
    return -ENOMEM;
}

struct haul_cookies *haul_cookies_ref(struct haul_cookies *cookies)
{
    atomic_fetch_add_explicit(&cookies->references, 1, memory_order_relaxed);
    return cookies;
}

void haul_cookies_unref(struct haul_cookies *cookies)
{
    if (!cookies || atomic_fetch_sub_explicit(&cookies->references, 1, memory_order_acq_rel) > 1)
        return;
    free_store(cookies);
    curl_global_cleanup();
}

/* A handle that is used for the store alone. */
static CURL *open_store(struct haul_cookies *cookies)
{
    CURL *easy = curl_easy_init();
    if (easy && curl_easy_setopt(easy, CURLOPT_SHARE, cookies->share) != CURLE_OK) {
        curl_easy_cleanup(easy);
        return NULL;
    }
    return easy;
}

/* libcurl takes a file that cannot be read for an empty one. */
int haul_cookies_load(struct haul_cookies *cookies, const char *file)
{
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return -errno;
    close(descriptor);
    CURL *easy = open_store(cookies);
    if (!easy)
        return -ENOMEM;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_COOKIEFILE, file);
    code |= curl_easy_setopt(easy, CURLOPT_COOKIELIST, "RELOAD");
    curl_easy_cleanup(easy);
    return code == CURLE_OK ? 0 : -ENOMEM;
}

int haul_cookies_write(struct haul_cookies *cookies, char **ret_text)
{
    static const char head[] = "# Netscape HTTP Cookie File\n";
    struct curl_slist *lines = NULL;
    struct haul__buffer text;
    CURL *easy = open_store(cookies);
    if (!easy)
        return -ENOMEM;
    haul__buffer_init(&text);
    int code = curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &lines) == CURLE_OK ? 0 : -ENOMEM;
    if (code == 0)
        code = haul__buffer_append(&text, head, sizeof(head) - 1);
    for (const struct curl_slist *line = lines; line && code == 0; line = line->next) {
        code = haul__buffer_append(&text, line->data, strlen(line->data));
        if (code == 0)
            code = haul__buffer_append(&text, "\n", 1);
    }
    curl_slist_free_all(lines);
    curl_easy_cleanup(easy);
    if (code == 0)
        *ret_text = (char *)text.bytes;
    else
        haul__buffer_finish(&text);
    return code;
}
