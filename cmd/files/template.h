/* Names of files, as -o gives them: text with values in it.
 *
 *     {index} {line} {status} {port}    numbers; {index:05} fills with zeros
 *     {host} {name} {ext} {tag}         of the URL, and of its line
 *     {path}                            of the URL, with all its folders
 *     {tag.key}                         of a tag that is a JSON object; {tag.one.two} of one inside of it
 *     #1 #2                             what the globs of the line stand for, where it has so many
 *     {{ }}                             braces
 *
 * Each value is made harmless (files/filename.h); what the template says itself is taken as it is. */
#ifndef FILES_TEMPLATE_H
#define FILES_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct glob_value;
struct haul_url;
struct template;
struct text;

/* What a name is made of; all of it borrowed. */
struct template_values {
    const struct haul_url *url;
    uint64_t index;
    uint64_t line;
    const char *tag; /* NULL: none */
    size_t tag_size;
    bool is_tag_json;
    const struct glob_value *globs; /* those of the line */
    size_t glob_count;
    int status;       /* 0 where it is not known */
    const char *name; /* what the server calls it, NULL: {name} is that of the URL */
};

/* Reads a template. HAUL_E_INVALID: it is none, and *RET_PROBLEM, the caller's to free, says why: half a sentence. A
 * template has no `..` behind a value, so that where two paths differ, so do the files. -ENOMEM. */
int template_create(const char *text, struct template **ret_template, char **ret_problem);

/* NULL is fine. */
void template_destroy(struct template *template);

/* The folder that all names are in: as much as is written out, with the slash behind; "" where it is the current one.
 * The template's. */
const char *template_folder(const struct template *template);

/* Whether it has no value: all names are this one. */
bool template_is_literal(const struct template *template);

/* Whether a value is one that only the answer gives. NAMES_COME: by servers, those of files. */
bool template_needs_answer(const struct template *template, bool names_come);

/* Appends SIZE bytes of RAW, a path, without what says nothing in it, each component as short as file systems want it.
 */
void template_append_clean(struct text *path, const char *raw, size_t size);

/* Appends the path inside of template_folder. -ENOMEM. */
int template_expand(const struct template *template, const struct template_values *values, struct text *path);

#endif
