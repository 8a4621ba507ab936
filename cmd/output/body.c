#include "output/body.h"

#include "message.h"
#include "options/status_set.h"
#include "output/keep.h"
#include "output/spill.h"
#include "output/writer.h"

#include <haul/duration.h>
#include <haul/error.h>
#include <haul/event.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much goes to the writer at once, and how much before the loop's others have their turn. */
enum { piece_size = 64 * 1024, pieces_at_once = 16 };

static const int64_t youth = 100 * HAUL_MILLISECOND;

struct bodies {
    struct haul_loop *loop;
    struct bodies_options options;
    struct keep_pool pool;
    struct body *turn;   /* NULL: nobody has it */
    struct body *oldest; /* of those that are released */
    struct body *newest;
    struct haul_event idle;   /* set while none is */
    struct haul_event change; /* set for a moment when there are no longer too many */
    bool were_many;
    struct haul_handle *pumping; /* the next move; NULL: none is to come */
    struct haul_handle *aging;   /* the end of youth of the one with the turn */
    int error;
    bool is_holding; /* until a body is whole */
    char piece[piece_size];
};

struct body {
    struct bodies *bodies;
    struct body *next; /* released after it */
    struct keep keep;
    uint64_t received;
    uint64_t passed;
    int64_t began;     /* when the first piece came */
    bool is_holding;   /* until it is whole */
    bool is_passing;   /* it has the turn and is held no more */
    bool ends_line;    /* the last byte was a newline */
    char problem[240]; /* empty: none */
};

static void pump(struct bodies *bodies);

static void pump_when_due(void *data)
{
    struct bodies *bodies = data;
    bodies->pumping = NULL;
    pump(bodies);
}

static void pump_at_room(void *data)
{
    pump(data);
}

int bodies_create(struct haul_loop *loop, const struct bodies_options *options, struct bodies **ret_bodies)
{
    struct bodies *bodies = malloc(sizeof(*bodies));
    const char *directory = options->directory != NULL ? options->directory : spill_directory();
    if (bodies == NULL)
        return -ENOMEM;
    *bodies = (struct bodies){.loop = loop, .options = *options, .pool = {.directory = directory}};
    keep_pool_reserve(&bodies->pool);
    haul_event_init(&bodies->idle);
    haul_event_set(&bodies->idle);
    haul_event_init(&bodies->change);
    writer_set_room_callback(options->writer, pump_at_room, bodies);
    *ret_bodies = bodies;
    return 0;
}

void bodies_hold(struct bodies *bodies)
{
    bodies->is_holding = true;
}

static void take_back(struct haul_handle **handle)
{
    if (*handle != NULL)
        haul_handle_cancel(*handle);
    *handle = NULL;
}

void bodies_destroy(struct bodies *bodies)
{
    if (bodies == NULL)
        return;
    while (bodies->oldest != NULL) {
        struct body *body = bodies->oldest;
        bodies->oldest = body->next;
        body_destroy(body);
    }
    take_back(&bodies->pumping);
    take_back(&bodies->aging);
    writer_set_room_callback(bodies->options.writer, NULL, NULL);
    haul_event_finish(&bodies->idle);
    haul_event_finish(&bodies->change);
    keep_pool_finish(&bodies->pool);
    free(bodies);
}

struct haul_event *bodies_idle(struct bodies *bodies)
{
    return &bodies->idle;
}

bool bodies_are_many(const struct bodies *bodies)
{
    return bodies->pool.in_file >= BODIES_IN_FILE;
}

struct haul_event *bodies_change(struct bodies *bodies)
{
    return &bodies->change;
}

void bodies_look_again(struct bodies *bodies)
{
    haul_event_set(&bodies->change);
    haul_event_clear(&bodies->change);
}

static void note_change(struct bodies *bodies)
{
    bool are_many = bodies_are_many(bodies);
    if (bodies->were_many && !are_many)
        bodies_look_again(bodies);
    bodies->were_many = are_many;
}

int bodies_error(const struct bodies *bodies)
{
    return bodies->error;
}

int body_create(struct bodies *bodies, struct body **ret_body)
{
    struct body *body = malloc(sizeof(*body));
    if (body == NULL)
        return -ENOMEM;
    *body = (struct body){.bodies = bodies, .keep = {.pool = &bodies->pool}};
    *ret_body = body;
    return 0;
}

static void leave_turn(struct body *body)
{
    if (body->bodies->turn != body)
        return;
    body->bodies->turn = NULL;
    take_back(&body->bodies->aging);
}

void body_destroy(struct body *body)
{
    if (body == NULL)
        return;
    leave_turn(body);
    keep_drop(&body->keep);
    note_change(body->bodies);
    free(body);
}

/* Moves a piece of BODY to the writer. Negative errno. */
static int move_piece(struct bodies *bodies, struct body *body)
{
    size_t size;
    int code = keep_take(&body->keep, bodies->piece, sizeof(bodies->piece), &size);
    if (code == 0)
        code = writer_write(bodies->options.writer, bodies->piece, size);
    if (code == 0)
        body->passed += size;
    note_change(bodies);
    return code;
}

static void drop_oldest(struct bodies *bodies)
{
    struct body *body = bodies->oldest;
    bodies->oldest = body->next;
    if (bodies->oldest == NULL) {
        bodies->newest = NULL;
        haul_event_set(&bodies->idle);
    }
    body_destroy(body);
}

/* Whose bytes are to be written next; NULL: nobody's. */
static struct body *next_to_write(struct bodies *bodies)
{
    while (bodies->oldest != NULL && keep_is_empty(&bodies->oldest->keep))
        drop_oldest(bodies);
    if (bodies->oldest != NULL)
        return bodies->oldest;
    if (bodies->turn != NULL && bodies->turn->is_passing && !keep_is_empty(&bodies->turn->keep))
        return bodies->turn;
    return NULL;
}

/* Moves what may leave to the writer, as long as that has room. */
static void pump(struct bodies *bodies)
{
    struct body *body;
    unsigned pieces = 0;
    while ((body = next_to_write(bodies)) != NULL && !writer_is_full(bodies->options.writer) &&
           pieces < pieces_at_once) {
        int code = move_piece(bodies, body);
        if (code != 0) {
            bodies->error = code;
            keep_drop(&body->keep);
        }
        pieces++;
    }
    if (body == NULL || writer_is_full(bodies->options.writer) || bodies->pumping != NULL)
        return;
    int code = haul_loop_call_soon(bodies->loop, pump_when_due, bodies, &bodies->pumping);
    if (code != 0)
        bodies->error = code;
}

static void start_passing(struct body *body)
{
    body->is_passing = true;
    take_back(&body->bodies->aging);
    pump(body->bodies);
}

static void come_of_age(void *data)
{
    struct body *body = data;
    body->bodies->aging = NULL;
    start_passing(body);
}

void body_hold(struct body *body)
{
    body->is_holding = true;
}

/* Looks whether the body with the turn is still to be held. */
static void hold_or_pass(struct body *body)
{
    struct bodies *bodies = body->bodies;
    if (body->is_passing || body->received == 0 || bodies->is_holding || body->is_holding)
        return;
    bool is_held = body->received <= KEEP_SHARE;
    if (is_held && bodies->aging == NULL) {
        int64_t end = haul_deadline(body->began, youth);
        is_held = haul_loop_call_at(bodies->loop, end, come_of_age, body, &bodies->aging) == 0;
    }
    if (!is_held)
        start_passing(body);
}

int body_receive(void *data, const struct haul_result *so_far, const void *bytes, size_t size)
{
    struct body *body = data;
    struct bodies *bodies = body->bodies;
    bool is_kept = bodies->options.keeps_failed || status_is_ok(bodies->options.ok_status, so_far->status);
    if (!is_kept || size == 0)
        return 0;
    if (writer_is_terminal(bodies->options.writer) && memchr(bytes, '\0', size) != NULL) {
        snprintf(body->problem, sizeof(body->problem), "the body is binary, and would upset the terminal");
        return -ECANCELED;
    }
    if (body->received == 0)
        body->began = haul_loop_now(bodies->loop);
    body->received += size;
    body->ends_line = ((const char *)bytes)[size - 1] == '\n';
    if (bodies->turn == body)
        hold_or_pass(body);
    bool is_direct = body->is_passing && bodies->oldest == NULL && keep_is_empty(&body->keep);
    int code;
    if (is_direct && !writer_is_full(bodies->options.writer)) {
        body->passed += size;
        code = writer_write(bodies->options.writer, bytes, size);
    } else {
        code = keep_append(&body->keep, bytes, size);
        note_change(bodies);
    }
    if (code == 0)
        return 0;
    snprintf(body->problem, sizeof(body->problem), "the body cannot be kept in %s: %s",
             excerpt(bodies->pool.directory).text, haul_error_message(code));
    return code;
}

int body_restart(void *data)
{
    struct body *body = data;
    if (body->passed > 0)
        return -EPIPE;
    keep_drop(&body->keep);
    body->received = 0;
    body->problem[0] = '\0';
    return 0;
}

void body_take_turn(struct body *body)
{
    assert(body->bodies->turn == NULL || body->bodies->turn == body);
    body->bodies->turn = body;
    hold_or_pass(body);
}

static void release(struct body *body)
{
    struct bodies *bodies = body->bodies;
    if (bodies->newest != NULL)
        bodies->newest->next = body;
    else
        bodies->oldest = body;
    bodies->newest = body;
    haul_event_clear(&bodies->idle);
    pump(bodies);
}

void body_release(struct body *body)
{
    struct bodies *bodies = body->bodies;
    assert(bodies->turn == NULL || bodies->turn == body || bodies->turn->passed == 0);
    leave_turn(body);
    if (bodies->options.ends_lines && !body->ends_line) {
        int code = keep_append(&body->keep, "\n", 1);
        if (code != 0)
            bodies->error = code;
    }
    release(body);
}

int bodies_write(struct bodies *bodies, const char *bytes, size_t size)
{
    struct body *body = NULL;
    int code = body_create(bodies, &body);
    if (code == 0)
        code = keep_append(&body->keep, bytes, size);
    if (code == 0)
        release(body);
    else
        body_destroy(body);
    return code;
}

uint64_t body_passed(const struct body *body)
{
    return body->passed;
}

const char *body_problem(const struct body *body)
{
    return body->problem[0] != '\0' ? body->problem : NULL;
}
