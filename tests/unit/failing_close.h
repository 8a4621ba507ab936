/* Has close(2) fail, as on a file system that only then tells what it could not take. For programs that are linked with
 * --wrap=close. */
#ifndef FAILING_CLOSE_H
#define FAILING_CLOSE_H

/* From now on each close of a regular file that has something in it answers ERROR, having closed it; 0: none does. */
void failing_close_set(int error);

#endif
