#include "failing_thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>

/* The names that --wrap gives. */
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *), void *data);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *), void *data);

static size_t left = SIZE_MAX;
static size_t made;

void failing_thread_set(size_t count)
{
    left = count;
}

size_t failing_thread_count(void)
{
    return made;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *), void *data)
{
    if (left == 0)
        return EAGAIN;
    if (left < SIZE_MAX)
        left--;
    made++;
    return __real_pthread_create(thread, attributes, fn, data);
}
