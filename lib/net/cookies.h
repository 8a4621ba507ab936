/* The inside of a store of cookies: libcurl's, shared among handles. */
#ifndef NET_COOKIES_H
#define NET_COOKIES_H

#include <haul/cookies.h>

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

struct haul_cookies {
    atomic_uint references;
    CURLSH *share;
    pthread_mutex_t lock; /* held by libcurl for each use */
};

#endif
