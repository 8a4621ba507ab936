/* What the origin does, by path:
 *
 *   /ok                    a small body
 *   /status/N              answers N
 *   /delay/MS              waits so long before it answers
 *   /size/N                N bytes of filler
 *   /bytes?TEXT            TEXT, decoded, is the body
 *   /echo                  the request's head, byte for byte, is the body
 *   /nul                   a body with NUL bytes
 *   /header?NAME=VALUE…    answers with these fields, decoded: any bytes may stand in them
 *   /type?content-type=T   answers with this type, decoded; without it with no type at all
 *   /reason?text=T         answers with this reason, decoded
 *   /chunked?pieces=N      N chunks (5) of `piece` bytes (10) each; with `trailer=1` and a field behind them
 *   /drip?bytes=N          N bytes (10) one at a time
 *   /drip-head             the same with the head
 *   /until-close           a body without a length, ended by closing
 *   /redirect?to=URL       302 to URL, decoded
 *   /redirect-loop         302 to itself
 *   /redirect-chain/N      N redirects, then 200
 *   /no-location           302 to nowhere
 *   /retry?after=TEXT      429 with this Retry-After (1)
 *   /flaky/NAME?times=N    503 the first N times (1), then 200
 *   /knee/N?work=MS        a crew of N, and each request needs one of them so long (20): more than N wait in line. With
 *                          noise=P the work varies by up to P percent; with waste=P it grows by P percent of the time
 *                          waited; with travel=MS so long is on the way
 *   /limit/N?work=MS       where more than N are in flight 429 at once, or refusal=STATUS; else 200 after so long (20)
 *   /drop                  closes without an answer
 *   /reset                 the same with RST
 *   /garbage               sends what is no HTTP, closes
 *   /half-header           sends half a header, closes
 *   /short?promise=N&send=M  promises N bytes (100), sends M (50), closes
 *   /bad-chunk             a chunk, then what is none, closes
 *   /endless-header        header fields without end
 *   /endless-body          a body without end
 *   /silent                never answers
 *   /hang-body?promise=N&send=M  promises N bytes (100), sends M (10), then nothing more
 *   /stats                 the counters, as JSON; /stats/reset zeroes them
 *
 * Everything takes `delay=MS`, the time before its first byte, and `piece=N&pause=MS`: the body in pieces of N bytes
 * (1 where only a pause is given) with pauses between. What answers properly takes `status=N`, `size=N` (that much
 * filler as its body) and `close=1`. */
#include "behaviours.h"

#include "work.h"

#include <haul/duration.h>
#include <string.h>

/* Milliseconds, and workers. */
enum { longest_pause = 1000000, largest_crew = 10000 };

static void ok(struct work *work)
{
    work_answer_with(work, 200, "ok\n");
}

static void nowhere(struct work *work)
{
    work_answer_with(work, 404, "the origin has no such path\n");
}

static void status(struct work *work)
{
    work_answer_with(work, slice_number(work->rest, 400), "as asked\n");
}

static void delay(struct work *work)
{
    work->answer->delay = (int64_t)(slice_number(work->rest, 0) % longest_pause) * HAUL_MILLISECOND;
    ok(work);
}

static void size(struct work *work)
{
    work_begin(work, 200);
    answer_fill(work->answer, slice_number(work->rest, 0));
    work_end(work, 200);
}

static void bytes(struct work *work)
{
    bytes_append_decoded(&work->answer->own_body, work->request->query);
    work_begin(work, 200);
    answer_send_own_body(work->answer);
    work_end(work, 200);
}

static void echo(struct work *work)
{
    bytes_append(&work->answer->own_body, work->request->head.at, work->request->head.size);
    work_begin(work, 200);
    answer_send_own_body(work->answer);
    work_end(work, 200);
}

static void nul(struct work *work)
{
    bytes_append(&work->answer->own_body, "before\0after\0\n", 14);
    work_begin(work, 200);
    answer_send_own_body(work->answer);
    work_end(work, 200);
}

static void header(struct work *work)
{
    struct slice query = work->request->query, name, value;
    work_begin(work, 200);
    while (query_next(&query, &name, &value)) {
        bytes_append_decoded(work_head(work), name);
        bytes_append_text(work_head(work), ": ");
        bytes_append_decoded(work_head(work), value);
        bytes_append_text(work_head(work), "\r\n");
    }
    answer_send(work->answer, "ok\n");
    work_end(work, 200);
}

static void type(struct work *work)
{
    work->content_type = (struct slice){0};
    request_parameter(work->request, "content-type", &work->content_type);
    ok(work);
}

static void reason(struct work *work)
{
    work->reason = (struct slice){"", 0};
    request_parameter(work->request, "text", &work->reason);
    ok(work);
}

static void chunked(struct work *work)
{
    uint64_t piece = work_number(work, "piece", 10);
    work->answer->chunked = true;
    work->answer->trailer = work_number(work, "trailer", 0) != 0;
    work->answer->piece = piece;
    work_begin(work, 200);
    answer_fill(work->answer, work_number(work, "pieces", 5) * piece);
    work_end(work, 200);
}

static void drip(struct work *work)
{
    work->answer->piece = 1;
    work_begin(work, 200);
    answer_fill(work->answer, work_number(work, "bytes", 10));
    work_end(work, 200);
}

static void drip_head(struct work *work)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n";
    work->answer->piece = 1;
    answer_send(work->answer, text);
}

static void until_close(struct work *work)
{
    work->without_length = true;
    work->answer->ending = ENDING_CLOSE;
    ok(work);
}

static void redirect_to(struct work *work, uint64_t status, struct slice target)
{
    work_begin(work, status);
    work_add_field(work, "Location", target);
    answer_send(work->answer, "elsewhere\n");
    work_end(work, status);
}

static void redirect(struct work *work)
{
    struct slice target = {"/ok", 3};
    request_parameter(work->request, "to", &target);
    redirect_to(work, 302, target);
}

static void redirect_loop(struct work *work)
{
    redirect_to(work, 302, work->request->path);
}

static void redirect_chain(struct work *work)
{
    uint64_t left = slice_number(work->rest, 0);
    struct bytes target = {0};
    if (left == 0) {
        ok(work);
        return;
    }
    bytes_append_text(&target, "/redirect-chain/");
    bytes_append_number(&target, left - 1);
    redirect_to(work, 302, (struct slice){target.at, target.size});
    bytes_finish(&target);
}

static void no_location(struct work *work)
{
    work_answer_with(work, 302, "nowhere\n");
}

static void retry(struct work *work)
{
    struct slice after = {"1", 1};
    request_parameter(work->request, "after", &after);
    work_begin(work, 429);
    work_add_field(work, "Retry-After", after);
    answer_send(work->answer, "later\n");
    work_end(work, 429);
}

/* A number of milliseconds in the query, as nanoseconds. */
static int64_t milliseconds(const struct work *work, const char *name, uint64_t fallback)
{
    return (int64_t)(work_number(work, name, fallback) % longest_pause) * HAUL_MILLISECOND;
}

static void knee(struct work *work)
{
    uint64_t size = slice_number(work->rest, 1);
    const struct task_of_crew task = {
        .size = size < 1              ? 1
                : size < largest_crew ? size
                                      : largest_crew,
        .work = milliseconds(work, "work", 20),
        .noise = work_number(work, "noise", 0) % 101,
        .waste = work_number(work, "waste", 0) % 1001,
    };
    int64_t travel = milliseconds(work, "travel", 0);
    work->answer->delay = travel + workers_take(work->workers, &task, work->now + travel / 2);
    ok(work);
}

static void limit(struct work *work)
{
    bool is_too_much = work->counters->in_flight > slice_number(work->rest, 1);
    if (!is_too_much)
        work->answer->delay = milliseconds(work, "work", 20);
    work_answer_with(work, is_too_much ? work_number(work, "refusal", 429) : 200, is_too_much ? "later\n" : "ok\n");
}

static void drop(struct work *work)
{
    work->answer->ending = ENDING_CLOSE;
}

/* It fails so many times, and says, if it is asked to, when to come again. */
static void flaky(struct work *work)
{
    bool is_failing = work->count <= work_number(work, "times", 1);
    int status = is_failing ? (int)work_number(work, "failure", 503) : 200;
    struct slice after;
    bool has_after = is_failing && request_parameter(work->request, "after", &after);
    if (is_failing && work_number(work, "drop", 0)) {
        drop(work);
        return;
    }
    work_begin(work, status);
    if (has_after)
        work_add_field(work, "Retry-After", after);
    answer_send(work->answer, is_failing ? "not now\n" : "flaky\n");
    work_end(work, status);
}

static void reset(struct work *work)
{
    work->answer->ending = ENDING_RESET;
}

static void garbage(struct work *work)
{
    answer_send(work->answer, "\x01\x02 this is no HTTP \xff\xfe\r\n\r\n");
    work->answer->ending = ENDING_CLOSE;
}

static void half_header(struct work *work)
{
    bytes_append_text(work_head(work), "HTTP/1.1 200 OK\r\nContent-Ty");
    work->answer->ending = ENDING_CLOSE;
}

/* A head that promises more (or less) than is sent. */
static void promise(struct work *work, uint64_t sent, enum ending ending)
{
    work_begin(work, 200);
    work_add_length(work, work_number(work, "promise", 100));
    bytes_append_text(work_head(work), "\r\n");
    answer_fill(work->answer, work_number(work, "send", sent));
    work->answer->ending = ending;
}

static void short_body(struct work *work)
{
    promise(work, 50, ENDING_CLOSE);
}

static void hang_body(struct work *work)
{
    promise(work, 10, ENDING_HANG);
}

static void bad_chunk(struct work *work)
{
    static const char text[] = "5\r\nfirst\r\nthis is no size\r\n";
    work_begin(work, 200);
    bytes_append_text(work_head(work), "Transfer-Encoding: chunked\r\n\r\n");
    answer_send(work->answer, text);
    work->answer->ending = ENDING_CLOSE;
}

static void endless_header(struct work *work)
{
    work_add_status_line(work, 200);
    answer_repeat(work->answer, "X-Endless: and another one, and another one, and another one\r\n", ENDLESS);
}

static void endless_body(struct work *work)
{
    work_begin(work, 200);
    bytes_append_text(work_head(work), "Connection: close\r\n\r\n");
    answer_fill(work->answer, ENDLESS);
}

static void silent(struct work *work)
{
    work->answer->ending = ENDING_HANG;
}

static void stats(struct work *work)
{
    counters_write(work->counters, &work->answer->own_body);
    work->content_type = (struct slice){"application/json", 16};
    work_begin(work, 200);
    answer_send_own_body(work->answer);
    work_end(work, 200);
}

static void stats_reset(struct work *work)
{
    counters_reset(work->counters);
    stats(work);
}

typedef void behave_fn(struct work *work);

/* A name that ends in '/' is followed by something. */
static const struct behaviour {
    const char *name;
    behave_fn *behave;
} behaviours[] = {
    {"/ok", ok},
    {"/", ok},
    {"/status/", status},
    {"/delay/", delay},
    {"/size/", size},
    {"/bytes", bytes},
    {"/bytes/", bytes},
    {"/echo", echo},
    {"/nul", nul},
    {"/header", header},
    {"/type", type},
    {"/reason", reason},
    {"/chunked", chunked},
    {"/drip", drip},
    {"/drip-head", drip_head},
    {"/until-close", until_close},
    {"/redirect", redirect},
    {"/redirect-loop", redirect_loop},
    {"/redirect-chain/", redirect_chain},
    {"/no-location", no_location},
    {"/retry", retry},
    {"/flaky/", flaky},
    {"/knee/", knee},
    {"/limit/", limit},
    {"/drop", drop},
    {"/reset", reset},
    {"/garbage", garbage},
    {"/half-header", half_header},
    {"/short", short_body},
    {"/hang-body", hang_body},
    {"/bad-chunk", bad_chunk},
    {"/endless-header", endless_header},
    {"/endless-body", endless_body},
    {"/silent", silent},
    {"/stats", stats},
    {"/stats/reset", stats_reset},
};

static bool matches(const struct behaviour *behaviour, struct slice path, struct slice *ret_rest)
{
    size_t length = strlen(behaviour->name);
    if (path.size < length || memcmp(path.at, behaviour->name, length) != 0)
        return false;
    *ret_rest = (struct slice){path.at + length, path.size - length};
    if (ret_rest->size == 0)
        return true;
    return length > 1 && behaviour->name[length - 1] == '/';
}

static behave_fn *find_behaviour(struct slice path, struct slice *ret_rest)
{
    for (size_t i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++) {
        if (matches(&behaviours[i], path, ret_rest))
            return behaviours[i].behave;
    }
    return nowhere;
}

/* What every behaviour takes. */
static void apply_pace(struct work *work)
{
    struct answer *answer = work->answer;
    struct slice ignored;
    if (request_parameter(work->request, "delay", &ignored))
        answer->delay = milliseconds(work, "delay", 0);
    answer->pause = milliseconds(work, "pause", 0);
    answer->piece = work_number(work, "piece", answer->piece);
    if (answer->piece == 0 && answer->pause > 0)
        answer->piece = 1;
}

void behaviours_answer(const struct request *request, const struct circumstances *circumstances, struct answer *answer)
{
    struct work work = {
        .request = request,
        .content_type = {"text/plain", 10},
        .counters = circumstances->counters,
        .workers = circumstances->workers,
        .now = circumstances->now,
        .answer = answer,
        .count = circumstances->count,
    };
    find_behaviour(request->path, &work.rest)(&work);
    apply_pace(&work);
}

void behaviours_refuse(struct answer *answer)
{
    bytes_append_text(&answer->head, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    answer->ending = ENDING_CLOSE;
}

bool behaviours_is_statistics(const struct request *request)
{
    return slice_is(request->path, "/stats") || slice_is(request->path, "/stats/reset");
}
