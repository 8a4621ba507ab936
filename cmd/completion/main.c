/* Writes a shell's completions from the table of options, while haul is built: bash, zsh or fish. */
#include "options/option_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_of(const struct option_row *row, enum command command)
{
    return row->commands & (unsigned)command;
}

static bool is_file(const struct option_row *row)
{
    static const char *const names[] = {"FILE", "FILE[:PASSWORD]", "PATH", "DIR"};
    for (size_t i = 0; row->argument && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(row->argument, names[i]) == 0)
            return true;
    return false;
}

static void print_names(enum command command)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!is_of(row, command))
            continue;
        printf(" --%s", row->name);
        if (row->letter)
            printf(" -%c", row->letter);
    }
}

/* The words of those COMMANDS that have one. */
static void print_words(const char *between, unsigned commands)
{
    bool is_first = true;
    for (size_t i = 1; i < command_count; i++) {
        if (!(commands & (unsigned)command_rows[i].command))
            continue;
        printf("%s%s", is_first ? "" : between, command_rows[i].word);
        is_first = false;
    }
}

/* A pattern of case that has the names of ROW. */
static void print_pattern(const struct option_row *row)
{
    printf("    --%s", row->name);
    if (row->letter)
        printf(" | -%c", row->letter);
    printf(")\n");
}

static void print_bash_value(const struct option_row *row)
{
    print_pattern(row);
    if (row->choices)
        printf("        mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\")\n", row->choices);
    else if (is_file(row))
        printf("        compopt -o filenames\n        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n");
    printf("        return\n        ;;\n");
}

static void print_bash(void)
{
    printf("# bash completion for haul\n\n"
           "_haul()\n{\n"
           "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} options\n"
           "    COMPREPLY=()\n"
           /* An equals sign is a word of its own. */
           "    if [[ $word == = ]]; then\n"
           "        word=\n"
           "    elif [[ $previous == = ]]; then\n"
           "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
           "    fi\n"
           "    case $previous in\n");
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].argument)
            print_bash_value(&option_rows[i]);
    printf("    esac\n"
           "    local command=\n"
           "    [[ $COMP_CWORD -gt 1 ]] && command=${COMP_WORDS[1]}\n"
           "    case $command in\n");
    for (size_t i = 1; i < command_count; i++) {
        printf("    %s)\n        options='", command_rows[i].word);
        print_names(command_rows[i].command);
        printf("'\n        ;;\n");
    }
    printf("    *)\n        options='");
    print_names(COMMAND_FETCH);
    printf("'\n        ;;\n    esac\n"
           "    if [[ $word != -* || \" ${COMP_WORDS[*]:1:COMP_CWORD - 1} \" == *' -- '* ]]; then\n"
           "        options=\n"
           "        [[ $COMP_CWORD -eq 1 ]] && options='");
    print_words(" ", ~0U);
    printf("'\n"
           "        if [[ $command == report ]]; then\n"
           "            compopt -o filenames\n"
           "            mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
           "            return\n"
           "        fi\n"
           "    fi\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
           "}\n\n"
           "complete -F _haul haul\n");
}

/* Prints TEXT with a backslash before each character of SPECIAL, and quotes as within '...'. */
static void print_quoted(const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            printf("'\\''");
        else if (strchr(special, *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void print_zsh_option(const struct option_row *row)
{
    printf("        ");
    if (row->letter)
        printf("'*'{-%c%s,--%s%s}", row->letter, row->argument ? "+" : "", row->name, row->argument ? "=" : "");
    else
        printf("'*--%s%s'", row->name, row->argument ? "=" : "");
    printf("'[");
    print_quoted(row->help, "[]:\\");
    putchar(']');
    if (row->argument) {
        putchar(':');
        print_quoted(row->argument, ":\\");
        putchar(':');
    }
    if (row->choices)
        printf("(%s)", row->choices);
    else if (is_file(row))
        printf("_files");
    printf("' \\\n");
}

static void print_zsh_options(enum command command)
{
    for (size_t i = 0; i < option_count; i++)
        if (is_of(&option_rows[i], command))
            print_zsh_option(&option_rows[i]);
    printf(command == COMMAND_REPORT ? "        '*:FILE:_files'\n" : "        '*:URL:_urls'\n");
}

static void print_zsh(void)
{
    printf("#compdef haul\n\n"
           "local command=\n"
           "[[ $CURRENT -gt 2 ]] && command=$words[2]\n"
           "case $command in\n");
    for (size_t i = 1; i < command_count; i++) {
        printf("%s)\n    _arguments -s -S \\\n", command_rows[i].word);
        print_zsh_options(command_rows[i].command);
        printf("    ;;\n");
    }
    printf("*)\n    _arguments -s -S \\\n");
    print_zsh_options(COMMAND_FETCH);
    printf("    ;;\nesac\n");
}

/* Where an option of COMMANDS is offered. */
static void print_fish_condition(unsigned commands)
{
    unsigned all = 0;
    for (size_t i = 0; i < command_count; i++)
        all |= (unsigned)command_rows[i].command;
    if (commands == all)
        return;
    bool is_of_fetch = commands & COMMAND_FETCH;
    printf(is_of_fetch ? " -n 'not __fish_seen_subcommand_from " : " -n '__fish_seen_subcommand_from ");
    print_words(" ", is_of_fetch ? ~commands : commands);
    putchar('\'');
}

static void print_fish_option(const struct option_row *row)
{
    printf("complete -c haul");
    print_fish_condition(row->commands);
    printf(" -l %s", row->name);
    if (row->letter)
        printf(" -s %c", row->letter);
    if (row->choices)
        printf(" -x -a '%s'", row->choices);
    else if (is_file(row))
        printf(" -r -F");
    else if (row->argument)
        printf(" -x");
    printf(" -d '");
    for (const char *text = row->help; *text != '\0'; text++)
        printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
    printf("'\n");
}

static void print_fish(void)
{
    printf("# fish completion for haul\n\n"
           "complete -c haul -f\n"
           "complete -c haul -n '__fish_seen_subcommand_from report' -F\n");
    for (size_t i = 1; i < command_count; i++)
        printf("complete -c haul -n __fish_use_subcommand -a %s -d '%s'\n", command_rows[i].word,
               command_rows[i].purpose);
    for (size_t i = 0; i < option_count; i++)
        print_fish_option(&option_rows[i]);
}

int main(int argc, char **argv)
{
    const char *shell = argc > 1 ? argv[1] : "";
    if (strcmp(shell, "bash") == 0)
        print_bash();
    else if (strcmp(shell, "zsh") == 0)
        print_zsh();
    else if (strcmp(shell, "fish") == 0)
        print_fish();
    else
        return EXIT_FAILURE;
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
