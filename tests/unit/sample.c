#include "sample.h"

#include <haul/duration.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum mode mode_of(char letter)
{
    switch (letter) {
    case 's':
        return MODE_SEQUENTIAL;
    case 'g':
        return MODE_GATHER;
    case 'r':
        return MODE_RACE;
    default:
        return MODE_AS_COMPLETED;
    }
}

void sample_begin_variants(struct sample *sample, size_t url_count, const struct variant *variants, size_t count,
                           size_t rounds)
{
    static const char *const sides[] = {"old", "new", "other"};
    static const char *const bases[] = {"http://old.test/", "http://new.test/", "http://other.test/"};
    size_t last = count > 0 ? variants[count - 1].side : 0;

    *sample = (struct sample){0};
    memcpy(sample->variants, variants, count * sizeof(*variants));
    for (size_t i = 0; i < url_count; i++) {
        snprintf(sample->names[i], sizeof(sample->names[i]), "http://a.test/%zu", i);
        sample->urls[i] = sample->names[i];
    }
    sample->comparison = (struct comparison){
        .urls = sample->urls,
        .hosts = sample->hosts,
        .url_count = url_count,
        .host_count = url_count > 0,
        .sides = sides,
        .bases = bases,
        .side_count = last > 0 ? last + 1 : 0,
        .variants = sample->variants,
        .variant_count = count,
        .rounds = rounds,
    };
    assert_int_equal(comparison_begin(&sample->comparison), 0);
    for (size_t i = 0; i < rounds * count; i++) {
        struct measured_run *run = &sample->comparison.runs[i];
        assert_int_equal(measure_begin(run, url_count, 0), 0);
        run->emitted = run->came_out = url_count;
        for (size_t url = 0; url < url_count; url++)
            run->urls[url] = (struct measured_url){.ok = true, .is_out = true, .status = 200, .bytes = 100};
    }
    sample->comparison.rounds_complete = rounds;
}

void sample_begin(struct sample *sample, size_t url_count, const char *letters, size_t rounds)
{
    struct variant variants[SAMPLE_VARIANTS] = {0};

    for (size_t i = 0; letters[i] != '\0'; i++) {
        enum mode mode = mode_of(letters[i]);
        variants[i] = (struct variant){.mode = mode, .concurrency = mode == MODE_SEQUENTIAL ? 1 : 50};
    }
    sample_begin_variants(sample, url_count, variants, strlen(letters), rounds);
}

void sample_set(struct sample *sample, size_t round, size_t variant, int64_t wall, int64_t first_out, int64_t mean_out)
{
    struct measured_run *run = comparison_run(&sample->comparison, round, variant);

    run->wall = wall * HAUL_MILLISECOND;
    run->first_out = first_out * HAUL_MILLISECOND;
    run->mean_out = mean_out * HAUL_MILLISECOND;
}

struct measured_url *sample_url(struct sample *sample, size_t round, size_t variant, size_t url)
{
    return &comparison_run(&sample->comparison, round, variant)->urls[url];
}

void sample_fail(struct sample *sample, size_t url, int status, enum haul_class error_class)
{
    const struct comparison *comparison = &sample->comparison;

    for (size_t i = 0; i < comparison->rounds * comparison->variant_count; i++) {
        struct measured_run *run = &comparison->runs[i];
        run->urls[url] = (struct measured_url){.is_out = true, .status = status, .error_class = error_class};
        run->not_ok++;
    }
}

const struct findings *sample_find(struct sample *sample)
{
    const struct comparison *comparison = &sample->comparison;

    if (comparison->rounds_complete > 0 && comparison->url_count > 0) {
        assert_int_equal(differences_find(comparison, &sample->differences), 0);
        assert_int_equal(pairs_find(comparison, &sample->pairs), 0);
        assert_int_equal(figures_of_all(comparison, &sample->figures), 0);
    }
    sample->findings = (struct findings){comparison, &sample->differences, sample->figures, &sample->pairs};
    return &sample->findings;
}

void sample_forget(struct sample *sample)
{
    differences_finish(&sample->differences);
    pairs_finish(&sample->pairs);
    free(sample->figures);
    sample->figures = NULL;
}

void sample_end(struct sample *sample)
{
    comparison_finish(&sample->comparison);
}
