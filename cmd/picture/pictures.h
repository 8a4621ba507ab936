/* The pictures that options ask for, made side by side of the same records. */
#ifndef PICTURE_PICTURES_H
#define PICTURE_PICTURES_H

#include <stddef.h>
#include <stdint.h>

struct options;
struct pictures;
struct waterfall_outlet;

/* What went wrong with which of them: a file's name, or what else it is made as. */
struct picture_problem {
    const char *name;
    int code; /* negative errno */
};

/* Whether OPTIONS ask for any. */
int pictures_are_wanted(const struct options *options);

/* Begins them; OPTIONS outlive them, and so does where the OUTLET leads. Their files can be written, or it is said now
 * which cannot. Negative errno. */
int pictures_create(const struct options *options, const struct waterfall_outlet *outlet,
                    struct pictures **ret_pictures, struct picture_problem *ret_problem);

/* Adds what the record in SIZE bytes of TEXT tells. HAUL_E_INVALID: it is none. One that a picture cannot be made of
 * any more is told at the end. -ENOMEM. */
int pictures_add(struct pictures *pictures, const char *text, size_t size);

/* The run's loop had nothing to do from one point to another, in nanoseconds since the begin of the run. */
void pictures_note_wait(struct pictures *pictures, int64_t from, int64_t to);

/* What is added from here on is of the run NAME. */
void pictures_begin_run(struct pictures *pictures, const char *name);

/* What comparing the runs has shown, as picture.h says. */
void pictures_note_comparison(struct pictures *pictures, const char *json, size_t size);

/* Ends those that are files. Negative errno: one could not be made, the first with a problem; the others are there. */
int pictures_end_files(struct pictures *pictures, struct picture_problem *ret_problem);

/* Ends all that are not ended yet, as above. */
int pictures_end(struct pictures *pictures, struct picture_problem *ret_problem);

/* NULL is fine. */
void pictures_destroy(struct pictures *pictures);

#endif
