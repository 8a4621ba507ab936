#include "exit_status.h"

#include "options/options.h"

enum {
    FETCH = COMMAND_FETCH,
    REPORT = COMMAND_REPORT,
    BOTH = COMMAND_FETCH | COMMAND_COMPARE,
    ALL = BOTH | REPORT,
};

const struct exit_status_row exit_status_rows[] = {
    {EXIT_STATUS_OK, BOTH, "every URL was ok"},
    {EXIT_STATUS_OK, REPORT, "all is made that was asked for"},
    {EXIT_STATUS_NOT_OK, BOTH, "at least one URL was not ok"},
    {EXIT_STATUS_USAGE, BOTH, "wrong usage, or a list that could not be read"},
    {EXIT_STATUS_USAGE, REPORT, "wrong usage, or a file that could not be read or is not all records"},
    {EXIT_STATUS_BROKEN, ALL, "haul itself could not go on: no memory, output not written"},
    {EXIT_STATUS_REGRESSION, COMMAND_COMPARE, "slower than the baseline, past --max-regression"},
    {EXIT_STATUS_DEADLINE, FETCH, "the time for the whole run was over"},
    {EXIT_STATUS_INTERRUPTED, BOTH, "ended by SIGINT (Ctrl-C)"},
    {EXIT_STATUS_NO_READER, ALL, "the reader of the output went away"},
    {EXIT_STATUS_TERMINATED, BOTH, "ended by SIGTERM"},
};

const size_t exit_status_count = sizeof(exit_status_rows) / sizeof(exit_status_rows[0]);

static int weight(enum exit_status status)
{
    switch (status) {
    case EXIT_STATUS_INTERRUPTED:
    case EXIT_STATUS_TERMINATED:
        return 7;
    case EXIT_STATUS_NO_READER:
        return 6;
    case EXIT_STATUS_BROKEN:
        return 5;
    case EXIT_STATUS_DEADLINE:
        return 4;
    case EXIT_STATUS_USAGE:
        return 3;
    case EXIT_STATUS_REGRESSION:
        return 2;
    case EXIT_STATUS_NOT_OK:
        return 1;
    case EXIT_STATUS_OK:
        break;
    }
    return 0;
}

enum exit_status exit_status_worse(enum exit_status one, enum exit_status other)
{
    return weight(other) > weight(one) ? other : one;
}
