#include "output/write_out.h"

#include "output/field.h"
#include "output/record.h"
#include "output/text.h"
#include "output/url_piece.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/request.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    KIND_TEXT,
    KIND_FIELD,
    KIND_HEADER,
    KIND_URL_PIECE,       /* of the URL that was read */
    KIND_FINAL_URL_PIECE, /* of the last one that was fetched */
    KIND_NAMED,           /* from here on those that are a name alone */
    KIND_JSON = KIND_NAMED,
    KIND_HEADER_JSON,
    KIND_NUM_HEADERS,
    KIND_REFERER,
    KIND_ONERROR,
    KIND_STDOUT,
    KIND_STDERR,
    KIND_COUNT,
};

static const char *const names[KIND_COUNT] = {
    [KIND_JSON] = "json",       [KIND_HEADER_JSON] = "header_json", [KIND_NUM_HEADERS] = "num_headers",
    [KIND_ONERROR] = "onerror", [KIND_STDOUT] = "stdout",           [KIND_STDERR] = "stderr",
    [KIND_REFERER] = "referer",
};

struct piece {
    enum kind kind;
    size_t begin; /* of a text, or a header's name, in `texts` */
    size_t size;
    const struct field *field;
    enum url_piece url_piece;
};

struct write_out {
    struct piece *pieces;
    size_t count;
    char *texts; /* texts as they are written, names with a NUL behind */
    size_t size;
    bool needs_headers;
};

/* Reads a format. */
struct reader {
    struct write_out *write_out;
    const char *at;
    const char *end;
};

void write_out_destroy(struct write_out *write_out)
{
    if (write_out == NULL)
        return;
    free(write_out->pieces);
    free(write_out->texts);
    free(write_out);
}

bool write_out_needs_headers(const struct write_out *write_out)
{
    return write_out->needs_headers;
}

/* Each piece takes at least a byte of the format, and so does each byte of text, with its NUL. */
static struct piece *add_piece(struct write_out *write_out, enum kind kind)
{
    struct piece *piece = &write_out->pieces[write_out->count++];
    *piece = (struct piece){.kind = kind, .begin = write_out->size};
    return piece;
}

static void add_byte(struct write_out *write_out, char byte)
{
    bool has_text = write_out->count > 0 && write_out->pieces[write_out->count - 1].kind == KIND_TEXT;
    struct piece *piece = has_text ? &write_out->pieces[write_out->count - 1] : add_piece(write_out, KIND_TEXT);
    write_out->texts[write_out->size++] = byte;
    piece->size++;
}

static bool begins_with(const struct reader *reader, const char *word)
{
    size_t size = strlen(word);
    return (size_t)(reader->end - reader->at) >= size && memcmp(reader->at, word, size) == 0;
}

static void add_header(struct write_out *write_out, const char *name, size_t size)
{
    struct piece *piece = add_piece(write_out, KIND_HEADER);
    memcpy(write_out->texts + write_out->size, name, size);
    write_out->texts[write_out->size + size] = '\0';
    write_out->size += size + 1;
    piece->size = size;
    write_out->needs_headers = true;
}

/* A header's name in PREFIX and SUFFIX, which it steps over. False: there is none. */
static bool read_header(struct reader *reader, const char *prefix, const char *suffix)
{
    if (!begins_with(reader, prefix))
        return false;
    const char *name = reader->at + strlen(prefix);
    const char *close = memchr(name, '}', (size_t)(reader->end - name));
    if (close == NULL || close == name || (size_t)(reader->end - close) < strlen(suffix) ||
        memcmp(close, suffix, strlen(suffix)) != 0)
        return false;
    add_header(reader->write_out, name, (size_t)(close - name));
    reader->at = close + strlen(suffix);
    return true;
}

/* A name with PREFIX is that of a piece of a URL. */
static bool add_url_piece(struct write_out *write_out, const char *name, size_t size, const char *prefix,
                          enum kind kind)
{
    size_t skipped = strlen(prefix);
    enum url_piece url_piece;
    if (size < skipped || memcmp(name, prefix, skipped) != 0 ||
        !url_piece_find(name + skipped, size - skipped, &url_piece))
        return false;
    add_piece(write_out, kind)->url_piece = url_piece;
    return true;
}

static bool add_named(struct write_out *write_out, const char *name, size_t size)
{
    const struct field *field = field_find(name, size);
    if (field != NULL) {
        add_piece(write_out, KIND_FIELD)->field = field;
        return true;
    }
    for (int kind = KIND_NAMED; kind < KIND_COUNT; kind++) {
        if (strlen(names[kind]) == size && memcmp(names[kind], name, size) == 0) {
            add_piece(write_out, (enum kind)kind);
            write_out->needs_headers |= kind == KIND_HEADER_JSON || kind == KIND_NUM_HEADERS;
            return true;
        }
    }
    return add_url_piece(write_out, name, size, "url.", KIND_URL_PIECE) ||
           add_url_piece(write_out, name, size, "urle.", KIND_FINAL_URL_PIECE);
}

/* What stands behind a percent sign. HAUL_E_INVALID; -ENOMEM. */
static int read_percent(struct reader *reader, char **ret_problem)
{
    static const char file[] = "%output{";
    if (begins_with(reader, file)) {
        *ret_problem = strdup("output");
        return *ret_problem != NULL ? HAUL_E_INVALID : -ENOMEM;
    }
    if (read_header(reader, "%header{", "}") || read_header(reader, "%{header{", "}}"))
        return 0;
    const char *close = begins_with(reader, "%{") ? memchr(reader->at, '}', (size_t)(reader->end - reader->at)) : NULL;
    if (close != NULL) {
        const char *name = reader->at + 2;
        size_t size = (size_t)(close - name);
        if (!add_named(reader->write_out, name, size)) {
            *ret_problem = strndup(name, size);
            return *ret_problem != NULL ? HAUL_E_INVALID : -ENOMEM;
        }
        reader->at = close + 1;
        return 0;
    }
    bool is_sign = begins_with(reader, "%%");
    add_byte(reader->write_out, '%');
    reader->at += is_sign ? 2 : 1;
    return 0;
}

static void read_escape(struct reader *reader)
{
    static const char letters[] = "nrt\\";
    static const char meanings[] = "\n\r\t\\";
    const char *letter = reader->end - reader->at > 1 ? memchr(letters, reader->at[1], sizeof(letters) - 1) : NULL;
    add_byte(reader->write_out, letter != NULL ? meanings[letter - letters] : '\\');
    reader->at += letter != NULL ? 2 : 1;
}

static int read_format(struct reader *reader, char **ret_problem)
{
    int code = 0;
    while (reader->at < reader->end && code == 0) {
        if (*reader->at == '%')
            code = read_percent(reader, ret_problem);
        else if (*reader->at == '\\')
            read_escape(reader);
        else
            add_byte(reader->write_out, *reader->at++);
    }
    return code;
}

int write_out_create(const char *format, size_t size, struct write_out **ret_write_out, char **ret_problem)
{
    struct write_out *write_out = calloc(1, sizeof(*write_out));
    if (write_out == NULL)
        return -ENOMEM;
    write_out->pieces = calloc(size + 1, sizeof(*write_out->pieces));
    write_out->texts = malloc(size + 1);
    struct reader reader = {write_out, format, format + size};
    int code = -ENOMEM;
    if (write_out->pieces != NULL && write_out->texts != NULL)
        code = read_format(&reader, ret_problem);
    if (code != 0) {
        write_out_destroy(write_out);
        return code;
    }
    *ret_write_out = write_out;
    return 0;
}

static void append_text(struct text *text, const char *value)
{
    if (value != NULL)
        text_append_escaped(text, value, strlen(value));
}

static void append_header(struct text *text, const struct haul_result *result, const char *name)
{
    append_text(text, haul_result_header(result, name));
}

/* A password in it is masked, as in all URLs. */
static int append_referer(struct text *text, const struct haul_request *request)
{
    const char *referer = request != NULL ? request->referer : NULL;
    if (referer == NULL)
        return 0;
    size_t length = strlen(referer), room = length + sizeof("***");
    char *masked = malloc(room);
    if (masked == NULL)
        return -ENOMEM;
    haul_url_mask(referer, length, masked, room);
    append_text(text, masked);
    free(masked);
    return 0;
}

static const char *final_url(const struct haul_result *result)
{
    return result->final_url != NULL ? result->final_url : result->url;
}

/* The record without its newline. */
static int append_record(struct text *text, const struct entry *entry, const struct record_options *options)
{
    int code = record_write(text, entry, options);
    if (code == 0)
        text->size--;
    return code;
}

static int append_piece(const struct write_out *write_out, const struct piece *piece, const struct entry *entry,
                        const struct haul_request *request, const struct record_options *options, struct text *text)
{
    switch (piece->kind) {
    case KIND_TEXT:
        text_append(text, write_out->texts + piece->begin, piece->size);
        break;
    case KIND_FIELD:
        piece->field->append(text, entry, &options->epoch);
        break;
    case KIND_HEADER:
        append_header(text, entry->result, write_out->texts + piece->begin);
        break;
    case KIND_URL_PIECE:
        url_piece_append(text, entry->result->url, piece->url_piece);
        break;
    case KIND_FINAL_URL_PIECE:
        url_piece_append(text, final_url(entry->result), piece->url_piece);
        break;
    case KIND_REFERER:
        return append_referer(text, request);
    case KIND_JSON:
        return append_record(text, entry, options);
    case KIND_HEADER_JSON:
        return record_write_headers(text, entry->result);
    case KIND_NUM_HEADERS:
        text_append_unsigned(text, entry->result->header_count);
        break;
    default:
        break;
    }
    return 0;
}

int write_out_append(const struct write_out *write_out, const struct entry *entry, const struct haul_request *request,
                     const struct record_options *options, struct text *output, struct text *errors)
{
    struct text *text = output;
    int code = 0;
    for (size_t i = 0; i < write_out->count && code == 0; i++) {
        const struct piece *piece = &write_out->pieces[i];
        if (piece->kind == KIND_ONERROR && entry->result->ok)
            break;
        if (piece->kind == KIND_STDOUT || piece->kind == KIND_STDERR)
            text = piece->kind == KIND_STDOUT ? output : errors;
        code = append_piece(write_out, piece, entry, request, options, text);
    }
    return output->failed || errors->failed ? -ENOMEM : code;
}
