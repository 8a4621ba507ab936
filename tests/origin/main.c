/* origin: the loopback server of haul's tests. It speaks HTTP/1.1, misbehaves as it is asked to, and counts.
 *
 *     main         options, signals, and the loop
 *     server       accepts; a task for each connection
 *     conversation request, answer, request, answer
 *     connection   receiving, and waiting
 *     sender       sending an answer at its pace
 *     request      parsing a request
 *     behaviours   what there is to ask for, and the answers it makes
 *     answer       an answer, as data
 *     counters     what was seen, for /stats
 *     workers      whose time answers take
 *     bytes        growing bytes, slices of bytes */
#include "server.h"

#include <errno.h>
#include <getopt.h>
#include <haul/descriptor.h>
#include <haul/error.h>
#include <haul/future.h>
#include <haul/run.h>
#include <haul/stream.h>
#include <haul/task.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct options {
    const char *address;
    uint16_t port;
    int backlog;
    bool until_eof;
};

static const char usage[] = "usage: origin [--address ADDRESS] [--port N] [--backlog N] [--until-eof]\n"
                            "\n"
                            "  --address ADDRESS  listen on this loopback address (127.0.0.1)\n"
                            "  --port N           and on this port; 0, the default: on a free one\n"
                            "  --backlog N        so many connections may wait to be accepted (4096)\n"
                            "  --until-eof        end when standard input does, not only with SIGTERM or SIGINT\n";

static unsigned long parse_number(const char *text, unsigned long limit)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || number > limit) {
        fprintf(stderr, "origin: not a number from 0 to %lu: %s\n", limit, text);
        exit(2);
    }
    return number;
}

static struct options parse_options(int argc, char **argv)
{
    static const struct option known[] = {
        {"address", required_argument, NULL, 'a'}, {"port", required_argument, NULL, 'p'},
        {"backlog", required_argument, NULL, 'b'}, {"until-eof", no_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    struct options options = {.address = "127.0.0.1", .backlog = 4096};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'a':
            options.address = optarg;
            break;
        case 'p':
            options.port = (uint16_t)parse_number(optarg, UINT16_MAX);
            break;
        case 'b':
            options.backlog = (int)parse_number(optarg, INT16_MAX);
            break;
        case 'e':
            options.until_eof = true;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    return options;
}

/* As many descriptors as the system lets us have. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Cancels the server when standard input ends. */
struct watch_input {
    struct haul_coroutine coroutine;
    struct haul_task *server;
    int code;
};

static struct haul_step watch_input(struct haul_task *task, struct haul_coroutine *coroutine)
{
    char ignored[256];
    HAUL_BEGIN(watch_input);
    do {
        HAUL_AWAIT_CODE(self->code, haul_wait_readable(task, STDIN_FILENO));
        /* Other codes say that it never makes one wait. */
        if (self->code == HAUL_E_CANCELLED)
            HAUL_FAIL(self->code);
    } while (read(STDIN_FILENO, ignored, sizeof(ignored)) > 0);
    haul_task_cancel(self->server);
    HAUL_FINALLY;
    HAUL_END;
}

static void stop_server(void *data)
{
    haul_task_cancel(data);
}

static void announce(const struct options *options, const struct haul_listener *listener)
{
    bool is_v6 = strchr(options->address, ':') != NULL;
    printf("origin: listening on http://%s%s%s:%u/\n", is_v6 ? "[" : "", options->address, is_v6 ? "]" : "",
           haul_listener_port(listener));
    fflush(stdout);
}

static int serve_until_told(struct haul_loop *loop, const struct options *options, struct haul_listener *listener)
{
    struct haul_task *server;
    int code = haul_task_create(loop, HAUL_CALL(serve, .listener = listener), &server);
    if (code != 0)
        return code;
    code = haul_loop_add_signal_handler(loop, SIGTERM, stop_server, server);
    if (code == 0)
        code = haul_loop_add_signal_handler(loop, SIGINT, stop_server, server);
    if (code == 0 && options->until_eof)
        code = haul_task_create(loop, HAUL_CALL(watch_input, .server = server), NULL);
    if (code == 0) {
        announce(options, listener); /* not before: who reads it may send a signal at once */
        code = haul_run_until_complete(loop, haul_task_future(server));
    }
    if (code == 0)
        code = haul_future_code(haul_task_future(server));
    haul_loop_remove_signal_handler(loop, SIGTERM);
    haul_loop_remove_signal_handler(loop, SIGINT);
    haul_task_unref(server);
    return code == HAUL_E_CANCELLED ? 0 : code;
}

static int listen_and_serve(struct haul_loop *loop, const struct options *options)
{
    struct haul_listener *listener;
    int code = haul_listener_create(loop, options->address, options->port, options->backlog, &listener);
    if (code != 0)
        return code;
    code = serve_until_told(loop, options, listener);
    haul_listener_destroy(listener);
    return code;
}

int main(int argc, char **argv)
{
    struct options options = parse_options(argc, argv);
    struct haul_loop *loop;
    raise_descriptor_limit();
    int code = haul_loop_create(NULL, &loop);
    if (code == 0) {
        code = listen_and_serve(loop, &options);
        int finished = haul_loop_finish(loop);
        code = code != 0 ? code : finished;
    }
    if (code != 0)
        fprintf(stderr, "origin: %s\n", haul_error_message(code));
    return code == 0 ? 0 : 1;
}
