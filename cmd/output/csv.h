/* CSV (RFC 4180): a line with the names of the fields, and one with the values for each entry. A value in which a comma
 * or a quotation mark stands is quoted. What haul did not write itself is escaped (output/escape.h), so that a row is
 * one line whatever a list or a server says. */
#ifndef OUTPUT_CSV_H
#define OUTPUT_CSV_H

struct entry;
struct record_options;
struct text;

/* Append a line with its newline: of the fields that a record with OPTIONS has, but for headers and body. -ENOMEM, with
 * nothing appended. */
int csv_write_names(struct text *text, const struct record_options *options);
int csv_write(struct text *text, const struct entry *entry, const struct record_options *options);

#endif
