#include "net/flood.h"

#include <haul/duration.h>
#include <haul/loop.h>
#include <openssl/ssl.h>

/* The clock is looked at once in so many records, each of at most 16 kB. */
enum { records_of_a_look = 64 };

static const int64_t patience = HAUL_SECOND;

/* Called while OpenSSL reads, which then finds that the server has said its last. */
static void note_record(int is_sent, int version, int type, const void *bytes, size_t size, SSL *connection, void *data)
{
    struct haul__flood *flood = data;
    (void)version;
    (void)bytes;
    (void)size;
    if (is_sent || type != SSL3_RT_HEADER || ++flood->records % records_of_a_look != 0)
        return;
    int64_t now = haul_loop_update_now(flood->loop);
    if (flood->records == records_of_a_look)
        flood->since = now;
    else if (now - flood->since >= patience)
        SSL_set_shutdown(connection, SSL_get_shutdown(connection) | SSL_RECEIVED_SHUTDOWN);
}

void haul__flood_watch(struct haul__flood *flood, void *ssl_context)
{
    SSL_CTX_set_msg_callback(ssl_context, note_record);
    SSL_CTX_set_msg_callback_arg(ssl_context, flood);
}
