/* What a run gives out: takes each entry, in the order of the mode, and has it written in the format that was asked
 * for. It knows nothing of where entries come from. */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include "output/format.h"
#include "output/lines.h"
#include "output/record.h"
#include "output/writer.h"

#include <haul/client.h>

#include <stdbool.h>

struct appender;
struct destinations;
struct entry;
struct etags;
struct failures;
struct files;
struct hosts;
struct output;
struct pictures;
struct summary;
struct write_out;

enum output_format {
    OUTPUT_LINES,   /* a line for each entry */
    OUTPUT_RECORDS, /* a JSON object for each */
    OUTPUT_CSV,     /* a line with the names of all fields, and one for each */
    OUTPUT_FORMAT,  /* the text of `write_out` for each */
    OUTPUT_BODIES,  /* the bodies of those that are ok; a message for each of the others */
};

struct output_options {
    enum output_format format;
    enum lines_style style;             /* of lines */
    enum only only;                     /* which entries are written; all are counted */
    const struct status_set *ok_status; /* those whose bodies are written; NULL: those below 400; borrowed */
    const struct write_out *write_out;  /* what is written for each, with OUTPUT_BODIES behind its body; or NULL */
    bool counts_hosts;                  /* each for itself */
    struct failures *failures;          /* where the lines of what is not ok go; NULL: nowhere; borrowed */
    struct appender *journal;           /* where all records go; NULL: nowhere; outlives the output, borrowed */
    struct etags *etags;   /* the tags of what has left; NULL: nobody asks for them; outlives it too, borrowed */
    struct epoch epoch;    /* for records */
    struct writer *writer; /* outlives the output, as all writers do */
    struct writer *target; /* for the bodies, beside what the format says; NULL: none */
    const struct destinations *destinations; /* the files of `write_out`; outlive it too; NULL: none; borrowed */
    struct files *files;                     /* for each body one; outlives all entries; NULL: none */
    const struct haul_request *request;      /* what all are sent; NULL: a plain GET; outlives all entries */
    bool keeps_failed;                       /* the bodies of the others, too */
    bool has_retries;                        /* bodies may come anew */
    bool has_race;                           /* only a body that is whole can win */
    bool ends_lines;                         /* each body ends with a newline */
    bool has_digest;                         /* records have those of the files */
    bool has_body;                           /* records have the bodies */
    bool has_headers;                        /* and the headers */
    bool is_full;                            /* records are full ones */
    struct pictures *pictures;               /* what is drawn of all entries; NULL: nothing; borrowed */
    struct writer *messages; /* the one that messages go to, which outlives it as well; NULL: they go directly */
};

/* Negative errno. */
int output_create(struct haul_loop *loop, const struct output_options *options, struct output **ret_output);

/* All entries that it prepared must have been destroyed. NULL is fine. */
void output_destroy(struct output *output);

/* The LINES_... that FORMAT and COLOUR ask for, or that suits DESCRIPTOR. */
enum lines_style output_style_for(enum format format, enum colour colour, int descriptor);

/* Before a fetch of ENTRY: where its body goes, for the `body` and `body_data` of the fetch. ENTRY may have a result
 * behind it: then it is not to be fetched. HAUL_E_BUSY: it is not to be fetched either, but completed. -ENOMEM. */
int output_prepare(struct output *output, struct entry *entry, haul_body_fn **ret_fn, void **ret_data);

/* The body that DATA, an entry, was prepared for comes anew: for the `restart` of the fetch. */
haul_restart_fn output_restart;

/* Behind the fetch of ENTRY, which came to RESULT: gives its file its name, as file_body_complete and file_body_wait do
 * (files/file_body.h). */
int output_complete(struct output *output, struct entry *entry, struct haul_result *result, int code);
struct haul_await output_wait_complete(struct haul_task *task, struct output *output, struct entry *entry);

/* ENTRY will be the next one emitted: its body may go straight through (output/body.h). May be called again. */
void output_take_turn(struct output *output, struct entry *entry);

/* Writes ENTRY, which has its result, and counts it. It stays the caller's. Negative errno: the run cannot go on. A
 * writer that is no longer open is no error here; writer_run tells of it. */
int output_emit(struct output *output, struct entry *entry);

/* Counts an input that was done before, and is not emitted. */
void output_pass(struct output *output);

/* What there is to wait for before something new is started; NULL: nothing. Where nothing IS_UNDER_WAY, that much is
 * kept already does not count. */
struct haul_event *output_missing_room(struct output *output, bool is_under_way);

/* Nothing is under way any more: who waits for room looks again. */
void output_look_again(struct output *output);

/* True while more waits than should: nothing new should be started. */
bool output_is_full(struct output *output);

/* Waits until it is not full. HAUL_E_CANCELLED. */
struct output_wait_room {
    struct haul_coroutine coroutine;
    struct output *output;
    /* Private from here. */
};
haul_step_fn output_wait_room;

/* Waits until all that was emitted is written, or never will be, with writer_run or without. HAUL_E_CANCELLED; a
 * negative errno where bodies were lost. */
struct output_drain {
    struct haul_coroutine coroutine;
    struct output *output;
    /* Private from here. */
    struct writer_drain drain;
    size_t drained; /* destinations */
};
haul_step_fn output_drain;

/* What was counted so far; of hosts NULL where they are not counted. */
const struct summary *output_summary(const struct output *output);
struct hosts *output_hosts(const struct output *output);

#endif
