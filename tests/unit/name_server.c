#include "name_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { header_size = 12, failure = 2, no_name = 3, of_v4 = 1, of_v6 = 28 };

static int begins(const unsigned char *name, const char *begin)
{
    size_t size = strlen(begin);
    return name[0] >= size && memcmp(name + 1, begin, size) == 0;
}

static uint32_t lifetime_of(const unsigned char *name)
{
    return begins(name, "brief") ? 0 : begins(name, "long") ? 1000000 : 60;
}

static int has_v6(const unsigned char *name)
{
    return begins(name, "both") || begins(name, "later");
}

/* Appends the record of an address of KIND; returns its size. */
static size_t write_record(unsigned char *at, const unsigned char *name, int kind)
{
    static const unsigned char v4[] = {127, 0, 0, 1};
    static const unsigned char v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    const unsigned char *address = kind == of_v4 ? v4 : v6;
    size_t address_size = kind == of_v4 ? sizeof(v4) : sizeof(v6);
    const unsigned char head[] = {0xc0, header_size, 0, (unsigned char)kind, 0, 1};
    uint32_t lifetime = htonl(lifetime_of(name));
    memcpy(at, head, sizeof(head));
    memcpy(at + 6, &lifetime, sizeof(lifetime));
    at[10] = 0;
    at[11] = (unsigned char)address_size;
    memcpy(at + 12, address, address_size);
    return 12 + address_size;
}

/* Makes MESSAGE, a question, its answer; returns the new size. */
static size_t make_answer(unsigned char *message, const unsigned char *name, size_t size, int kind)
{
    int code = begins(name, "none") ? no_name : begins(name, "failed") ? failure : 0;
    message[2] = 0x81;
    message[3] = (unsigned char)(0x80 | code);
    memset(message + 6, 0, 6);
    if (code != 0 || begins(name, "empty") || (kind == of_v6 && !has_v6(name)))
        return size;
    message[7] = 1;
    return size + write_record(message + size, name, kind);
}

/* Writes NAME as text. */
static void note_name(struct name_server *server, const unsigned char *name)
{
    size_t size = 0;
    for (; *name > 0; name += *name + 1)
        size += (size_t)snprintf(server->last + size, sizeof(server->last) - size, "%s%.*s", size > 0 ? "." : "",
                                 (int)*name, (const char *)name + 1);
}

static void answer(void *data)
{
    struct name_server *server = data;
    unsigned char message[1024];
    struct sockaddr_in peer;
    socklen_t peer_size = sizeof(peer);
    ssize_t received = recvfrom(server->descriptor, message, 512, MSG_DONTWAIT, (struct sockaddr *)&peer, &peer_size);
    if (received <= header_size)
        return;
    const unsigned char *name = message + header_size;
    const unsigned char *end = name;
    while (*end > 0)
        end += *end + 1;
    int kind = end[2];
    server->questions += kind == of_v4;
    note_name(server, name);
    if (begins(name, "silent"))
        return;
    size_t size = make_answer(message, name, (size_t)(end + 5 - message), kind);
    if (begins(name, kind == of_v4 ? "later4" : "later6")) {
        memcpy(server->kept, message, size);
        server->kept_size = size;
        server->kept_for = peer;
        return;
    }
    sendto(server->descriptor, message, size, 0, (struct sockaddr *)&peer, peer_size);
}

void name_server_open(struct name_server *server, struct haul_loop *loop)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *server = (struct name_server){.loop = loop};
    server->descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->descriptor, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(server->descriptor, (struct sockaddr *)&address, &size), 0);
    snprintf(server->address, sizeof(server->address), "127.0.0.1:%u", ntohs(address.sin_port));
    assert_int_equal(haul_loop_add_reader(loop, server->descriptor, answer, server), 0);
}

void name_server_release(struct name_server *server)
{
    assert_true(server->kept_size > 0);
    sendto(server->descriptor, server->kept, server->kept_size, 0, (struct sockaddr *)&server->kept_for,
           sizeof(server->kept_for));
    server->kept_size = 0;
}

void name_server_close(struct name_server *server)
{
    haul_loop_remove_reader(server->loop, server->descriptor);
    close(server->descriptor);
}
