/* The text of --write-out: a format in the manner of curl's, with %{...} for what is known of an entry.
 *
 *     %{NAME}                       a field (output/field.h)
 *     %{json} %{header_json}        the record, and the header of the answer
 *     %header{NAME} %{header{NAME}} the first field of this name in the header
 *     %{num_headers}                how many fields the header has
 *     %{url.PIECE} %{urle.PIECE}    a piece (output/url_piece.h) of the URL that was read, of the one fetched last
 *     %{onerror}                    what follows is for entries that are not ok
 *     %{stdout} %{stderr}           where what follows goes
 *     %%                            a percent sign
 *     \n \r \t \\                   as in C
 *
 * Whatever else stands there is text, as in curl, but for a name in %{...} that there is not, and curl's %output{FILE}:
 * these are mistakes. */
#ifndef OUTPUT_WRITE_OUT_H
#define OUTPUT_WRITE_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct entry;
struct haul_request;
struct record_options;
struct text;
struct write_out;

/* Reads SIZE bytes of FORMAT. HAUL_E_INVALID: it names what there is not, and *RET_PROBLEM, the caller's to free, is
 * that name; -ENOMEM. */
int write_out_create(const char *format, size_t size, struct write_out **ret_write_out, char **ret_problem);
void write_out_destroy(struct write_out *write_out); /* NULL is fine */

/* Whether it wants headers to be kept. */
bool write_out_needs_headers(const struct write_out *write_out);

/* Appends the text for ENTRY, which has its result and was sent REQUEST (NULL: a plain GET), to OUTPUT, and what goes
 * to standard error to ERRORS. -ENOMEM. */
int write_out_append(const struct write_out *write_out, const struct entry *entry, const struct haul_request *request,
                     const struct record_options *options, struct text *output, struct text *errors);

#endif
