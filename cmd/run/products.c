#include "run/products.h"

#include "files/files.h"
#include "message.h"
#include "options/options.h"
#include "output/appender.h"
#include "output/destinations.h"
#include "output/journal.h"
#include "output/output.h"
#include "picture/pictures.h"
#include "request/etags.h"
#include "run/other_use.h"
#include "run/program.h"

#include <haul/haul.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

static enum output_format format_for(const struct options *options)
{
    if (options->body)
        return OUTPUT_BODIES;
    if (options->write_out)
        return OUTPUT_FORMAT;
    switch (options->format) {
    case FORMAT_JSONL:
        return OUTPUT_RECORDS;
    case FORMAT_CSV:
        return OUTPUT_CSV;
    case FORMAT_DEFAULT:
    case FORMAT_TEXT:
    case FORMAT_TSV:
        break;
    }
    return OUTPUT_LINES;
}

/* Where -o says that bodies go. */
static int make_files(struct products *products)
{
    struct program *program = products->program;
    const struct options *options = program->options;
    if (!options->output && !options->input_format.is_json)
        return 0;
    int code = 0;
    if (options->output)
        code = target_open(program->loop, options->output_dir, options->output, &program->target);
    if (code < 0 && code != -ENOMEM) {
        message("cannot write to %s: %s", excerpt(program->target.path).text, strerror(-code));
        code = HAUL_E_INVALID;
    }
    const struct files_options files_options = {
        .template = program->target.writer ? NULL : options->output,
        .directory = options->output_dir,
        .takes_names = options->remote_header_name,
        .makes_folders = options->create_dirs,
        .keeps_existing = options->no_clobber,
        .skips_existing = options->skip_existing,
        .has_one_winner = options->race,
        .continues = options->continues,
        .ok_status = &options->ok_status,
        .keeps_failed = options->fail_with_body,
        .is_synced = options->fsync,
        .has_digest = options->sha256,
    };
    if (code == 0 && (!program->target.writer || options->input_format.is_json))
        code = files_create(&files_options, &products->files);
    program->has_told |= code == HAUL_E_INVALID;
    return code;
}

static void note_wait(void *data, int64_t begin, int64_t end)
{
    const struct products *products = data;
    int64_t epoch = products->program->epoch.monotonic;
    pictures_note_wait(products->reports.pictures, begin - epoch, end - epoch);
}

static int open_etags(struct products *products)
{
    const struct options *options = products->program->options;
    const char *use = other_use(options, options->etags);
    if (!use)
        return etags_open(options->etags, &products->etags);
    message("--etags %s: %s", excerpt(options->etags).text, use);
    return HAUL_E_INVALID;
}

int products_make(struct products *products, struct program *program)
{
    const struct options *options = program->options;
    products->program = program;
    int code = reports_make(&products->reports, options);
    if (code == 0 && products->reports.pictures)
        haul_loop_set_idle(program->loop, note_wait, products);
    program->has_told |= reports_have_failed(&products->reports);
    if (code == 0)
        code = make_files(products);
    if (code == 0 && options->etags) {
        code = open_etags(products);
        program->has_told = code == HAUL_E_INVALID;
    }
    if (code == 0 && options->write_out) {
        code = destinations_open(&program->destinations, program->loop, options->write_out);
        program->has_told |= code == HAUL_E_INVALID;
    }
    if (code != 0)
        return code;
    const struct output_options output_options = {
        .format = format_for(options),
        .style = output_style_for(options->format, options->colour, STDOUT_FILENO),
        .only = options->only,
        .counts_hosts = options->summary == SUMMARY_HOST,
        .ok_status = &options->ok_status,
        .write_out = options->write_out,
        .failures = products->reports.failures,
        .journal = products->reports.journal ? journal_appender(products->reports.journal) : NULL,
        .etags = products->etags,
        .epoch = program->epoch,
        .has_retries = options->retries > 0,
        .has_race = options->race,
        .writer = program->writer,
        .target = program->target.writer,
        .destinations = &program->destinations,
        .files = products->files,
        .request = request_of(&options->request),
        .keeps_failed = options->fail_with_body,
        .ends_lines = options->newline,
        .has_digest = options->sha256,
        .has_body = options->include_body && options->format == FORMAT_JSONL,
        .has_headers = options->include_headers,
        .is_full = options->is_record_full,
        .pictures = products->reports.pictures,
        .messages = program->messages.writer,
    };
    return output_create(program->loop, &output_options, &products->output);
}

bool products_have_failed(const struct products *products)
{
    return reports_have_failed(&products->reports) ||
           (products->etags && appender_has_failed(etags_appender(products->etags)));
}

void products_finish(struct products *products)
{
    if (products->program && products->program->loop)
        haul_loop_set_idle(products->program->loop, NULL, NULL);
    output_destroy(products->output);
    reports_finish(&products->reports);
    files_destroy(products->files);
    etags_close(products->etags);
}
