/* HAR 1.2, the HTTP Archive that the network panels of browsers show: an entry for each hop. Passes tracks on to its
 * file as they come. */
#ifndef PICTURE_HAR_H
#define PICTURE_HAR_H

struct picture;

/* Begins the one at PATH. Negative errno. */
int har_create(const char *path, struct picture **ret_picture);

#endif
