#include "origin_process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

static void read_port(struct origin_process *origin, int output)
{
    char line[256];
    size_t size = 0;
    ssize_t got;
    while (size < sizeof(line) - 1 && (got = read(output, line + size, 1)) == 1 && line[size] != '\n')
        size++;
    line[size] = '\0';
    close(output);
    const char *colon = strrchr(line, ':');
    assert_non_null(colon);
    origin->port = (uint16_t)strtoul(colon + 1, NULL, 10);
    assert_int_not_equal(origin->port, 0);
}

void origin_process_start(struct origin_process *origin)
{
    char *program = getenv("ORIGIN");
    char until_eof[] = "--until-eof";
    char *const arguments[] = {program, until_eof, NULL};
    int input[2], output[2];
    posix_spawn_file_actions_t actions;
    assert_non_null(program);
    assert_int_equal(pipe(input), 0);
    assert_int_equal(pipe(output), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    assert_int_equal(posix_spawn(&origin->process, program, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    origin->input = input[1];
    read_port(origin, output[0]);
}

void origin_process_stop(struct origin_process *origin)
{
    int status;
    close(origin->input);
    assert_int_equal(waitpid(origin->process, &status, 0), origin->process);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* What it answers to PATH, head and all, in BUFFER. */
static void ask(const struct origin_process *origin, const char *path, char *buffer, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(origin->port)};
    char request[256];
    size_t filled = 0;
    ssize_t got;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(connection, (struct sockaddr *)&address, sizeof(address)), 0);
    int length =
        snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: origin\r\nConnection: close\r\n\r\n", path);
    assert_int_equal(write(connection, request, (size_t)length), length);
    while (filled < size - 1 && (got = read(connection, buffer + filled, size - 1 - filled)) > 0)
        filled += (size_t)got;
    buffer[filled] = '\0';
    close(connection);
}

long origin_process_count(const struct origin_process *origin, const char *name)
{
    char answer[8192], key[64];
    ask(origin, "/stats", answer, sizeof(answer));
    snprintf(key, sizeof(key), "\"%s\":", name);
    const char *at = strstr(answer, key);
    assert_non_null(at);
    return strtol(at + strlen(key), NULL, 10);
}

void origin_process_reset(const struct origin_process *origin)
{
    char answer[8192];
    for (int asked = 0; origin_process_count(origin, "in_flight") > 0; asked++)
        assert_true(asked < 100000);
    ask(origin, "/stats/reset", answer, sizeof(answer));
}
