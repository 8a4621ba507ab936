#include "output/output.h"

#include "files/file_body.h"
#include "files/files.h"
#include "input/line_request.h"
#include "message.h"
#include "output/appender.h"
#include "output/body.h"
#include "output/csv.h"
#include "output/destinations.h"
#include "output/failures.h"
#include "output/hosts.h"
#include "output/lines.h"
#include "output/summary.h"
#include "output/terminal.h"
#include "output/text.h"
#include "output/write_out.h"
#include "output/writer.h"
#include "picture/pictures.h"
#include "request/etags.h"
#include "run/entry.h"
#include "run/verdict.h"

#include <haul/error.h>
#include <haul/result.h>
#include <haul/sleep.h>
#include <haul/url.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct output {
    struct output_options options;
    struct summary *summary;
    struct hosts *hosts; /* NULL: they are not counted */
    struct record_options record_options;
    struct bodies *bodies; /* NULL: they go to no stream */
    struct outlets outlets;
    struct text text; /* of the entry that is written, kept for its memory */
};

/* The line with the names of the fields, which stands there though nothing follows. */
static int write_names(struct output *output)
{
    int code = csv_write_names(&output->text, &output->record_options);
    return code == 0 ? writer_write(output->options.writer, output->text.bytes, output->text.size) : code;
}

/* Whether all that was emitted is with the writers. */
static bool is_settled(void *data)
{
    const struct output *output = data;
    return output->bodies == NULL || haul_event_is_set(bodies_idle(output->bodies));
}

/* The journal comes first: an answer is known to be unchanged only where its input is known to be done. */
static void begin_outlets(struct output *output, struct haul_loop *loop)
{
    const struct output_options *options = &output->options;
    size_t count = 0;
    output->outlets = (struct outlets){
        .loop = loop,
        .writers = {options->writer, options->target},
        .is_settled = is_settled,
        .data = output,
    };
    if (options->journal != NULL)
        output->outlets.appenders[count++] = options->journal;
    if (options->etags != NULL)
        output->outlets.appenders[count++] = etags_appender(options->etags);
    outlets_begin(&output->outlets);
}

static const struct destinations no_destinations = {0};

int output_create(struct haul_loop *loop, const struct output_options *options, struct output **ret_output)
{
    struct output *output = malloc(sizeof(*output));
    if (output == NULL)
        return -ENOMEM;
    *output = (struct output){
        .options = *options,
        .summary = summary_create(),
        .record_options =
            {
                .epoch = options->epoch,
                .has_digest = options->has_digest,
                .has_headers = options->has_headers,
                .has_body = options->has_body,
                .has_tries = options->has_retries,
                .is_full = options->is_full,
            },
    };
    const struct bodies_options bodies_options = {
        .writer = options->format == OUTPUT_BODIES ? options->writer : options->target,
        .ok_status = options->ok_status,
        .keeps_failed = options->keeps_failed,
        .ends_lines = options->ends_lines,
    };
    if (options->destinations == NULL)
        output->options.destinations = &no_destinations;
    if (options->counts_hosts)
        output->hosts = hosts_create();
    int code = output->summary != NULL && (output->hosts != NULL) == options->counts_hosts ? 0 : -ENOMEM;
    if (code == 0 && options->format == OUTPUT_CSV)
        code = write_names(output);
    if (code == 0 && bodies_options.writer != NULL)
        code = bodies_create(loop, &bodies_options, &output->bodies);
    if (code == 0 && output->bodies != NULL && (options->has_retries || options->has_race))
        bodies_hold(output->bodies);
    if (code != 0) {
        output_destroy(output);
        return code;
    }
    begin_outlets(output, loop);
    *ret_output = output;
    return 0;
}

void output_destroy(struct output *output)
{
    if (output == NULL)
        return;
    outlets_end(&output->outlets);
    bodies_destroy(output->bodies);
    summary_destroy(output->summary);
    hosts_destroy(output->hosts);
    text_finish(&output->text);
    free(output);
}

enum lines_style output_style_for(enum format format, enum colour colour, int descriptor)
{
    if (format == FORMAT_TSV || (format != FORMAT_TEXT && !isatty(descriptor)))
        return LINES_TABS;
    bool is_coloured = colour == COLOUR_AUTO ? terminal_has_colour(descriptor) : colour == COLOUR_ALWAYS;
    return is_coloured ? LINES_COLOURED : LINES_COLUMNS;
}

static int receive(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    const struct entry *entry = data;
    return entry->file != NULL ? file_body_receive(entry->file, so_far, bytes, size)
                               : body_receive(entry->body, so_far, bytes, size);
}

int output_prepare(struct output *output, struct entry *entry, haul_body_fn **ret_fn, void **ret_data)
{
    const struct output_options *options = &output->options;
    int code = 0;
    *ret_fn = options->has_body ? NULL : haul_body_discard;
    *ret_data = entry;
    if (options->files != NULL && files_want(options->files, entry)) {
        code = file_body_create(options->files, entry, entry_request(entry, options->request));
        *ret_fn = receive;
    } else if (output->bodies != NULL) {
        code = body_create(output->bodies, &entry->body);
        if (code == 0 && entry->request != NULL && entry->request->retry > 0)
            body_hold(entry->body);
        *ret_fn = receive;
    }
    return code;
}

int output_complete(struct output *output, struct entry *entry, struct haul_result *result, int code)
{
    (void)output;
    return entry->file != NULL ? file_body_complete(entry->file, result, code) : 0;
}

struct haul_await output_wait_complete(struct haul_task *task, struct output *output, struct entry *entry)
{
    (void)output;
    return file_body_wait(task, entry->file);
}

int output_restart(void *data)
{
    const struct entry *entry = data;
    if (entry->file != NULL)
        return file_body_restart(entry->file);
    return entry->body != NULL ? body_restart(entry->body) : 0;
}

void output_take_turn(struct output *output, struct entry *entry)
{
    (void)output;
    if (entry->body != NULL)
        body_take_turn(entry->body);
}

/* As it is: that it ends no line, or does not begin one, may be meant. */
static int write_errors(const struct output *output, const struct text *errors)
{
    struct writer *writer = output->options.messages;
    int code = 0;
    if (errors->size == 0)
        return 0;
    if (writer != NULL)
        code = writer_write(writer, errors->bytes, errors->size);
    else
        message_write(errors->bytes, errors->size);
    if (code == 0 && writer != NULL)
        writer_flush(writer);
    return code;
}

/* The text of the format; what it has for standard error and for files is written. */
static int append_format(struct output *output, const struct entry *entry)
{
    const struct output_options *options = &output->options;
    struct text errors = {0};
    const struct write_out_texts texts = {&output->text, &errors, options->destinations->texts};
    int code = write_out_append(options->write_out, entry, entry_request(entry, options->request),
                                &output->record_options, &texts);
    if (code == 0)
        code = write_errors(output, &errors);
    if (code == 0 && options->destinations->count > 0)
        code = destinations_write(options->destinations);
    /* What is noted as done has been written. */
    if (code == 0 && (options->journal != NULL || options->etags != NULL))
        destinations_flush(options->destinations);
    text_finish(&errors);
    return code;
}

static int append_entry(struct output *output, const struct entry *entry)
{
    const struct output_options *options = &output->options;
    switch (options->format) {
    case OUTPUT_RECORDS:
        return record_write(&output->text, entry, &output->record_options);
    case OUTPUT_CSV:
        return csv_write(&output->text, entry, &output->record_options);
    case OUTPUT_FORMAT:
        return append_format(output, entry);
    case OUTPUT_LINES:
    case OUTPUT_BODIES:
        break;
    }
    return lines_write(&output->text, entry, options->style);
}

static bool is_wanted(const struct output *output, const struct entry *entry)
{
    enum only only = output->options.only;
    return only == ONLY_ALL || (only == ONLY_OK) == entry->result->ok;
}

static int emit_text(struct output *output, const struct entry *entry)
{
    const struct output_options *options = &output->options;
    if (!is_wanted(output, entry))
        return 0;
    text_clear(&output->text);
    int code = append_entry(output, entry);
    if (code != 0)
        return code;
    return writer_write(options->writer, output->text.bytes, output->text.size);
}

/* Whether a body that is not ok is wanted all the same: it came whole. */
static bool is_kept(const struct output *output, const struct haul_result *result)
{
    return output->options.keeps_failed && result->error_class == HAUL_CLASS_HTTP;
}

/* Whether there is something to tell of it alone. Nothing is wrong where another one has won; and of what was cancelled
 * before it began, perhaps thousands at once, the summary tells. */
static bool is_worth_a_line(const struct haul_result *result)
{
    if (result->error_class != HAUL_CLASS_CANCELLED)
        return !result->ok;
    bool has_lost = result->message != NULL && strcmp(result->message, verdict_race_lost) == 0;
    return result->attempts > 0 && !has_lost;
}

/* Says why ENTRY gives no body, or only the begin of one. */
static int tell_missing(const struct output *output, const struct entry *entry)
{
    const struct haul_result *result = entry->result;
    const char *reason = entry->body != NULL ? body_problem(entry->body) : NULL;
    if (reason == NULL)
        reason = result->message != NULL ? result->message : "unknown";
    size_t length;
    const char *refused = lines_refused(entry, &length);
    size_t room = length + sizeof("***");
    char *masked = malloc(room);
    if (masked == NULL)
        return -ENOMEM;
    haul_url_mask(refused, length, masked, room);
    struct excerpt url = excerpt(result->url != NULL ? result->url : masked);
    free(masked);
    const char *class_name = haul_class_name(result->error_class);
    uint64_t passed = entry->body != NULL && !is_kept(output, result) ? body_passed(entry->body) : 0;
    if (passed > 0)
        message("%s: %s: %s (the first %" PRIu64 " bytes were written)", url.text, class_name, reason, passed);
    else
        message("%s: %s: %s", url.text, class_name, reason);
    return 0;
}

static int emit_body(struct output *output, struct entry *entry)
{
    bool is_wanted = entry->result->ok || is_kept(output, entry->result);
    if (!is_wanted) {
        body_destroy(entry->body);
        entry->body = NULL;
    }
    if (entry->body != NULL) {
        body_release(entry->body);
        entry->body = NULL;
    }
    return bodies_error(output->bodies);
}

/* Has the text of the format follow the body. */
static int emit_format(struct output *output, const struct entry *entry)
{
    text_clear(&output->text);
    int code = append_format(output, entry);
    if (code == 0 && output->text.size > 0)
        code = bodies_write(output->bodies, output->text.bytes, output->text.size);
    return code;
}

/* Pictures are drawn of records, and of all that these can tell. */
static int draw(struct output *output, const struct entry *entry)
{
    const struct record_options full = {.epoch = output->options.epoch, .is_full = true};
    text_clear(&output->text);
    int code = record_write(&output->text, entry, &full);
    if (code == 0)
        code = pictures_add(output->options.pictures, output->text.bytes, output->text.size);
    /* A record of haul's own is one, if there is the memory to read it. */
    return code == HAUL_E_INVALID ? -ENOMEM : code;
}

/* Puts the record into the journal; where it was written, it stands in the text. */
static int note(struct output *output, const struct entry *entry)
{
    int code = 0;
    if (output->options.format != OUTPUT_RECORDS || !is_wanted(output, entry)) {
        text_clear(&output->text);
        code = record_write(&output->text, entry, &output->record_options);
    }
    return code == 0 ? appender_add(output->options.journal, output->text.bytes, output->text.size) : code;
}

/* Of what came whole, and was not told to be unchanged. */
static int note_tag(const struct output *output, const struct entry *entry)
{
    enum { ok = 200 };
    const struct haul_result *result = entry->result;
    return result->ok && result->status == ok ? etags_note(output->options.etags, entry->url, result) : 0;
}

int output_emit(struct output *output, struct entry *entry)
{
    int code = 0;
    summary_add(output->summary, entry->result);
    if (output->hosts != NULL)
        code = hosts_add(output->hosts, entry);
    if (output->options.failures != NULL && !entry->result->ok)
        failures_add(output->options.failures, entry);
    if (code == 0 && output->options.pictures != NULL)
        code = draw(output, entry);
    if (code != 0)
        return code;
    if (output->options.format != OUTPUT_BODIES)
        code = emit_text(output, entry);
    /* Once nothing can be written any more, that is all there is to tell. */
    else if (is_worth_a_line(entry->result) && writer_state(output->options.writer) == WRITER_OPEN)
        code = tell_missing(output, entry);
    if (code == 0 && output->bodies != NULL)
        code = emit_body(output, entry);
    if (code == 0 && output->options.format == OUTPUT_BODIES && output->options.write_out != NULL)
        code = emit_format(output, entry);
    if (code == 0 && output->options.journal != NULL)
        code = note(output, entry);
    if (code == 0 && output->options.etags != NULL)
        code = note_tag(output, entry);
    return code;
}

void output_pass(struct output *output)
{
    summary_add_done(output->summary);
}

struct haul_event *output_missing_room(struct output *output, bool is_under_way)
{
    const struct output_options *options = &output->options;
    if (writer_is_full(options->writer))
        return writer_room(options->writer);
    if (options->target != NULL && writer_is_full(options->target))
        return writer_room(options->target);
    if (options->messages != NULL && writer_is_full(options->messages))
        return writer_room(options->messages);
    struct haul_event *room = outlets_missing_room(&output->outlets);
    if (room == NULL && options->destinations->count > 0)
        room = destinations_missing_room(options->destinations);
    if (room != NULL)
        return room;
    if (output->bodies != NULL && !haul_event_is_set(bodies_idle(output->bodies)))
        return bodies_idle(output->bodies);
    if (output->bodies != NULL && is_under_way && bodies_are_many(output->bodies))
        return bodies_change(output->bodies);
    return NULL;
}

bool output_is_full(struct output *output)
{
    return output_missing_room(output, true) != NULL;
}

void output_look_again(struct output *output)
{
    if (output->bodies != NULL && bodies_are_many(output->bodies))
        bodies_look_again(output->bodies);
}

struct haul_step output_wait_room(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(output_wait_room);
    while (output_is_full(self->output))
        HAUL_AWAIT(haul_event_wait(task, output_missing_room(self->output, true)));
    HAUL_FINALLY;
    HAUL_END;
}

static int error_of(const struct output *output)
{
    return output->bodies != NULL ? bodies_error(output->bodies) : 0;
}

/* Whether the writer has all that it will get. */
static bool is_moved(struct output *output)
{
    return is_settled(output) || error_of(output) != 0;
}

struct haul_step output_drain(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(output_drain);
    for (;;) {
        self->drain = HAUL_FRAME(writer_drain, .writer = self->output->options.writer);
        HAUL_AWAIT(haul_call(task, &self->drain.coroutine));
        self->drain = HAUL_FRAME(writer_drain, .writer = self->output->options.target);
        if (self->drain.writer != NULL)
            HAUL_AWAIT(haul_call(task, &self->drain.coroutine));
        if (is_moved(self->output))
            break;
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    for (self->drained = 0; self->drained < self->output->options.destinations->count; self->drained++) {
        self->drain =
            HAUL_FRAME(writer_drain, .writer = self->output->options.destinations->targets[self->drained].writer);
        HAUL_AWAIT(haul_call(task, &self->drain.coroutine));
    }
    outlets_look(&self->output->outlets);
    if (error_of(self->output) != 0)
        HAUL_FAIL(error_of(self->output));
    HAUL_FINALLY;
    HAUL_END;
}

const struct summary *output_summary(const struct output *output)
{
    return output->summary;
}

struct hosts *output_hosts(const struct output *output)
{
    return output->hosts;
}
