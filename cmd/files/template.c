#include "files/template.h"

#include "files/filename.h"
#include "files/tag.h"
#include "files/url_parts.h"
#include "input/glob.h"
#include "message.h"
#include "output/text.h"

#include <haul/error.h>

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { LITERAL, INDEX, LINE, STATUS, PORT, HOST, PATH, NAME, EXTENSION, TAG, TAG_VALUE, GLOB };

enum { most_digits = 20 };

/* Of the template: text, or a value. */
struct piece {
    enum kind kind;
    char *text;      /* of a literal, and the keys of a value of the tag; of a glob's, what stands there; or NULL */
    unsigned number; /* what a number is filled to with zeros; which glob, from 1 */
};

struct template
{
    char *folder;
    size_t count;
    struct piece pieces[];
};

static const struct {
    const char *name;
    enum kind kind;
    bool is_number;
} values[] = {
    {"index", INDEX, true}, {"line", LINE, true},      {"status", STATUS, true},
    {"port", PORT, true},   {"host", HOST, false},     {"path", PATH, false},
    {"name", NAME, false},  {"ext", EXTENSION, false}, {"tag", TAG, false},
};

__attribute__((format(printf, 2, 3))) static int refuse(char **ret_problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(ret_problem, format, arguments);
    va_end(arguments);
    return size < 0 ? -ENOMEM : HAUL_E_INVALID;
}

static int set_text(struct piece *piece, const char *text, size_t size)
{
    piece->text = strndup(text, size);
    return piece->text ? 0 : -ENOMEM;
}

/* ":05" */
static bool read_width(const char *text, size_t size, unsigned *ret_width)
{
    unsigned width = 0;
    if (size < 2 || size > 4 || text[0] != ':' || text[1] != '0')
        return false;
    for (size_t i = 1; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        width = 10 * width + (unsigned)(text[i] - '0');
    }
    *ret_width = width;
    return width > 0 && width <= most_digits;
}

/* What stands between the braces. HAUL_E_INVALID: that is no value. */
static int read_value(struct piece *piece, const char *text, size_t size)
{
    if (size > 4 && strncmp(text, "tag.", 4) == 0) {
        piece->kind = TAG_VALUE;
        return set_text(piece, text + 4, size - 4);
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        size_t length = strlen(values[i].name);
        if (size < length || strncmp(text, values[i].name, length) != 0)
            continue;
        piece->kind = values[i].kind;
        if (size == length || (values[i].is_number && read_width(text + length, size - length, &piece->number)))
            return 0;
    }
    return HAUL_E_INVALID;
}

/* #1, #2, ... */
static bool is_glob(const char *text)
{
    return text[0] == '#' && text[1] >= '1' && text[1] <= '9';
}

static int read_glob(struct piece *piece, const char **inout_text)
{
    const char *text = *inout_text;
    size_t size = 1 + strspn(text + 1, "0123456789");
    unsigned long number = strtoul(text + 1, NULL, 10);
    piece->kind = GLOB;
    piece->number = number < UINT_MAX ? (unsigned)number : UINT_MAX;
    *inout_text = text + size;
    return set_text(piece, text, size);
}

/* Reads text up to the next value, doubled braces as one. */
static int read_literal(struct piece *piece, const char **inout_text, char **ret_problem)
{
    const char *text = *inout_text;
    struct text literal = {0};
    int code = 0;
    while (*text != '\0' && (*text != '{' || text[1] == '{') && !is_glob(text)) {
        if (*text == '}' && text[1] != '}') {
            code = refuse(ret_problem, "a } without its {; } itself is written }}");
            break;
        }
        text_append(&literal, text, 1);
        text += *text == '{' || *text == '}' ? 2 : 1;
    }
    text_append(&literal, "", 1);
    if (code == 0)
        code = literal.failed ? -ENOMEM : set_text(piece, literal.bytes, literal.size);
    text_finish(&literal);
    *inout_text = text;
    return code;
}

static int read_piece(struct piece *piece, const char **inout_text, char **ret_problem)
{
    const char *text = *inout_text;
    if (is_glob(text))
        return read_glob(piece, inout_text);
    if (*text != '{' || text[1] == '{')
        return read_literal(piece, inout_text, ret_problem);
    size_t size = strcspn(text + 1, "}");
    if (text[1 + size] == '\0')
        return refuse(ret_problem, "a { without its }; { itself is written {{");
    int code = read_value(piece, text + 1, size);
    *inout_text = text + size + 2;
    if (code != HAUL_E_INVALID)
        return code;
    char *value = strndup(text, size + 2);
    if (!value)
        return -ENOMEM;
    code = refuse(ret_problem,
                  "there is no %s, but {index}, {index:05}, {line}, {host}, {port}, {path}, {name}, {ext}, {status}, "
                  "{tag} and {tag.KEY}",
                  excerpt(value).text);
    free(value);
    return code;
}

/* A literal has text, if only an empty one. */
static char *literal(const struct piece *piece)
{
    assert(piece->kind == LITERAL && piece->text);
    return piece->text;
}

/* Takes the folder out of the first piece. */
static int take_folder(struct template *template)
{
    struct piece *first = &template->pieces[0];
    char *text = first->kind == LITERAL ? literal(first) : NULL;
    const char *slash = text ? strrchr(text, '/') : NULL;
    template->folder = slash ? strndup(text, (size_t)(slash + 1 - text)) : strdup("");
    if (!template->folder)
        return -ENOMEM;
    if (slash)
        memmove(text, slash + 1, strlen(slash + 1) + 1);
    return 0;
}

static bool is_parent(const char *text)
{
    return strncmp(text, "..", 2) == 0 && (text[2] == '\0' || text[2] == '/');
}

/* Whether the piece, the folder taken out, goes to a folder's parent. */
static bool has_parent(const struct piece *piece, bool is_first)
{
    if (piece->kind != LITERAL)
        return false;
    for (const char *slash = literal(piece); (slash = strchr(slash, '/')); slash++)
        if (is_parent(slash + 1))
            return true;
    return is_first && is_parent(piece->text);
}

/* Whether nothing that names a file stands at the end. */
static bool is_folder(const struct template *template)
{
    const struct piece *last = &template->pieces[template->count - 1];
    if (last->kind != LITERAL)
        return false;
    const char *text = literal(last);
    const char *slash = strrchr(text, '/');
    const char *end = slash ? slash + 1 : text;
    bool is_whole = slash || template->count == 1;
    return is_whole && (*end == '\0' || strcmp(end, ".") == 0);
}

static int check(const struct template *template, char **ret_problem)
{
    for (size_t i = 0; i < template->count; i++)
        if (has_parent(&template->pieces[i], i == 0))
            return refuse(ret_problem, "it has a .. behind the folders that are written out");
    if (is_folder(template))
        return refuse(ret_problem, "it names a folder, and no file in it; try {name} behind it");
    return 0;
}

int template_create(const char *text, struct template **ret_template, char **ret_problem)
{
    /* No piece is shorter than a byte. */
    struct template *template = calloc(1, sizeof(*template) + (strlen(text) + 1) * sizeof(template->pieces[0]));
    if (!template)
        return -ENOMEM;
    int code = 0;
    do {
        code = read_piece(&template->pieces[template->count++], &text, ret_problem);
    } while (code == 0 && *text != '\0');
    if (code == 0)
        code = take_folder(template);
    if (code == 0)
        code = check(template, ret_problem);
    if (code != 0) {
        template_destroy(template);
        return code;
    }
    *ret_template = template;
    return 0;
}

void template_destroy(struct template *template)
{
    if (!template)
        return;
    for (size_t i = 0; i < template->count; i++)
        free(template->pieces[i].text);
    free(template->folder);
    free(template);
}

const char *template_folder(const struct template *template)
{
    return template->folder;
}

bool template_is_literal(const struct template *template)
{
    return template->count == 1 && template->pieces[0].kind == LITERAL;
}

bool template_needs_answer(const struct template *template, bool names_come)
{
    for (size_t i = 0; i < template->count; i++) {
        enum kind kind = template->pieces[i].kind;
        if (kind == STATUS || (names_come && (kind == NAME || kind == EXTENSION)))
            return true;
    }
    return false;
}

static void append_number(struct text *path, const struct piece *piece, uint64_t number)
{
    struct text digits = {0};
    text_append_unsigned(&digits, number);
    if (digits.size < piece->number)
        text_append_repeated(path, '0', piece->number - digits.size);
    text_append(path, digits.bytes, digits.size);
    path->failed |= digits.failed;
    text_finish(&digits);
}

static void append_part(struct text *path, struct url_part part)
{
    filename_append(path, part.at, part.size);
}

static struct url_part name_of(const struct template_values *given)
{
    return given->name ? (struct url_part){given->name, strlen(given->name)} : url_name(given->url);
}

static void append_path(struct text *path, const struct template_values *given)
{
    struct url_part part = url_path(given->url);
    struct text whole = {0};
    text_append(&whole, part.at, part.size);
    if (part.size == 0 || part.at[part.size - 1] == '/')
        text_append_string(&whole, "index.html");
    filename_append_path(path, whole.bytes, whole.size);
    path->failed |= whole.failed;
    text_finish(&whole);
}

/* Where the line has no such glob, it is text as any other, as with curl. */
static void append_glob(struct text *path, const struct piece *piece, const struct template_values *given)
{
    if (piece->number > given->glob_count)
        text_append_string(path, piece->text);
    else
        filename_append(path, given->globs[piece->number - 1].bytes, given->globs[piece->number - 1].size);
}

static int append_tag_value(struct text *path, const struct piece *piece, const struct template_values *given)
{
    struct text value = {0};
    int code = tag_append_value(&value, given->tag, given->tag_size, piece->text);
    if (code == 0)
        filename_append(path, value.bytes, value.size);
    text_finish(&value);
    return code;
}

static int append_piece(struct text *path, const struct piece *piece, const struct template_values *given)
{
    switch (piece->kind) {
    case LITERAL:
        text_append_string(path, piece->text);
        break;
    case INDEX:
        append_number(path, piece, given->index);
        break;
    case LINE:
        append_number(path, piece, given->line);
        break;
    case STATUS:
        append_number(path, piece, given->status > 0 ? (uint64_t)given->status : 0);
        break;
    case PORT:
        append_number(path, piece, strtoull(url_port(given->url).at, NULL, 10));
        break;
    case HOST:
        append_part(path, url_host(given->url));
        break;
    case PATH:
        append_path(path, given);
        break;
    case NAME:
        append_part(path, name_of(given));
        break;
    case EXTENSION:
        append_part(path, url_extension(name_of(given)));
        break;
    case TAG:
        if (given->is_tag_json)
            return append_tag_value(path, piece, given);
        filename_append(path, given->tag, given->tag_size);
        break;
    case TAG_VALUE:
        return append_tag_value(path, piece, given);
    case GLOB:
        append_glob(path, piece, given);
        break;
    }
    return 0;
}

void template_append_clean(struct text *path, const char *raw, size_t size)
{
    const char *end = raw + size;
    bool is_first = true;
    while (raw < end) {
        const char *slash = memchr(raw, '/', (size_t)(end - raw));
        size_t length = (size_t)((slash ? slash : end) - raw);
        bool is_nothing = length == 0 || (length == 1 && *raw == '.');
        if (!is_nothing) {
            if (!is_first)
                text_append(path, "/", 1);
            size_t begin = path->size;
            text_append(path, raw, length);
            filename_shorten(path, begin);
            is_first = false;
        }
        raw += length + (slash ? 1 : 0);
    }
}

int template_expand(const struct template *template, const struct template_values *given, struct text *path)
{
    struct text raw = {0};
    int code = 0;
    for (size_t i = 0; i < template->count && code == 0; i++)
        code = append_piece(&raw, &template->pieces[i], given);
    template_append_clean(path, raw.bytes, raw.size);
    if (code == 0 && (raw.failed || path->failed))
        code = -ENOMEM;
    text_finish(&raw);
    return code;
}
