/* Bodies for --body: of each URL that is ok, whole and unmixed, in the order of the mode.
 *
 * One body at a time can have the turn: it is known to be the next one out. In sequence that is the one under way; when
 * gathering the first of those that are not out; as completed the last one left, since before that any other may
 * finish first. It goes straight through to the writer as it comes. All others are kept, and leave when they are whole
 * and released.
 *
 * What has gone straight through cannot be taken back where the transfer fails midway. So that an answer that breaks
 * off at once leaves nothing, a body with the turn is held as long as it is short and young: until 64 kB or a tenth of
 * a second. If one fails after that, its begin stands on standard output, body_passed tells how much, and the message
 * about it says so.
 *
 * Where it may come anew, in another attempt, none goes straight through: each is held until it is whole.
 *
 * The writer's limit holds here too: while it is full, the body with the turn is kept as the others are, and what is
 * released waits. Of each, 64 kB are kept in memory, and 32 MB of all together, and what is more in an unlinked file.
 *
 * While BODIES_IN_FILE are in the file, nothing new is to be started, so that what is kept is bounded whatever the
 * window is. Of what is kept nothing leaves before the body with the turn, and that may need what others hold. So one
 * more is let go whenever nothing is in flight.
 *
 * An answer whose status is not ok has no body here unless that is asked for. To a terminal a body with NUL bytes is
 * refused. */
#ifndef OUTPUT_BODY_H
#define OUTPUT_BODY_H

#include <haul/client.h>
#include <haul/loop.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BODIES_IN_FILE (INT64_C(256) * 1024 * 1024)

struct bodies;
struct body;
struct haul_event;
struct status_set;
struct writer;

struct bodies_options {
    struct writer *writer;              /* that they are written to, and whose room callback they take */
    const char *directory;              /* for the file, borrowed; NULL: $TMPDIR, or /tmp */
    const struct status_set *ok_status; /* borrowed; NULL: those below 400 */
    bool keeps_failed;                  /* those of answers whose status is not ok, too */
    bool ends_lines;                    /* each ends with a newline: where it has none, it gets one */
};

/* What the bodies of a run share. -ENOMEM. */
int bodies_create(struct haul_loop *loop, const struct bodies_options *options, struct bodies **ret_bodies);

/* From now on bodies may come anew. */
void bodies_hold(struct bodies *bodies);

/* The same of one of them. */
void body_hold(struct body *body);

/* Drops what is released and not written yet. All others must have been destroyed. NULL is fine. */
void bodies_destroy(struct bodies *bodies);

/* Set while nothing that is released waits for the writer. */
struct haul_event *bodies_idle(struct bodies *bodies);

/* Whether so much is in the file that nothing new is to be started, and an event for when that may have changed. */
bool bodies_are_many(const struct bodies *bodies);
struct haul_event *bodies_change(struct bodies *bodies);

/* Something else has changed that who waits for this event looks at. */
void bodies_look_again(struct bodies *bodies);

/* A negative errno once something released is lost: memory, or the file cannot be read. */
int bodies_error(const struct bodies *bodies);

/* -ENOMEM. */
int body_create(struct bodies *bodies, struct body **ret_body);

/* Destroys it with what it keeps. NULL is fine. */
void body_destroy(struct body *body);

/* Takes a piece: the `body` function of a fetch, with the body as its DATA. A negative errno where it cannot be kept or
 * is refused; body_problem says which. */
int body_receive(void *data, const struct haul_result *so_far, const void *bytes, size_t size);

/* What it received is not the answer's, which will come: the `restart` function of a fetch. -EPIPE: something has gone
 * straight through. */
haul_restart_fn body_restart;

/* Gives it the turn, for as long as it lives. The one before must have been released or destroyed. */
void body_take_turn(struct body *body);

/* It is whole and its turn has come: it goes out behind those released before, and is no longer the caller's. */
void body_release(struct body *body);

/* Writes text behind all that was released. Negative errno. */
int bodies_write(struct bodies *bodies, const char *bytes, size_t size);

/* How many bytes have gone straight through. */
uint64_t body_passed(const struct body *body);

/* Why it was not taken, for people; NULL: it was. Static, or the body's. */
const char *body_problem(const struct body *body);

#endif
