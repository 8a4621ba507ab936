/* The page's own text, made of the sources in picture/page/ while haul is built: what stands before the data and what
 * stands behind. */
#ifndef PICTURE_PAGE_FRAME_H
#define PICTURE_PAGE_FRAME_H

#include <stddef.h>

extern const unsigned char page_head[];
extern const size_t page_head_size;
extern const unsigned char page_tail[];
extern const size_t page_tail_size;

#endif
