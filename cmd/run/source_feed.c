#include "run/source_feed.h"

#include "input/glob.h"
#include "input/line_request.h"
#include "output/text.h"
#include "request/query.h"
#include "run/entry.h"

#include <haul/error.h>
#include <haul/request.h>
#include <haul/result.h>
#include <haul/url.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char looks_like_json[] = "the line begins with {: JSON lines are read with --input-format jsonl";

/* Whether a line is meant as a JSON object. Where there are globs a brace may begin one. */
static bool is_object(const struct line *line, bool has_globs)
{
    size_t i = 1;
    if (line->input_size == 0 || line->input[0] != '{')
        return false;
    if (!has_globs)
        return true;
    while (i < line->input_size && (line->input[i] == ' ' || line->input[i] == '\t'))
        i++;
    return i < line->input_size && (line->input[i] == '"' || line->input[i] == '}');
}

/* Takes the line's pattern apart, if it has one. */
static int read_glob(struct source_feed *self, const char *text, size_t size)
{
    struct glob_problem problem;
    if (!glob_is_pattern(text, size))
        return 0;
    int code = glob_create(text, size, self->options.glob_max, &self->glob, &problem);
    if (code != HAUL_E_INVALID)
        return code;
    bool is_argument = self->line.kind == SOURCE_LINE_ARGUMENT;
    snprintf(self->problem_text, sizeof(self->problem_text), "glob: %s%s", problem.text,
             is_argument ? "; -g takes braces and brackets as they are" : "");
    self->problem = self->problem_text;
    return 0;
}

static bool has_wrong_pattern(const struct source_feed *self)
{
    return self->problem == self->problem_text;
}

static int read_plain(struct source_feed *self)
{
    const struct line *line = &self->line.line;
    bool is_argument = self->line.kind == SOURCE_LINE_ARGUMENT;
    bool has_globs = is_argument ? self->options.globs_in_arguments : self->options.globs_in_lists;
    if (is_object(line, has_globs))
        self->problem = looks_like_json;
    if (self->problem || !has_globs)
        return 0;
    return read_glob(self, line->input, line->input_size);
}

/* What is to be sent for a JSON line. libcurl takes the host whose cookies are sent from the field Host, and with it
 * the writer of a list could have those of any host sent to a server of his own. */
static int complete_request(struct source_feed *self)
{
    struct line_request *request = self->json.request;
    if (self->options.keeps_cookies && line_request_has_field(request, "Host")) {
        self->problem = "the field \"headers\" has Host, which would choose whose cookies are sent";
        return HAUL_E_INVALID;
    }
    return line_request_complete(request, self->options.request, &self->problem);
}

static int read_json(struct source_feed *self)
{
    struct line *line = &self->line.line;
    int code = 0;
    if (!self->problem)
        code = json_line_parse(line->input, line->input_size, &self->json);
    /* Of one that is too long not all is there. */
    else if (!(self->json.request = line_request_create(line->input, line->input_size)))
        code = -ENOMEM;
    if (code != 0)
        return code;
    /* Where no URL can be read there is none to show: the rest may hold what is nobody else's to see. */
    *line = (struct line){
        .input = self->json.url ? self->json.url : "",
        .input_size = self->json.url ? strlen(self->json.url) : 0,
        .tag = self->json.tag,
        .tag_size = self->json.tag_size,
    };
    if (self->json.problem[0] != '\0')
        self->problem = self->json.problem;
    if (!self->problem)
        code = complete_request(self);
    if (code != 0 && code != HAUL_E_INVALID)
        return code;
    if (self->problem || !self->options.globs_in_lists)
        return 0;
    return read_glob(self, line->input, line->input_size);
}

static int read_line(struct source_feed *self)
{
    int code = source_next(self->source, &self->line);
    if (code != 0)
        return code;
    self->problem = self->line.problem;
    code = self->line.kind == SOURCE_LINE_JSON ? read_json(self) : read_plain(self);
    if (code != 0)
        return code;
    self->has_line = true;
    self->repeats = self->options.repeat;
    return 0;
}

static void drop_line(struct source_feed *self)
{
    glob_destroy(self->glob);
    self->glob = NULL;
    if (self->json.request)
        json_line_finish(&self->json);
    self->has_line = false;
}

/* What is no URL has no normal form: who shows it goes by the input, which may hold any byte. */
static int refuse(struct entry *entry, const char *problem)
{
    entry->result = haul_result_create_failed(NULL, HAUL_CLASS_URL, problem);
    return entry->result ? 0 : -ENOMEM;
}

/* Reads what begins with a slash (RFC 3986, 5.2.2): before it goes what the base has before its path, or, where there
 * are two slashes, before its host. */
static int resolve(const struct source_feed *self, struct entry *entry, const char **ret_problem)
{
    const char *base = haul_url_text(self->options.base);
    bool has_host = entry->input_size > 1 && entry->input[1] == '/';
    size_t host = strcspn(base, ":") + sizeof("://") - 1;
    struct text text = {0};
    text_append(&text, base, has_host ? host - 2 : host + strcspn(base + host, "/?#"));
    text_append(&text, entry->input, entry->input_size);
    int code = -ENOMEM;
    if (!text.failed)
        code = haul_url_create_as(&self->options.reading, text.bytes, text.size, &entry->url, ret_problem);
    text_finish(&text);
    return code;
}

/* Reads the entry's URL, or gives it the result that says why it has none. */
static int read_url(const struct source_feed *self, struct entry *entry)
{
    const char *problem = self->problem;
    int code = HAUL_E_URL;
    bool is_path = self->options.base && entry->input_size > 0 && entry->input[0] == '/';
    if (!problem)
        code = is_path
                   ? resolve(self, entry, &problem)
                   : haul_url_create_as(&self->options.reading, entry->input, entry->input_size, &entry->url, &problem);
    if (code == 0 && self->options.query)
        code = query_add(&entry->url, self->options.query, &problem);
    if (code != HAUL_E_URL)
        return code;
    haul_url_destroy(entry->url);
    entry->url = NULL;
    return refuse(entry, problem);
}

/* Gives the entry the result of one that is ok and was not fetched. */
static int pass_over(const struct source_feed *self, struct entry *entry)
{
    bool has_own = entry->request && entry->request->has_own;
    const struct haul_request *request = has_own ? &entry->request->sent : self->options.request;
    const char *method = request ? request->method : NULL;
    if (!method)
        method = request && request->body ? "POST" : "GET";
    const struct haul_result result = {
        .ok = true,
        .url = haul_url_masked(entry->url),
        .method = haul_url_scheme(entry->url) == HAUL_URL_SLEEP ? NULL : method,
    };
    entry->result = haul_result_copy(&result);
    return entry->result ? 0 : -ENOMEM;
}

static int fill_entry(const struct source_feed *self, struct entry *entry)
{
    entry->index = self->count;
    entry->line = self->line.number;
    entry->is_tag_json = self->json.is_tag_json;
    entry->is_expanded = self->glob != NULL;
    entry->is_literal = self->line.kind == SOURCE_LINE_ARGUMENT && !self->options.globs_in_arguments;
    entry->is_misread = self->line.problem || (has_wrong_pattern(self) && !self->options.globs_in_lists);
    if (self->json.request)
        entry->request = line_request_ref(self->json.request);
    int code = 0;
    if (self->glob) {
        size_t count;
        const struct glob_value *values = glob_values(self->glob, &count);
        code = entry_set_globs(entry, values, count);
    }
    if (code == 0)
        code = read_url(self, entry);
    return code == 0 && self->options.is_dry_run && entry->url ? pass_over(self, entry) : code;
}

static int make_entry(const struct source_feed *self, struct entry **ret_entry)
{
    const struct line *line = &self->line.line;
    size_t size = line->input_size;
    const char *input = self->glob ? glob_text(self->glob, &size) : line->input;
    struct entry *entry = entry_create(input, size, line->tag, line->tag_size);
    if (!entry)
        return -ENOMEM;
    int code = fill_entry(self, entry);
    if (code != 0) {
        entry_destroy(entry);
        return code;
    }
    *ret_entry = entry;
    return 0;
}

/* Goes on to what the next entry is made of. */
static int step(struct source_feed *self)
{
    if (--self->repeats > 0)
        return 0;
    self->repeats = self->options.repeat;
    int code = self->glob ? glob_step(self->glob) : HAUL_E_DRAINED;
    if (code != HAUL_E_DRAINED)
        return code;
    drop_line(self);
    return 0;
}

static int next(struct feed *feed, struct entry **ret_entry)
{
    struct source_feed *self = (struct source_feed *)feed;
    int code = self->has_line ? 0 : read_line(self);
    if (code != 0)
        return code;
    struct entry *entry;
    code = make_entry(self, &entry);
    if (code != 0)
        return code;
    code = step(self);
    if (code != 0) {
        entry_destroy(entry);
        return code;
    }
    self->count++;
    *ret_entry = entry;
    return 0;
}

static struct haul_await wait_for_source(struct haul_task *task, struct feed *feed)
{
    return source_wait(task, ((struct source_feed *)feed)->source);
}

void source_feed_init(struct source_feed *feed, struct source *source, const struct source_feed_options *options)
{
    *feed =
        (struct source_feed){.feed = {.next = next, .wait = wait_for_source}, .options = *options, .source = source};
}

void source_feed_end_repeats(struct source_feed *feed)
{
    feed->options.repeat = 1;
    feed->repeats = 1;
}

void source_feed_finish(struct source_feed *feed)
{
    drop_line(feed);
}
