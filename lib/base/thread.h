/* Threads of the library's own. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* Has FN run with DATA in a thread that gets none of the process's signals: they are the program's own threads'
 * affair. To be joined or detached. Negative errno. */
int haul__thread_create(pthread_t *ret_thread, void *(*fn)(void *data), void *data);

#endif
