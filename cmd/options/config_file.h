/* A file of options: long ones without or with their dashes, one a line, a value behind blanks or an equals sign.
 *
 *     # a comment
 *     concurrency 20
 *     user-agent = "with \"blanks\" around it "
 *     silent
 *
 * A value in quotation marks may have \" \\ \t \n \r in it; any other goes to the end of its line, without the blanks
 * around it. The file may begin with a byte order mark. */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include <stddef.h>

struct config_option {
    char *argument; /* "--name" or "--name=value" */
    size_t line;    /* from 1 */
};

struct config_file {
    struct config_option *options;
    size_t count;
};

/* Reads SIZE bytes of TEXT. HAUL_E_INVALID: there is a mistake on line *RET_LINE, and *RET_PROBLEM, static, says which;
 * -ENOMEM. */
int config_file_parse(const char *text, size_t size, struct config_file *ret_file, size_t *ret_line,
                      const char **ret_problem);
void config_file_finish(struct config_file *file);

#endif
