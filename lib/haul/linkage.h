/* Lets C++ call what the other headers declare: it stands between HAUL__BEGIN_C and HAUL__END_C. Coroutines are written
 * in C: their macros do not compile as C++. */
#ifndef HAUL_LINKAGE_H
#define HAUL_LINKAGE_H

#ifdef __cplusplus
#define HAUL__BEGIN_C extern "C" {
#define HAUL__END_C   }
#else
#define HAUL__BEGIN_C
#define HAUL__END_C
#endif

#endif
