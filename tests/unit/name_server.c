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

enum { header_size = 12, no_name = 3, of_v4 = 1 };

static int begins(const unsigned char *name, const char *begin)
{
    size_t size = strlen(begin);
    return name[0] >= size && memcmp(name + 1, begin, size) == 0;
}

static uint32_t lifetime_of(const unsigned char *name)
{
    return begins(name, "brief") ? 0 : begins(name, "long") ? 1000000 : 60;
}

/* Makes MESSAGE, a question, its answer; returns the new size. */
static size_t make_answer(unsigned char *message, const unsigned char *name, size_t size, int kind)
{
    unsigned char record[16] = {0xc0, header_size, 0, of_v4, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1};
    uint32_t lifetime = htonl(lifetime_of(name));
    memcpy(record + 6, &lifetime, sizeof(lifetime));
    message[2] = 0x81;
    message[3] = begins(name, "none") ? 0x80 | no_name : 0x80;
    memset(message + 6, 0, 6);
    if (kind != of_v4 || begins(name, "none") || begins(name, "empty"))
        return size;
    message[7] = 1;
    memcpy(message + size, record, sizeof(record));
    return size + sizeof(record);
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
    if (begins(name, "silent"))
        return;
    size_t size = make_answer(message, name, (size_t)(end + 5 - message), kind);
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

void name_server_close(struct name_server *server)
{
    haul_loop_remove_reader(server->loop, server->descriptor);
    close(server->descriptor);
}
