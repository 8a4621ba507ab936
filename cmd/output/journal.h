/* --journal: a file that every record is appended to, for --resume.
 *
 * A record comes into the file when all that haul gave out before it, for itself and for those before, has been
 * written: so whatever ends the process, what is in the journal has left, and what has left without is fetched again.
 * That is in the same moment, unless a reader is slow: then records wait here, in two batches, the older of which goes
 * when what was given out until then is written. Where nothing but records comes, these may become many: it is full
 * then. Each write is of whole records; one that does not succeed is taken back. */
#ifndef OUTPUT_JOURNAL_H
#define OUTPUT_JOURNAL_H

#include <haul/event.h>
#include <haul/loop.h>

#include <stdbool.h>
#include <stddef.h>

struct journal;
struct writer;

/* In bytes. */
enum { JOURNAL_HIGH_WATER = 1024 * 1024 };

/* Opens the file PATH to append to it, for its owner alone where it is new, and locks it. A last line that does not end
 * is cut off where it is the begin of a record; otherwise it is ended. HAUL_E_INVALID: it cannot be used, and a message
 * has said why; -ENOMEM. */
int journal_open(const char *path, struct journal **ret_journal);

/* The file, for reading. */
int journal_descriptor(const struct journal *journal);

/* What is given out. */
struct journal_outlets {
    struct haul_loop *loop;
    struct writer *writers[2];      /* whose written callbacks it takes, or NULL */
    bool (*is_settled)(void *data); /* whether the writers have all that was given out */
    void *data;
};

/* To be called before anything is added. */
void journal_follow(struct journal *journal, const struct journal_outlets *outlets);

/* Gives the writers' callbacks back. What has not been written by then stays out. */
void journal_unfollow(struct journal *journal);

/* Takes a record, with its newline, behind what was given out for it. -ENOMEM. */
int journal_add(struct journal *journal, const char *bytes, size_t size);

/* Writes the records that may be written. */
void journal_look(struct journal *journal);

/* True while more than JOURNAL_HIGH_WATER waits, and the event that is set unless it does. */
bool journal_is_full(const struct journal *journal);
struct haul_event *journal_room(struct journal *journal);

/* Whether it could not be written, and a message has said so. */
bool journal_has_failed(const struct journal *journal);

void journal_close(struct journal *journal); /* NULL is fine */

#endif
