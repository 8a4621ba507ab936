#include "options/command.h"

#include <string.h>

const struct command_row command_rows[] = {
    {COMMAND_FETCH, NULL, "haul", "fetch URLs"},
    {COMMAND_COMPARE, "compare", "haul compare", "compare the modes"},
    {COMMAND_REPORT, "report", "haul report", "make pictures of saved records"},
};

const size_t command_count = sizeof(command_rows) / sizeof(command_rows[0]);

const struct command_row *command_find(const char *word)
{
    for (size_t i = 0; i < command_count; i++)
        if (word && command_rows[i].word && strcmp(word, command_rows[i].word) == 0)
            return &command_rows[i];
    return &command_rows[0];
}

const char *command_name(enum command command)
{
    size_t i = 0;
    while (i + 1 < command_count && command_rows[i].command != command)
        i++;
    return command_rows[i].name;
}
