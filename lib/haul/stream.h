/* Streams: bytes over TCP and Unix sockets, and through pipes, read and written by tasks (asyncio: streams).
 *
 * One task at a time may accept from a listener, one read a stream and one write to it. A call that can be served at
 * once does not wait, but now and then lets the others run first, so that a busy connection keeps nobody else up.
 *
 * What a read has collected and not given (it was cancelled, met the limit, or found more behind its separator) stays
 * in the stream, and every read gives that first. A stream has a buffer only once haul_stream_read_until or
 * haul_stream_read_exactly was called.
 *
 * A deadline is the caller's: a haul_timeout around the calls. Streams and listeners are destroyed before their loop.
 */
#ifndef HAUL_STREAM_H
#define HAUL_STREAM_H

#include <haul/coroutine.h>
#include <haul/linkage.h>

HAUL__BEGIN_C

struct haul_listener;
struct haul_loop;
struct haul_stream;

/* Listens on ADDRESS, an IPv4 or IPv6 address in numbers ("127.0.0.1", "::1"), and PORT; 0: a free one, see
 * haul_listener_port. BACKLOG connections wait to be accepted at most. HAUL_E_INVALID: not an address; negative
 * errno. */
int haul_listener_create(struct haul_loop *loop, const char *address, uint16_t port, int backlog,
                         struct haul_listener **ret_listener);

/* Listens on the Unix socket PATH, of at most 107 bytes; "@NAME" is the abstract socket NAME, which has no file. It
 * makes the file, which must not be there (-EADDRINUSE, be it in use or left by a process that was killed: a program
 * that knows itself to be the only one unlinks it first), and haul_listener_destroy removes it, unless another has
 * taken its place. Whoever may write to the file may connect: its mode is 0777 without the bits of the umask. Who wants
 * less sets the umask before, or makes it in a directory that others cannot enter. HAUL_E_INVALID: PATH is empty or
 * too long; negative errno. */
int haul_listener_create_unix(struct haul_loop *loop, const char *path, int backlog,
                              struct haul_listener **ret_listener);

/* Closes it. Nobody may be waiting on it. NULL is fine. */
void haul_listener_destroy(struct haul_listener *listener);

/* The port; 0 for a Unix socket. */
uint16_t haul_listener_port(const struct haul_listener *listener);

/* Waits for a connection: haul_awaited(task).pointer is its stream, the caller's. Negative errno, HAUL_E_CANCELLED. A
 * connection that came with a cancel is not lost: it waits for the next accept. Without a descriptor left for another
 * connection, or memory in the system, it tries again every 50 ms until there is. */
HAUL__MUST_AWAIT struct haul_await haul_listener_accept(struct haul_task *task, struct haul_listener *listener);

/* Connects to ADDRESS, an IPv4 or IPv6 address in numbers, and PORT: haul_awaited(task).pointer is the stream, the
 * caller's. Names are not resolved. HAUL_E_INVALID: not an address; negative errno (-ECONNREFUSED, -ENETUNREACH, ...).
 * HAUL_E_CANCELLED: the socket is closed. */
HAUL__MUST_AWAIT struct haul_await haul_stream_connect(struct haul_task *task, const char *address, uint16_t port);

/* The same to the Unix socket PATH, or "@NAME"; it never waits. HAUL_E_INVALID: PATH is empty or too long; -ENOENT:
 * nothing is there; -ECONNREFUSED: nobody listens any more; -EAGAIN: as many wait to be accepted as the listener
 * allows; or another negative errno. */
HAUL__MUST_AWAIT struct haul_await haul_stream_connect_unix(struct haul_task *task, const char *path);

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

/* Reads SIZE bytes into BUFFER, which has none before all are there. HAUL_E_DRAINED: the end came first, and
 * haul_awaited(task).integer bytes are in BUFFER (asyncio: IncompleteReadError.partial). HAUL_E_CANCELLED, -ENOMEM or
 * another negative errno: what has come stays for the next read. */
HAUL__MUST_AWAIT struct haul_await haul_stream_read_exactly(struct haul_task *task, struct haul_stream *stream,
                                                            void *buffer, size_t size);

/* Bytes in a stream's buffer, without a NUL behind them. They are there until the next call that reads the stream. */
struct haul_chunk {
    const char *bytes;
    size_t size;
};

/* Reads up to SEPARATOR, of SIZE bytes, which stay the caller's until the await is over: haul_awaited(task).pointer is
 * a const struct haul_chunk * that ends with it. HAUL_E_DRAINED: the end came first, and the chunk is what came before
 * it, without a separator, of size 0 where nothing came. HAUL_E_LIMIT: more bytes than the limit come before the
 * separator; all stay for the next read, and the chunk is those of them that belong before it. HAUL_E_CANCELLED,
 * -ENOMEM or another negative errno: what has come stays for the next read, and there is no chunk. */
HAUL__MUST_AWAIT struct haul_await haul_stream_read_until(struct haul_task *task, struct haul_stream *stream,
                                                          const void *separator, size_t size);

/* The same with "\n" for a separator, which is part of the chunk. The last line of a stream need not have one: it comes
 * with HAUL_E_DRAINED. */
HAUL__MUST_AWAIT struct haul_await haul_stream_read_line(struct haul_task *task, struct haul_stream *stream);

/* How many bytes haul_stream_read_until takes before a separator; at first HAUL_STREAM_LIMIT. */
#define HAUL_STREAM_LIMIT ((size_t)65536)
void haul_stream_set_limit(struct haul_stream *stream, size_t limit);

/* Sends all of SIZE bytes, which stay the caller's and unchanged until the await is over: waits while the system
 * takes no more, so that nothing is left to drain. Negative errno (-EPIPE, -ECONNRESET: the other side has gone; no
 * SIGPIPE comes); HAUL_E_CANCELLED. In every case haul_awaited(task).integer bytes were sent. */
HAUL__MUST_AWAIT struct haul_await haul_stream_write(struct haul_task *task, struct haul_stream *stream,
                                                     const void *bytes, size_t size);

/* Says that nothing more will be sent (FIN). -ENOTSOCK: a pipe's end says so by haul_stream_destroy; negative errno. */
int haul_stream_shut_write(struct haul_stream *stream);

/* Writes the name of the other side into BUFFER: "127.0.0.1:80", "[::1]:80", the path or "@NAME" of a Unix socket, ""
 * where that has none, as who connects has not. HAUL_STREAM_NAME_SIZE bytes hold every name. HAUL_E_LIMIT: BUFFER is
 * too small; negative errno: -ENOTSOCK, -ENOTCONN. */
#define HAUL_STREAM_NAME_SIZE 128
int haul_stream_peer(const struct haul_stream *stream, char *buffer, size_t size);

HAUL__END_C

#endif
