#include "net/shard.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <haul/error.h>

/* How often one occasion lets libcurl ask to be called again at once. Whatever is left waits for the next iteration,
 * so that descriptors get their turn. */
enum { max_rounds = 4 };

static void note_error(struct haul__shard *shard, CURLMcode code)
{
    if (code != CURLM_OK && shard->error == 0)
        shard->error = code == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}

static void act(struct haul__shard *shard, curl_socket_t descriptor, int events)
{
    int running;
    shard->actions++;
    shard->is_dirty = true;
    haul__flood_reset(&shard->transfers->flood);
    note_error(shard, curl_multi_socket_action(shard->multi, descriptor, events, &running));
}

/* A connection's watch stays armed when libcurl has no use for it for now: on the next request it is as it should be,
 * at no cost. Any other descriptor may have been closed by now. */
static int ignore_socket(struct haul__shard *shard, struct haul__socket *socket)
{
    if (!socket || socket->shard != shard)
        return 0;
    haul__transfer_detach(socket);
    socket->wanted = 0;
    if (!socket->host)
        haul__socket_forget(socket);
    return 0;
}

static int watch_socket(CURL *easy, curl_socket_t descriptor, int what, void *data, void *unused)
{
    struct haul__shard *shard = data;
    struct haul__sockets *sockets = &shard->transfers->sockets;
    struct haul__socket *socket = haul__sockets_find(sockets, descriptor);
    struct haul__transfer *transfer = NULL;
    (void)unused;
    if (what == CURL_POLL_REMOVE)
        return ignore_socket(shard, socket);
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    if (!socket) {
        int code = haul__sockets_add(sockets, descriptor, shard, &socket);
        if (code < 0) {
            /* An error returned here would end all transfers of the shard. This one alone cannot go on. */
            if (transfer) {
                transfer->error = code;
                haul__list_remove(&transfer->ending);
                haul__list_append(&shard->ending, &transfer->ending);
            }
            return 0;
        }
    }
    if (transfer)
        haul__transfer_attach(transfer, socket);
    else
        haul__transfer_detach(socket);
    /* The number may be another file's by now, but a connection's. */
    if (!socket->host)
        haul__socket_forget(socket);
    socket->shard = shard;
    socket->wanted = (what & CURL_POLL_IN ? HAUL__READABLE : 0) | (what & CURL_POLL_OUT ? HAUL__WRITABLE : 0);
    haul__watch_set(socket->watch, socket->wanted);
    return 0;
}

/* libcurl cuts its milliseconds off, so that a millisecond more keeps from calling it too early. */
static int set_deadline(CURLM *multi, long timeout_ms, void *data)
{
    struct haul__shard *shard = data;
    (void)multi;
    shard->must_kick = timeout_ms == 0;
    shard->deadline = HAUL_NEVER;
    if (timeout_ms > 0)
        shard->deadline =
            haul_deadline(haul_loop_update_now(shard->transfers->loop), (timeout_ms + 1) * HAUL_MILLISECOND);
    return 0;
}

/* SOCKET was tried to connect. libcurl 7.88 closes one that failed, and goes on with the next address only when it is
 * called again, for which it does not ask: a pause that is over at once has it ask. Whether it has been closed cannot
 * be seen, since another thread may have opened a file with the same number. */
static void go_on_connecting(const struct haul__socket *socket)
{
    struct haul__transfer *transfer = socket->opener;
    bool is_connecting = transfer && transfer->task && transfer->shard == socket->shard &&
                         transfer->phase == HAUL__CONNECTING_PHASE && transfer->secured_from == 0;
    if (!is_connecting)
        return;
    curl_easy_pause(transfer->easy, CURLPAUSE_RECV);
    curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
}

void haul__shard_event(struct haul__watch *watch, int events, void *data)
{
    struct haul__socket *socket = data;
    struct haul__transfer *transfer = socket->transfer;
    if (socket->wanted == 0) {
        haul__watch_set(watch, 0);
        return;
    }
    if ((events & HAUL__READABLE) && transfer && transfer->phase >= HAUL__WAITING_PHASE)
        haul__transfer_progress(transfer);
    act(socket->shard, socket->descriptor,
        (events & HAUL__READABLE ? CURL_CSELECT_IN : 0) | (events & HAUL__WRITABLE ? CURL_CSELECT_OUT : 0));
    if (events & HAUL__WRITABLE)
        go_on_connecting(socket);
}

int haul__shard_create(struct haul__transfers *transfers, size_t connections, size_t most,
                       struct haul__shard **ret_shard)
{
    struct haul__shard *shard = haul__allocate_zeroed(sizeof(*shard));
    if (!shard)
        return -ENOMEM;
    shard->multi = curl_multi_init();
    if (!shard->multi) {
        haul__free(shard);
        return -ENOMEM;
    }
    shard->transfers = transfers;
    shard->deadline = HAUL_NEVER;
    haul__list_init(&shard->running);
    haul__list_init(&shard->ending);
    haul__book_init(&shard->book);
    curl_multi_setopt(shard->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(shard->multi, CURLMOPT_SOCKETDATA, shard);
    curl_multi_setopt(shard->multi, CURLMOPT_TIMERFUNCTION, set_deadline);
    curl_multi_setopt(shard->multi, CURLMOPT_TIMERDATA, shard);
    curl_multi_setopt(shard->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)HAUL__STREAMS_OF_CONNECTION);
    curl_multi_setopt(shard->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)most);
    haul__shard_keep(shard, connections);
    *ret_shard = shard;
    return 0;
}

void haul__shard_keep(struct haul__shard *shard, size_t connections)
{
    curl_multi_setopt(shard->multi, CURLMOPT_MAXCONNECTS, (long)connections);
}

bool haul__shard_opens(const struct haul__shard *shard)
{
    for (const struct haul_list *link = shard->running.next; link != &shard->running; link = link->next)
        if (haul__container(link, const struct haul__transfer, link)->opened > 0)
            return true;
    return false;
}

/* Takes it out of the lines of those that wait, and out of its socket. */
static void leave_lines(struct haul__transfer *transfer)
{
    struct haul__socket *socket = haul__sockets_find(&transfer->all->sockets, transfer->descriptor);
    haul__list_remove(&transfer->turn.link);
    haul__list_remove(&transfer->ending);
    if (socket)
        haul__transfer_detach(socket);
}

/* It uses its entry in the book no more. Where libcurl was not called since it was added nothing was heard. */
static void close_book(struct haul__shard *shard, struct haul__transfer *transfer)
{
    if (transfer->entry && shard->actions == transfer->started_at_action)
        haul__entry_doubt(transfer->entry);
    haul__book_give(&shard->book, transfer->entry);
    transfer->entry = NULL;
}

static void take_out(struct haul__transfer *transfer)
{
    struct haul__shard *shard = transfer->shard;
    assert(shard);
    close_book(shard, transfer);
    leave_lines(transfer);
    curl_multi_remove_handle(shard->multi, transfer->easy);
    haul__list_remove(&transfer->link);
    shard->count--;
    transfer->shard = NULL;
}

static void wake(struct haul__transfer *transfer, int code, bool is_out)
{
    struct haul_task *task = transfer->task;
    transfer->task = NULL;
    transfer->host->running--;
    haul__task_wake(task, code, (union haul_value){.pointer = is_out ? transfer : NULL});
}

/* libcurl has ended it. Where its task was cancelled meanwhile the outcome is given all the same, and the request to
 * end waits for the task's next await. */
static void finish(struct haul__transfer *transfer, CURLcode code)
{
    if (!transfer->task) {
        take_out(transfer);
        transfer->all->lingering--;
        haul__transfer_release(transfer);
        return;
    }
    haul__transfer_conclude(transfer, code, false);
    take_out(transfer);
    if (transfer->is_cancelled)
        haul__task_ask_again(transfer->task);
    wake(transfer, 0, true);
}

/* haul ends it. A name may be being looked up for it in a thread of libcurl's, and taking it out would wait for that
 * thread: then it stays, unseen, until libcurl is done; it opens no connection and sends nothing any more. */
static void give_up(struct haul__transfer *transfer, int code)
{
    struct haul__shard *shard = transfer->shard;
    bool may_look_up = transfer->phase == HAUL__RESOLVING_PHASE && shard->actions > transfer->started_at_action;
    haul__transfer_conclude(transfer, CURLE_OK, true);
    if (may_look_up && transfer->error == 0 && shard->error == 0) {
        leave_lines(transfer);
        transfer->all->lingering++;
        wake(transfer, code, false);
        return;
    }
    take_out(transfer);
    wake(transfer, code, true);
}

/* All messages are read before any transfer is taken out, which has libcurl search those that are unread. */
static void drain(struct haul__shard *shard)
{
    struct haul_list done;
    CURLMsg *message;
    int left;
    shard->is_dirty = false;
    haul__list_init(&done);
    while ((message = curl_multi_info_read(shard->multi, &left))) {
        struct haul__transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer->curl_code = message->data.result;
        haul__list_remove(&transfer->ending);
        haul__list_append(&done, &transfer->ending);
    }
    while (!haul__list_is_empty(&done)) {
        struct haul__transfer *transfer = haul__container(done.next, struct haul__transfer, ending);
        finish(transfer, transfer->curl_code);
    }
}

/* Ends what was cancelled or cannot go on. */
static void end_some(struct haul__shard *shard)
{
    while (!haul__list_is_empty(&shard->ending)) {
        struct haul__transfer *transfer = haul__container(shard->ending.next, struct haul__transfer, ending);
        haul__list_remove(&transfer->ending);
        if (transfer->task)
            give_up(transfer, transfer->is_cancelled && transfer->error == 0 ? HAUL_E_CANCELLED : 0);
    }
}

/* A multi handle that has failed is of no more use. Those who wait are told; the client drops it. */
static void end_all(struct haul__shard *shard)
{
    struct haul_list *next;
    for (struct haul_list *link = shard->running.next; link != &shard->running; link = next) {
        struct haul__transfer *transfer = haul__container(link, struct haul__transfer, link);
        next = link->next;
        if (!transfer->task)
            continue;
        transfer->error = shard->error;
        give_up(transfer, 0);
    }
}

int64_t haul__shard_before_poll(struct haul__shard *shard)
{
    end_some(shard);
    for (int round = 0; shard->must_kick && round < max_rounds; round++) {
        shard->must_kick = false;
        act(shard, CURL_SOCKET_TIMEOUT, 0);
        drain(shard);
    }
    if (shard->is_dirty)
        drain(shard);
    end_some(shard);
    if (shard->error < 0)
        end_all(shard);
    return shard->must_kick ? INT64_MIN : shard->deadline;
}

void haul__shard_after_poll(struct haul__shard *shard)
{
    if (shard->deadline <= haul_loop_now(shard->transfers->loop)) {
        shard->deadline = HAUL_NEVER;
        act(shard, CURL_SOCKET_TIMEOUT, 0);
    }
    if (shard->is_dirty)
        drain(shard);
}

void haul__shard_expire(struct haul__transfer *transfer, struct haul__failure failure)
{
    struct haul__shard *shard = transfer->shard;
    struct haul_task *task = transfer->task;
    struct haul__socket *socket = haul__sockets_find(&transfer->all->sockets, transfer->descriptor);
    if (socket && socket->wanted != 0) {
        int64_t size = transfer->body_size + (int64_t)transfer->header_size;
        enum haul__phase phase = transfer->phase;
        act(shard, socket->descriptor,
            (socket->wanted & HAUL__READABLE ? CURL_CSELECT_IN : 0) |
                (socket->wanted & HAUL__WRITABLE ? CURL_CSELECT_OUT : 0));
        if (transfer->phase != phase || transfer->body_size + (int64_t)transfer->header_size != size)
            haul__transfer_progress(transfer);
        drain(shard);
    }
    /* It may have ended, and then it is nobody's. */
    if (transfer->task != task || !haul__transfer_is_overdue(transfer, haul_loop_now(transfer->all->loop)))
        return;
    transfer->failure = failure;
    give_up(transfer, 0);
}

static void cancel_run(struct haul_task *task)
{
    struct haul__transfer *transfer = haul__task_waited(task);
    if (transfer->is_cancelled)
        return;
    transfer->is_cancelled = true;
    haul__shard_end_soon(transfer);
}

static const struct haul__ready_kind run_kind = {.cancel = cancel_run};

struct haul_await haul__shard_run(struct haul_task *task, struct haul__shard *shard, struct haul__transfer *transfer)
{
    transfer->started_at_action = shard->actions;
    int told = transfer->addresses ? haul__transfer_tell(transfer, &shard->book, shard->actions) : 0;
    CURLMcode code = told == 0 ? curl_multi_add_handle(shard->multi, transfer->easy) : CURLM_OK;
    if (told < 0 || code != CURLM_OK) {
        note_error(shard, code);
        close_book(shard, transfer);
        return haul__task_answer(task, told < 0 ? told : shard->error, (union haul_value){0});
    }
    transfer->task = task;
    transfer->shard = shard;
    transfer->started = haul_loop_now(shard->transfers->loop);
    transfer->host->running++;
    shard->count++;
    haul__list_append(&shard->running, &transfer->link);
    /* Its time to connect may have begun already, with the name. */
    if (haul__list_is_empty(&transfer->turn.link))
        haul__transfer_progress(transfer);
    return haul__task_park(task, &run_kind, transfer);
}

void haul__shard_destroy(struct haul__shard *shard)
{
    if (!shard)
        return;
    while (!haul__list_is_empty(&shard->running)) {
        struct haul__transfer *transfer = haul__container(shard->running.next, struct haul__transfer, link);
        assert(!transfer->task);
        take_out(transfer);
        transfer->all->lingering--;
        haul__transfer_release(transfer);
    }
    curl_multi_cleanup(shard->multi);
    haul__book_finish(&shard->book);
    haul__free(shard);
}
