#include "sample.h"

#include <haul/duration.h>

#include <stdio.h>
#include <string.h>

static enum mode mode_of(char letter)
{
    switch (letter) {
    case 's':
        return MODE_SEQUENTIAL;
    case 'g':
        return MODE_GATHER;
    default:
        return MODE_AS_COMPLETED;
    }
}

void sample_begin(struct sample *sample, size_t url_count, const char *letters, size_t rounds)
{
    size_t mode_count = strlen(letters);

    *sample = (struct sample){0};
    for (size_t i = 0; i < mode_count; i++)
        sample->modes[i] = mode_of(letters[i]);
    for (size_t i = 0; i < url_count; i++) {
        snprintf(sample->names[i], sizeof(sample->names[i]), "http://a.test/%zu", i);
        sample->urls[i] = sample->names[i];
    }
    sample->comparison = (struct comparison){
        .urls = sample->urls,
        .url_count = url_count,
        .host_count = url_count > 0,
        .concurrency = 50,
        .modes = sample->modes,
        .mode_count = mode_count,
        .rounds = rounds,
    };
    assert_int_equal(comparison_begin(&sample->comparison), 0);
    for (size_t i = 0; i < rounds * mode_count; i++) {
        struct measured_run *run = &sample->comparison.runs[i];
        assert_int_equal(measure_begin(run, url_count, 0), 0);
        for (size_t url = 0; url < url_count; url++)
            run->urls[url] = (struct measured_url){.ok = true, .status = 200, .bytes = 100};
    }
    sample->comparison.rounds_complete = rounds;
}

void sample_set(struct sample *sample, size_t round, size_t mode, int64_t wall, int64_t first_out, int64_t mean_out)
{
    struct measured_run *run = comparison_run(&sample->comparison, round, mode);

    run->wall = wall * HAUL_MILLISECOND;
    run->first_out = first_out * HAUL_MILLISECOND;
    run->mean_out = mean_out * HAUL_MILLISECOND;
}

struct measured_url *sample_url(struct sample *sample, size_t round, size_t mode, size_t url)
{
    return &comparison_run(&sample->comparison, round, mode)->urls[url];
}

void sample_fail(struct sample *sample, size_t url, int status, enum haul_class error_class)
{
    const struct comparison *comparison = &sample->comparison;

    for (size_t i = 0; i < comparison->rounds * comparison->mode_count; i++) {
        struct measured_run *run = &comparison->runs[i];
        run->urls[url] = (struct measured_url){.status = status, .error_class = error_class};
        run->not_ok++;
    }
}

void sample_end(struct sample *sample)
{
    comparison_finish(&sample->comparison);
}
