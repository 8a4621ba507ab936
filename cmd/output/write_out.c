#include "output/write_out.h"

#include "output/field.h"
#include "output/record.h"
#include "output/target.h"
#include "output/text.h"
#include "output/url_piece.h"
#include "output/utc.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/request.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum kind {
    KIND_TEXT,
    KIND_FIELD,
    KIND_HEADER,
    KIND_URL_PIECE,       /* of the URL that was read */
    KIND_FINAL_URL_PIECE, /* of the last one that was fetched */
    KIND_TIME,
    KIND_NAMED, /* from here on those that are a name alone */
    KIND_JSON = KIND_NAMED,
    KIND_HEADER_JSON,
    KIND_NUM_HEADERS,
    KIND_CERTS,
    KIND_NUM_CERTS,
    KIND_CONN_ID,
    KIND_REFERER,
    KIND_STEERING, /* from here on those that say where what follows goes */
    KIND_ONERROR = KIND_STEERING,
    KIND_STDOUT,
    KIND_STDERR,
    KIND_NAMED_END,
    KIND_FILE = KIND_NAMED_END,
};

static const char *const names[KIND_NAMED_END] = {
    [KIND_JSON] = "json",
    [KIND_HEADER_JSON] = "header_json",
    [KIND_NUM_HEADERS] = "num_headers",
    [KIND_ONERROR] = "onerror",
    [KIND_STDOUT] = "stdout",
    [KIND_STDERR] = "stderr",
    [KIND_REFERER] = "referer",
    [KIND_CERTS] = "certs",
    [KIND_NUM_CERTS] = "num_certs",
    [KIND_CONN_ID] = "conn_id",
};

struct piece {
    enum kind kind;
    size_t begin; /* of a text, a header's name, or a format of time, in `texts` */
    size_t size;
    const struct field *field;
    enum url_piece url_piece;
    size_t file; /* its index */
};

struct write_out {
    struct piece *pieces;
    size_t count;
    char *texts; /* texts as they are written, names with a NUL behind */
    size_t size;
    struct write_out_file *files; /* their names are among the texts */
    size_t file_count;
    struct write_out_needs needs;
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
    free(write_out->files);
    free(write_out);
}

struct write_out_needs write_out_needs(const struct write_out *write_out)
{
    return write_out->needs;
}

size_t write_out_file_count(const struct write_out *write_out)
{
    return write_out->file_count;
}

const struct write_out_file *write_out_file(const struct write_out *write_out, size_t index)
{
    return &write_out->files[index];
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

static const char *add_name(struct write_out *write_out, const char *name, size_t size)
{
    char *added = write_out->texts + write_out->size;
    memcpy(added, name, size);
    added[size] = '\0';
    write_out->size += size + 1;
    return added;
}

/* What stands between PREFIX and SUFFIX, which it steps over. NULL: it does not stand here. */
static const char *read_between(struct reader *reader, const char *prefix, const char *suffix, size_t *ret_size)
{
    if (!begins_with(reader, prefix))
        return NULL;
    const char *name = reader->at + strlen(prefix);
    const char *close = memchr(name, '}', (size_t)(reader->end - name));
    if (close == NULL || (size_t)(reader->end - close) < strlen(suffix) || memcmp(close, suffix, strlen(suffix)) != 0)
        return NULL;
    reader->at = close + strlen(suffix);
    *ret_size = (size_t)(close - name);
    return name;
}

static bool read_time(struct reader *reader)
{
    size_t size;
    const char *format = read_between(reader, "%time{", "}", &size);
    if (format == NULL)
        return false;
    add_piece(reader->write_out, KIND_TIME);
    add_name(reader->write_out, format, size);
    return true;
}

/* A header's name in PREFIX and SUFFIX. False: there is none. */
static bool read_header(struct reader *reader, const char *prefix, const char *suffix)
{
    const char *before = reader->at;
    size_t size;
    const char *name = read_between(reader, prefix, suffix, &size);
    if (name == NULL || size == 0) {
        reader->at = before;
        return false;
    }
    add_piece(reader->write_out, KIND_HEADER)->size = size;
    add_name(reader->write_out, name, size);
    reader->write_out->needs.headers = true;
    return true;
}

/* The index of the file of PATH, among the texts, which is added where it is new. -ENOMEM. */
static int take_file(struct write_out *write_out, const char *path, bool is_appended, size_t *ret_index)
{
    size_t index = 0;
    while (index < write_out->file_count && strcmp(write_out->files[index].path, path) != 0)
        index++;
    if (index == write_out->file_count) {
        struct write_out_file *files = realloc(write_out->files, (index + 1) * sizeof(*files));
        if (files == NULL)
            return -ENOMEM;
        files[index] = (struct write_out_file){path, true};
        write_out->files = files;
        write_out->file_count++;
    }
    write_out->files[index].is_appended &= is_appended;
    *ret_index = index;
    return 0;
}

/* Standard output and error by another name are these still, so that what goes there stays in its order.
 * HAUL_E_INVALID; -ENOMEM. */
static int add_file(struct write_out *write_out, const char *name, size_t size)
{
    static const char appended[] = ">>";
    bool is_appended = size >= 2 && memcmp(name, appended, 2) == 0;
    if (is_appended) {
        name += 2;
        size -= 2;
    }
    if (size == 0 || memchr(name, '\0', size) != NULL)
        return HAUL_E_INVALID;
    const char *path = add_name(write_out, name, size);
    int descriptor = target_descriptor(path);
    if (descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO) {
        add_piece(write_out, descriptor == STDOUT_FILENO ? KIND_STDOUT : KIND_STDERR);
        return 0;
    }
    size_t index;
    int code = take_file(write_out, path, is_appended, &index);
    if (code == 0)
        add_piece(write_out, KIND_FILE)->file = index;
    return code;
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
    for (int kind = KIND_NAMED; kind < KIND_NAMED_END; kind++) {
        if (strlen(names[kind]) == size && memcmp(names[kind], name, size) == 0) {
            add_piece(write_out, (enum kind)kind);
            write_out->needs.headers |= kind == KIND_HEADER_JSON || kind == KIND_NUM_HEADERS;
            write_out->needs.certs |= kind == KIND_CERTS || kind == KIND_NUM_CERTS;
            write_out->needs.connection |= kind == KIND_CONN_ID;
            return true;
        }
    }
    return add_url_piece(write_out, name, size, "url.", KIND_URL_PIECE) ||
           add_url_piece(write_out, name, size, "urle.", KIND_FINAL_URL_PIECE);
}

static int refuse(const char *problem, size_t size, char **ret_problem)
{
    *ret_problem = strndup(problem, size);
    return *ret_problem != NULL ? HAUL_E_INVALID : -ENOMEM;
}

/* What stands behind a percent sign. HAUL_E_INVALID; -ENOMEM. */
static int read_percent(struct reader *reader, char **ret_problem)
{
    const char *begin = reader->at;
    size_t file_size;
    const char *file = read_between(reader, "%output{", "}", &file_size);
    if (file != NULL) {
        int code = add_file(reader->write_out, file, file_size);
        return code == HAUL_E_INVALID ? refuse(begin, (size_t)(reader->at - begin), ret_problem) : code;
    }
    if (read_header(reader, "%header{", "}") || read_header(reader, "%{header{", "}}") || read_time(reader))
        return 0;
    const char *close = begins_with(reader, "%{") ? memchr(reader->at, '}', (size_t)(reader->end - reader->at)) : NULL;
    if (close != NULL) {
        const char *name = reader->at + 2;
        size_t size = (size_t)(close - name);
        if (!add_named(reader->write_out, name, size))
            return refuse(reader->at, size + strlen("%{}"), ret_problem);
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

/* Lines, each escaped by itself. */
static void append_certs(struct text *text, const struct haul_result *result)
{
    for (const char *at = result->certs; at != NULL && *at != '\0';) {
        size_t size = strcspn(at, "\n");
        text_append_escaped(text, at, size);
        text_append_string(text, "\n");
        at += size + (at[size] == '\n');
    }
}

/* As in curl, -1 where there was none. */
static void append_conn_id(struct text *text, const struct haul_result *result)
{
    if (result->connection > 0)
        text_append_unsigned(text, result->connection);
    else
        text_append_string(text, "-1");
}

static void append_now(struct text *text, const char *format)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    utc_append(text, format, now);
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
    case KIND_TIME:
        append_now(text, write_out->texts + piece->begin);
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
    case KIND_CERTS:
        append_certs(text, entry->result);
        break;
    case KIND_NUM_CERTS:
        text_append_unsigned(text, entry->result->cert_count);
        break;
    case KIND_CONN_ID:
        append_conn_id(text, entry->result);
        break;
    default:
        break;
    }
    return 0;
}

static struct text *steer(const struct piece *piece, const struct write_out_texts *texts, struct text *text)
{
    switch (piece->kind) {
    case KIND_STDOUT:
        return texts->output;
    case KIND_STDERR:
        return texts->errors;
    case KIND_FILE:
        return &texts->files[piece->file];
    default:
        return text;
    }
}

int write_out_append(const struct write_out *write_out, const struct entry *entry, const struct haul_request *request,
                     const struct record_options *options, const struct write_out_texts *texts)
{
    struct text *text = texts->output;
    int code = 0;
    for (size_t i = 0; i < write_out->count && code == 0; i++) {
        const struct piece *piece = &write_out->pieces[i];
        if (piece->kind == KIND_ONERROR && entry->result->ok)
            break;
        if (piece->kind >= KIND_STEERING)
            text = steer(piece, texts, text);
        else
            code = append_piece(write_out, piece, entry, request, options, text);
    }
    bool has_failed = texts->output->failed || texts->errors->failed;
    for (size_t i = 0; i < write_out->file_count; i++)
        has_failed |= texts->files[i].failed;
    return has_failed ? -ENOMEM : code;
}
