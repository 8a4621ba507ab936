/* The formats in which results are written, by the names that --format takes. */
#ifndef OUTPUT_FORMAT_H
#define OUTPUT_FORMAT_H

#include <stddef.h>

enum format {
    FORMAT_DEFAULT, /* text on a terminal, tsv elsewhere; it has no name */
    FORMAT_TEXT,    /* lines with aligned columns */
    FORMAT_TSV,     /* lines with tabs */
    FORMAT_JSONL,   /* records */
    FORMAT_CSV,     /* all fields of the record, with commas, below a line with their names */
};

/* Whether lines are in colour. */
enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* What is told at the end: a table where standard error is a terminal, none, or a table in any case. */
enum summary_kind { SUMMARY_AUTO, SUMMARY_NONE, SUMMARY_TOTAL, SUMMARY_HOST };

/* What is shown on a terminal while the run goes on. */
enum progress_kind { PROGRESS_AS_LINE, PROGRESS_AS_BARS, PROGRESS_NONE };

/* Which results are written. */
enum only { ONLY_ALL, ONLY_OK, ONLY_FAILED };

/* The format that NAME names. HAUL_E_INVALID: none. */
int format_find(const char *name, enum format *ret_format);

#endif
