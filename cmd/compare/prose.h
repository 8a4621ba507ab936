/* What table, sentences and exports have in common: how numbers and URLs are written, and how lines are broken. */
#ifndef COMPARE_PROSE_H
#define COMPARE_PROSE_H

#include <stddef.h>
#include <stdint.h>

struct text;

enum { PROSE_COLUMNS = 80, PROSE_NUMBER_SIZE = 32 };

/* Writes a number, not negative, with so many decimals (0 to 6) behind a point in every locale; returns BUFFER, which
 * has PROSE_NUMBER_SIZE bytes. */
const char *prose_number(char *buffer, double number, unsigned decimals);

void prose_append_number(struct text *text, double number, unsigned decimals);

/* "0.512 s" */
void prose_append_time(struct text *text, double seconds, unsigned decimals);

/* With three figures, as ratios and rates are: "4.09", "0.75", "123". */
void prose_append_factor(struct text *text, double factor);

/* A probability: "p=0.032", "p=0.0006"; or "p<0.0001". */
void prose_append_probability(struct text *text, double probability);

/* "3 of 20 URLs" */
void prose_append_of(struct text *text, size_t part, size_t all);

/* "1 round", "5 rounds" */
void prose_append_count(struct text *text, size_t count, const char *noun);

/* As much of a URL as is shown, without a broken character at its end. */
void prose_append_url(struct text *text, const char *url);

/* "812", "98.3 kB", "1.2 GB" */
void prose_append_bytes(struct text *text, int64_t bytes);

/* How many columns SIZE bytes of UTF-8 take: its characters. */
size_t prose_width(const char *bytes, size_t size);

/* Ends a sentence: it goes to TEXT, broken where it is too long for a line, with its failure if it had one. An empty
 * one is none. */
void prose_finish(struct text *text, struct text *sentence);

#endif
