/* haul's version. */
#ifndef HAUL_VERSION_H
#define HAUL_VERSION_H

#include <haul/linkage.h>

#include <stddef.h>

HAUL__BEGIN_C

#define HAUL_VERSION "0.1.0"

/* The version of the library that runs. Static. */
const char *haul_version(void);

/* Writes the versions of what it stands on, as "libcurl/7.88.1 c-ares/1.18.1 libev/4.33", cut off at SIZE bytes with
 * the NUL, into BUFFER. */
void haul_version_libraries(char *buffer, size_t size);

HAUL__END_C

#endif
