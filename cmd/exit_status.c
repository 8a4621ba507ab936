#include "exit_status.h"

const struct exit_status_row exit_status_rows[] = {
    {EXIT_STATUS_OK, "every URL was ok"},
    {EXIT_STATUS_NOT_OK, "at least one URL was not ok"},
    {EXIT_STATUS_USAGE, "wrong usage, or a list that could not be read"},
    {EXIT_STATUS_BROKEN, "haul itself could not go on: no memory, output not written"},
    {EXIT_STATUS_INTERRUPTED, "ended by SIGINT (Ctrl-C)"},
    {EXIT_STATUS_NO_READER, "the reader of the output went away"},
    {EXIT_STATUS_TERMINATED, "ended by SIGTERM"},
};

const size_t exit_status_count = sizeof(exit_status_rows) / sizeof(exit_status_rows[0]);

/* Signals stand apart; below them the numbers are in the order in which they count. */
static int weight(enum exit_status status)
{
    return status == EXIT_STATUS_TERMINATED || status == EXIT_STATUS_INTERRUPTED ? 256 : (int)status;
}

enum exit_status exit_status_worse(enum exit_status one, enum exit_status other)
{
    return weight(other) > weight(one) ? other : one;
}
