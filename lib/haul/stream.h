/* Streams: bytes over TCP and Unix sockets, read and written by tasks (asyncio: streams).
 *
 * One task at a time may accept from a listener, one read a stream and one write to it. A call that can be served at
 * once does not wait, but now and then lets the others run first, so that a busy connection keeps nobody else up. */
#ifndef HAUL_STREAM_H
#define HAUL_STREAM_H

#include <haul/coroutine.h>

struct haul_listener;
struct haul_loop;
struct haul_stream;

/* Listens on ADDRESS, an IPv4 or IPv6 address in numbers ("127.0.0.1", "::1"), and PORT; 0: a free one, see
 * haul_listener_port. BACKLOG connections wait to be accepted at most. HAUL_E_INVALID: not an address; negative
 * errno. */
int haul_listener_create(struct haul_loop *loop, const char *address, uint16_t port, int backlog,
                         struct haul_listener **ret_listener);

/* Closes it. Nobody may be waiting on it. NULL is fine. */
void haul_listener_destroy(struct haul_listener *listener);

uint16_t haul_listener_port(const struct haul_listener *listener);

/* Waits for a connection: haul_awaited(task).pointer is its stream, the caller's. Negative errno, HAUL_E_CANCELLED. A
 * connection that came with a cancel is not lost: it waits for the next accept. Without a descriptor left for another
 * connection, or memory in the system, it tries again every 50 ms until there is. */
HAUL__MUST_AWAIT struct haul_await haul_listener_accept(struct haul_task *task, struct haul_listener *listener);

/* Makes a stream of DESCRIPTOR, one end of a pipe, of a socket pair, of a connection or of a terminal. It is the
 * stream's from then on, and made non-blocking. O_NONBLOCK belongs to the open file description: other descriptors of
 * it, also those of other processes (a terminal's, or what was standard input of several), become non-blocking with
 * it, and stay so. -EPERM: a regular file, which never makes one wait; -ENOMEM or another negative errno. On failure
 * the descriptor is still the caller's, as it was. */
int haul_stream_create(struct haul_loop *loop, int descriptor, struct haul_stream **ret_stream);

/* Closes the connection and frees the stream; bytes that were not sent are lost. Nobody may be waiting on it. NULL is
 * fine. */
void haul_stream_destroy(struct haul_stream *stream);

/* Has the connection end with a reset (RST) when the stream is destroyed. */
void haul_stream_reset(struct haul_stream *stream);

/* Reads what is there, at least a byte and SIZE at most, into BUFFER: haul_awaited(task).integer bytes; 0 of them at
 * the end. Negative errno, HAUL_E_CANCELLED, with nothing read. */
HAUL__MUST_AWAIT struct haul_await haul_stream_read(struct haul_task *task, struct haul_stream *stream, void *buffer,
                                                    size_t size);

/* Sends all of SIZE bytes, which stay the caller's and unchanged until the await is over: waits while the system
 * takes no more. Negative errno (-EPIPE, -ECONNRESET: the other side has gone); HAUL_E_CANCELLED, with a part sent. */
HAUL__MUST_AWAIT struct haul_await haul_stream_write(struct haul_task *task, struct haul_stream *stream,
                                                     const void *bytes, size_t size);

/* Says that nothing more will be sent (FIN). Negative errno. */
int haul_stream_shut_write(struct haul_stream *stream);

#endif
