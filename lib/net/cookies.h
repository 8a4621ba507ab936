/* The inside of a store of cookies: what libcurl shares among handles. A handle has one such share, so that this one
 * has the sessions of TLS, too. */
#ifndef NET_COOKIES_H
#define NET_COOKIES_H

#include <haul/cookies.h>

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

struct haul_cookies {
    atomic_uint references;
    CURLSH *share;
    pthread_mutex_t locks[CURL_LOCK_DATA_LAST]; /* held by libcurl for each use of a kind of data */
};

#endif
