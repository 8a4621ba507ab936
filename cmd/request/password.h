/* The password of -u NAME, which is asked for on the terminal, as curl does. */
#ifndef REQUEST_PASSWORD_H
#define REQUEST_PASSWORD_H

struct request_options;

/* Completes the user of OPTIONS, which are complete otherwise, where that has no password. HAUL_E_INVALID: there is no
 * terminal to ask on, or no answer, and *RET_PROBLEM, static, says so; negative errno. A signal that ends the process
 * finds the terminal as it was. */
int password_complete(struct request_options *options, const char **ret_problem);

#endif
