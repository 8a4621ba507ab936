#include "request/password.h"

#include "output/text.h"
#include "request/request.h"

#include <haul/error.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Those that a terminal sends, or that end a process which waits there. */
static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { signal_count = sizeof(signals) / sizeof(signals[0]) };

/* A terminal's line is no longer (MAX_CANON and more). */
enum { longest = 4096 };

static volatile sig_atomic_t caught;

static void catch (int number)
{
    caught = number;
}

/* While the terminal does not show what is typed. */
struct hush {
    int terminal;
    struct termios settings; /* as they were */
    struct sigaction actions[signal_count];
    sigset_t mask;
};

/* The signals come while it is waited, and at no other time: none comes between a look whether there was one and the
 * wait. One that is ignored stays so. */
static int hush_begin(struct hush *hush, int terminal)
{
    struct sigaction action = {.sa_handler = catch};
    sigset_t blocked;
    *hush = (struct hush){.terminal = terminal};
    if (tcgetattr(terminal, &hush->settings) < 0)
        return -errno;
    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    caught = 0;
    for (size_t i = 0; i < signal_count; i++)
        sigaddset(&blocked, signals[i]);
    sigprocmask(SIG_BLOCK, &blocked, &hush->mask);
    for (size_t i = 0; i < signal_count; i++) {
        sigaction(signals[i], NULL, &hush->actions[i]);
        if (hush->actions[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
    struct termios settings = hush->settings;
    settings.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(terminal, TCSAFLUSH, &settings);
    return 0;
}

static void hush_end(struct hush *hush)
{
    tcsetattr(hush->terminal, TCSAFLUSH, &hush->settings);
    for (size_t i = 0; i < signal_count; i++)
        sigaction(signals[i], &hush->actions[i], NULL);
    /* What waits now has its effect. */
    sigprocmask(SIG_SETMASK, &hush->mask, NULL);
}

/* Reads a line into LINE, of at least 1 byte, without its end. -EINTR: a signal was caught; -ENODATA: the end came. */
static int read_line(const struct hush *hush, char *line, size_t room)
{
    struct pollfd typed = {.fd = hush->terminal, .events = POLLIN};
    size_t size = 0;
    for (;;) {
        if (ppoll(&typed, 1, NULL, &hush->mask) < 0) {
            if (errno == EINTR && caught == 0)
                continue;
            return -errno;
        }
        ssize_t taken = read(hush->terminal, line + size, room - size - 1);
        if (taken < 0)
            return -errno;
        size += (size_t)taken;
        char *end = memchr(line, '\n', size);
        if (!end && taken > 0 && size < room - 1)
            continue;
        if (!end && size == 0)
            return -ENODATA;
        line[end ? (size_t)(end - line) : size] = '\0';
        return 0;
    }
}

static void show(int terminal, const char *text)
{
    ssize_t ignored = write(terminal, text, strlen(text));
    (void)ignored;
}

/* Asks until there is an answer: who has stopped the process and goes on is asked again. */
static int ask(int terminal, const char *prompt, char *line, size_t room)
{
    for (;;) {
        struct hush hush;
        int code = hush_begin(&hush, terminal);
        if (code != 0)
            return code;
        show(terminal, prompt);
        code = read_line(&hush, line, room);
        show(terminal, "\n");
        hush_end(&hush);
        if (code != -EINTR)
            return code;
        raise(caught);
    }
}

static int ask_for(const char *user, int terminal, char *line, size_t room)
{
    struct text prompt = {0};
    text_append_string(&prompt, "Enter host password for user '");
    text_append_escaped(&prompt, user, strlen(user));
    text_append(&prompt, "':", sizeof("':"));
    int code = prompt.failed ? -ENOMEM : ask(terminal, prompt.bytes, line, room);
    text_finish(&prompt);
    return code;
}

static int set_password(struct request_options *options, const char *password)
{
    char *user;
    if (asprintf(&user, "%s:%s", options->user, password) < 0)
        return -ENOMEM;
    free(options->user);
    options->user = user;
    options->request.user = user;
    return 0;
}

int password_complete(struct request_options *options, const char **ret_problem)
{
    if (!options->user || strchr(options->user, ':'))
        return 0;
    if (options->bearer)
        return set_password(options, "");
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) {
        *ret_problem = "-u, --user: there is no password, and no terminal to ask for it: NAME:PASSWORD, or NAME: for "
                       "an empty one";
        return HAUL_E_INVALID;
    }
    char password[longest];
    int code = ask_for(options->user, terminal, password, sizeof(password));
    if (code == 0)
        code = set_password(options, password);
    explicit_bzero(password, sizeof(password));
    close(terminal);
    if (code == 0 || code == -ENOMEM)
        return code;
    *ret_problem = "-u, --user: the terminal gave no password";
    return HAUL_E_INVALID;
}
