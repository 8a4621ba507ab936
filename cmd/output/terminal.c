#include "output/terminal.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

bool terminal_is_capable(int descriptor)
{
    const char *kind = getenv("TERM");
    return kind != NULL && kind[0] != '\0' && strcmp(kind, "dumb") != 0 && isatty(descriptor);
}

bool terminal_has_colour(int descriptor)
{
    const char *no_colour = getenv("NO_COLOR");
    return (no_colour == NULL || no_colour[0] == '\0') && terminal_is_capable(descriptor);
}

bool terminal_draw(int descriptor, const char *bytes, size_t size)
{
    struct pollfd room = {.fd = descriptor, .events = POLLOUT};
    return poll(&room, 1, 0) > 0 && write(descriptor, bytes, size) == (ssize_t)size;
}

struct terminal_size terminal_size(int descriptor)
{
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) < 0)
        size = (struct winsize){0};
    return (struct terminal_size){
        .columns = size.ws_col > 0 ? size.ws_col : 80,
        .rows = size.ws_row > 0 ? size.ws_row : 24,
    };
}

bool terminal_is_shared(int one, int other)
{
    struct stat first;
    struct stat second;
    if (!isatty(one) || !isatty(other) || fstat(one, &first) < 0 || fstat(other, &second) < 0)
        return false;
    return first.st_rdev == second.st_rdev;
}
