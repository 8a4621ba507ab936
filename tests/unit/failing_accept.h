/* Makes accept4 fail as the system would. It stands in its place in the library's unit tests. */
#ifndef TESTS_FAILING_ACCEPT_H
#define TESTS_FAILING_ACCEPT_H

/* The next COUNT calls fail with ERROR, an errno, and leave the connection where it is. */
void failing_accept_set(int error, int count);

#endif
