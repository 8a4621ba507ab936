#include "picture/pictures.h"

#include "options/options.h"
#include "output/number.h"
#include "output/terminal.h"
#include "picture/har.h"
#include "picture/page.h"
#include "picture/picture.h"
#include "picture/trace.h"
#include "picture/track.h"
#include "picture/waterfall.h"

#include <errno.h>
#include <stdlib.h>

/* A kind of picture: what asks for it, and what begins it. */
struct maker {
    const char *(*name)(const struct options *options); /* NULL: nobody asks for it */
    int (*create)(const struct options *options, const struct waterfall_outlet *outlet, struct picture **ret_picture);
};

static const char *har_name(const struct options *options)
{
    return options->har;
}

static int make_har(const struct options *options, const struct waterfall_outlet *outlet, struct picture **ret_picture)
{
    (void)outlet;
    return har_create(options->har, ret_picture);
}

static const char *trace_name(const struct options *options)
{
    return options->trace;
}

static int make_trace(const struct options *options, const struct waterfall_outlet *outlet,
                      struct picture **ret_picture)
{
    (void)outlet;
    return trace_create(options->trace, ret_picture);
}

static const char *page_name(const struct options *options)
{
    return options->report;
}

static int make_page(const struct options *options, const struct waterfall_outlet *outlet, struct picture **ret_picture)
{
    (void)outlet;
    return page_create(options->report, ret_picture);
}

static const char *waterfall_name(const struct options *options)
{
    return options->waterfall ? "the waterfall" : NULL;
}

static int make_waterfall(const struct options *options, const struct waterfall_outlet *outlet,
                          struct picture **ret_picture)
{
    bool is_coloured =
        options->colour == COLOUR_AUTO ? terminal_has_colour(outlet->descriptor) : options->colour == COLOUR_ALWAYS;
    return waterfall_create(outlet, is_coloured, ret_picture);
}

/* The files come first: what is shown may wait for a reader. */
static const struct maker makers[] = {
    {page_name, make_page},
    {har_name, make_har},
    {trace_name, make_trace},
    {waterfall_name, make_waterfall},
};

enum { maker_count = sizeof(makers) / sizeof(makers[0]), file_count = maker_count - 1 };

struct pictures {
    const struct options *options;
    struct picture *pictures[maker_count]; /* NULL: nobody asks for it */
    int codes[maker_count];                /* of those that cannot be made */
    size_t ended;                          /* as many of them */
};

int pictures_are_wanted(const struct options *options)
{
    for (size_t i = 0; i < maker_count; i++)
        if (makers[i].name(options))
            return 1;
    return 0;
}

int pictures_create(const struct options *options, const struct waterfall_outlet *outlet,
                    struct pictures **ret_pictures, struct picture_problem *ret_problem)
{
    struct pictures *pictures = calloc(1, sizeof(*pictures));
    *ret_problem = (struct picture_problem){"pictures", -ENOMEM};
    if (!pictures)
        return -ENOMEM;
    pictures->options = options;
    for (size_t i = 0; i < maker_count; i++) {
        const char *name = makers[i].name(options);
        int code = name ? makers[i].create(options, outlet, &pictures->pictures[i]) : 0;
        if (code == 0)
            continue;
        *ret_problem = (struct picture_problem){name, code};
        pictures_destroy(pictures);
        return code;
    }
    *ret_pictures = pictures;
    return 0;
}

int pictures_add(struct pictures *pictures, const char *text, size_t size)
{
    struct track track;
    int code = track_read(text, size, &track);
    if (code != 0)
        return code;
    for (size_t i = 0; i < maker_count; i++) {
        struct picture *picture = pictures->pictures[i];
        if (picture && pictures->codes[i] == 0)
            pictures->codes[i] = picture->kind->add(picture, &track);
    }
    track_finish(&track);
    return 0;
}

void pictures_note_wait(struct pictures *pictures, int64_t from, int64_t to)
{
    for (size_t i = 0; i < maker_count; i++) {
        struct picture *picture = pictures->pictures[i];
        if (picture && picture->kind->note_wait && pictures->codes[i] == 0)
            pictures->codes[i] =
                picture->kind->note_wait(picture, (int64_t)number_microseconds(from), (int64_t)number_microseconds(to));
    }
}

void pictures_begin_run(struct pictures *pictures, const char *name)
{
    for (size_t i = 0; i < maker_count; i++) {
        struct picture *picture = pictures->pictures[i];
        if (picture && picture->kind->begin_run && pictures->codes[i] == 0)
            pictures->codes[i] = picture->kind->begin_run(picture, name);
    }
}

void pictures_note_comparison(struct pictures *pictures, const char *json, size_t size)
{
    for (size_t i = 0; i < maker_count; i++) {
        struct picture *picture = pictures->pictures[i];
        if (picture && picture->kind->note_comparison && pictures->codes[i] == 0)
            pictures->codes[i] = picture->kind->note_comparison(picture, json, size);
    }
}

/* Ends those before COUNT that are not ended yet. */
static int end_first(struct pictures *pictures, size_t count, struct picture_problem *ret_problem)
{
    int code = 0;
    for (; pictures->ended < count; pictures->ended++) {
        size_t i = pictures->ended;
        struct picture *picture = pictures->pictures[i];
        if (!picture)
            continue;
        if (pictures->codes[i] == 0)
            pictures->codes[i] = picture->kind->end(picture);
        if (pictures->codes[i] == 0 || code != 0)
            continue;
        code = pictures->codes[i];
        *ret_problem = (struct picture_problem){makers[i].name(pictures->options), code};
    }
    return code;
}

int pictures_end_files(struct pictures *pictures, struct picture_problem *ret_problem)
{
    return end_first(pictures, file_count, ret_problem);
}

int pictures_end(struct pictures *pictures, struct picture_problem *ret_problem)
{
    return end_first(pictures, maker_count, ret_problem);
}

void pictures_destroy(struct pictures *pictures)
{
    if (!pictures)
        return;
    for (size_t i = 0; i < maker_count; i++)
        if (pictures->pictures[i])
            pictures->pictures[i]->kind->destroy(pictures->pictures[i]);
    free(pictures);
}
