/* The text of --write-out: a format in the manner of curl's, with %{...} for what is known of an entry.
 *
 *     %{NAME}                       a field (output/field.h)
 *     %{json} %{header_json}        the record, and the header of the answer
 *     %header{NAME} %{header{NAME}} the first field of this name in the header
 *     %{num_headers}                how many fields the header has
 *     %{url.PIECE} %{urle.PIECE}    a piece (output/url_piece.h) of the URL that was read, of the one fetched last
 *     %{onerror}                    what follows is for entries that are not ok
 *     %{certs} %{num_certs}         what a handshake showed
 *     %{conn_id}                    the number of the connection
 *     %time{FORMAT}                 now (output/utc.h)
 *     %{stdout} %{stderr}           where what follows goes
 *     %output{FILE} %output{>>FILE} the same: a file
 *     %%                            a percent sign
 *     \n \r \t \\                   as in C
 *
 * Whatever else stands there is text, as in curl, but for a name in %{...} that there is not, and a file without a
 * name: these are mistakes. */
#ifndef OUTPUT_WRITE_OUT_H
#define OUTPUT_WRITE_OUT_H

#include <stdbool.h>
#include <stddef.h>

struct entry;
struct haul_request;
struct record_options;
struct text;
struct write_out;

/* A file that a part of the text goes to. */
struct write_out_file {
    const char *path;
    bool is_appended; /* wherever the format names it; otherwise it is emptied first */
};

/* What results have only where it is asked for. */
struct write_out_needs {
    bool headers;
    bool certs;
    bool connection;
};

/* Where the text for an entry goes. */
struct write_out_texts {
    struct text *output;
    struct text *errors;
    struct text *files; /* as many as the format has files */
};

/* Reads SIZE bytes of FORMAT. HAUL_E_INVALID: it names what there is not, and *RET_PROBLEM, the caller's to free, is
 * the part of it that does; -ENOMEM. */
int write_out_create(const char *format, size_t size, struct write_out **ret_write_out, char **ret_problem);
void write_out_destroy(struct write_out *write_out); /* NULL is fine */

struct write_out_needs write_out_needs(const struct write_out *write_out);

/* The files that it names, each once, by their INDEX. */
size_t write_out_file_count(const struct write_out *write_out);
const struct write_out_file *write_out_file(const struct write_out *write_out, size_t index);

/* Appends the text for ENTRY, which has its result and was sent REQUEST (NULL: a plain GET), to TEXTS. -ENOMEM. */
int write_out_append(const struct write_out *write_out, const struct entry *entry, const struct haul_request *request,
                     const struct record_options *options, const struct write_out_texts *texts);

#endif
