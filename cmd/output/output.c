#include "output/output.h"

#include "message.h"
#include "output/body.h"
#include "output/csv.h"
#include "output/failures.h"
#include "output/progress.h"
#include "output/summary.h"
#include "output/terminal.h"
#include "output/text.h"
#include "output/writer.h"
#include "run/entry.h"

#include <haul/result.h>
#include <haul/sleep.h>
#include <haul/url.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

struct output {
    struct output_options options;
    struct summary *summary;
    struct bodies *bodies; /* NULL unless the format is bodies */
    struct text text;      /* of the entry that is written, kept for its memory */
};

/* The line with the names of the fields, which stands there though nothing follows. */
static int write_names(struct output *output)
{
    int code = csv_write_names(&output->text);
    return code == 0 ? writer_write(output->options.writer, output->text.bytes, output->text.size) : code;
}

int output_create(struct haul_loop *loop, const struct output_options *options, struct output **ret_output)
{
    struct output *output = malloc(sizeof(*output));
    if (output == NULL)
        return -ENOMEM;
    *output = (struct output){.options = *options, .summary = summary_create()};
    int code = output->summary != NULL ? 0 : -ENOMEM;
    if (code == 0 && options->format == OUTPUT_BODIES)
        code = bodies_create(loop, options->writer, NULL, &output->bodies);
    if (output->bodies != NULL)
        bodies_set_ok_status(output->bodies, options->ok_status);
    if (code == 0 && options->format == OUTPUT_CSV)
        code = write_names(output);
    if (code != 0) {
        output_destroy(output);
        return code;
    }
    *ret_output = output;
    return 0;
}

void output_destroy(struct output *output)
{
    if (output == NULL)
        return;
    bodies_destroy(output->bodies);
    summary_destroy(output->summary);
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

int output_prepare(struct output *output, struct entry *entry, haul_body_fn **ret_fn, void **ret_data)
{
    if (output->bodies != NULL) {
        int code = body_create(output->bodies, &entry->body);
        if (code != 0)
            return code;
    }
    *ret_fn = output->bodies != NULL ? body_receive : haul_body_discard;
    *ret_data = entry->body;
    return 0;
}

void output_take_turn(struct output *output, struct entry *entry)
{
    (void)output;
    if (entry->body != NULL)
        body_take_turn(entry->body);
}

static int append_entry(struct output *output, const struct entry *entry)
{
    const struct output_options *options = &output->options;
    switch (options->format) {
    case OUTPUT_RECORDS:
        return record_write(&output->text, entry, &options->epoch);
    case OUTPUT_CSV:
        return csv_write(&output->text, entry, &options->epoch);
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
    progress_clear(options->progress);
    return writer_write(options->writer, output->text.bytes, output->text.size);
}

/* Says why ENTRY gives no body, or only the begin of one. */
static int tell_missing(const struct entry *entry)
{
    const struct haul_result *result = entry->result;
    const char *reason = entry->body != NULL ? body_problem(entry->body) : NULL;
    if (reason == NULL)
        reason = result->message != NULL ? result->message : "unknown";
    size_t room = entry->input_size + sizeof("***");
    char *masked = malloc(room);
    if (masked == NULL)
        return -ENOMEM;
    haul_url_mask(entry->input, entry->input_size, masked, room);
    struct excerpt url = excerpt(result->url != NULL ? result->url : masked);
    free(masked);
    const char *class_name = haul_class_name(result->error_class);
    uint64_t passed = entry->body != NULL ? body_passed(entry->body) : 0;
    if (passed > 0)
        message("%s: %s: %s (the first %" PRIu64 " bytes were written)", url.text, class_name, reason, passed);
    else
        message("%s: %s: %s", url.text, class_name, reason);
    return 0;
}

static int emit_body(struct output *output, struct entry *entry)
{
    if (!entry->result->ok) {
        /* Once nothing can be written any more, that is all there is to tell. */
        int code = writer_state(output->options.writer) == WRITER_OPEN ? tell_missing(entry) : 0;
        body_destroy(entry->body);
        entry->body = NULL;
        return code;
    }
    if (entry->body != NULL) {
        progress_clear(output->options.progress);
        body_release(entry->body);
        entry->body = NULL;
    }
    return bodies_error(output->bodies);
}

int output_emit(struct output *output, struct entry *entry)
{
    summary_add(output->summary, entry->result);
    if (output->options.failures != NULL && !entry->result->ok)
        failures_add(output->options.failures, entry);
    return output->bodies != NULL ? emit_body(output, entry) : emit_text(output, entry);
}

struct haul_event *output_missing_room(struct output *output)
{
    const struct output_options *options = &output->options;
    if (writer_is_full(options->writer))
        return writer_room(options->writer);
    if (options->messages != NULL && writer_is_full(options->messages))
        return writer_room(options->messages);
    if (output->bodies != NULL && !haul_event_is_set(bodies_idle(output->bodies)))
        return bodies_idle(output->bodies);
    return NULL;
}

bool output_is_full(struct output *output)
{
    return output_missing_room(output) != NULL;
}

struct haul_step output_wait_room(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(output_wait_room);
    while (output_is_full(self->output))
        HAUL_AWAIT(haul_event_wait(task, output_missing_room(self->output)));
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
    return output->bodies == NULL || haul_event_is_set(bodies_idle(output->bodies)) || error_of(output) != 0;
}

struct haul_step output_drain(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(output_drain);
    for (;;) {
        self->drain = HAUL_FRAME(writer_drain, .writer = self->output->options.writer);
        HAUL_AWAIT(haul_call(task, &self->drain.coroutine));
        if (is_moved(self->output))
            break;
        HAUL_AWAIT(haul_sleep(task, 0));
    }
    if (error_of(self->output) != 0)
        HAUL_FAIL(error_of(self->output));
    HAUL_FINALLY;
    HAUL_END;
}

const struct summary *output_summary(const struct output *output)
{
    return output->summary;
}
