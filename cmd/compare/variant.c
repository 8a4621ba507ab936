#include "compare/variant.h"

#include "options/options.h"
#include "output/text.h"

#include <stdlib.h>
#include <string.h>

struct variant *variant_list(const struct comparison_options *options, size_t *ret_count)
{
    size_t side_count = options->side_count > 0 ? options->side_count : 1;
    struct variant *variants = calloc(side_count * options->mode_count * options->concurrency_count, sizeof(*variants));
    size_t count = 0;

    if (variants == NULL)
        return NULL;
    for (size_t side = 0; side < side_count; side++) {
        for (size_t i = 0; i < options->mode_count; i++) {
            enum mode mode = options->modes[i];
            size_t concurrencies = mode == MODE_SEQUENTIAL ? 1 : options->concurrency_count;
            for (size_t place = 0; place < concurrencies; place++) {
                size_t concurrency = mode == MODE_SEQUENTIAL ? 1 : options->concurrencies[place];
                variants[count++] = (struct variant){mode, concurrency, side};
            }
        }
    }
    *ret_count = count;
    return variants;
}

struct variant_labels variant_labels_of(const struct variant *variants, size_t count, const char *const *sides,
                                        size_t side_count)
{
    struct variant_labels labels = {.sides = side_count > 1 ? sides : NULL};
    size_t concurrency = 0; /* the first of a mode that has several */

    for (size_t i = 0; i < count; i++) {
        labels.has_modes |= variants[i].mode != variants[0].mode;
        if (variants[i].mode == MODE_SEQUENTIAL)
            continue;
        labels.has_concurrencies |= concurrency > 0 && variants[i].concurrency != concurrency;
        concurrency = variants[i].concurrency;
    }
    return labels;
}

void variant_append(struct text *text, const struct variant_labels *labels, const struct variant *variant)
{
    bool has_concurrency = labels->has_concurrencies && variant->mode != MODE_SEQUENTIAL;
    bool has_mode = labels->has_modes || (!has_concurrency && labels->sides == NULL);

    if (labels->sides != NULL)
        text_append_escaped(text, labels->sides[variant->side], strlen(labels->sides[variant->side]));
    if (has_mode) {
        text_append_string(text, labels->sides != NULL ? " " : "");
        text_append_string(text, mode_name(variant->mode));
    }
    if (has_concurrency) {
        text_append_string(text, labels->sides != NULL || has_mode ? " -c " : "-c ");
        text_append_unsigned(text, variant->concurrency);
    }
}
