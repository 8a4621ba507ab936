/* What the command line asks for. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "input/source.h"
#include "options/command.h"
#include "options/status_set.h"
#include "output/format.h"
#include "request/request.h"
#include "run/mode.h"
#include "run/verdict.h"

#include <haul/client.h>
#include <haul/url.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How servers are reached. Texts are argv's where they are const, otherwise copies. */
struct connection_options {
    char *proxy; /* NULL: the environment's; empty: none */
    const char *no_proxy;
    bool compressed;
    bool netrc;
    bool no_http;
    bool no_https;
    enum haul_http_version http_version;
    enum haul_tls_version tls_version;
    enum haul_ip_version ip_version;
    const char *ciphers;
    char *certificate;
    const char *key;
    char *key_password;
    const char *interface;
    const char *unix_socket;
    bool verbose;
};

/* A server that is compared with others, by the same paths. */
struct side_option {
    char *name;
    char *url; /* lines that begin with a slash are resolved against it */
};

enum export_kind { EXPORT_JSON, EXPORT_CSV, EXPORT_MARKDOWN, EXPORT_COUNT };

/* What is compared, and what comes of it. */
struct comparison_options {
    size_t runs; /* rounds */
    bool are_runs_given;
    int64_t min_time;            /* rounds until it is over; HAUL_NEVER: `runs` of them */
    enum mode modes[MODE_COUNT]; /* those to compare, in the order given, each once */
    size_t mode_count;
    size_t *concurrencies; /* in the order given, each once; at least one */
    size_t concurrency_count;
    struct side_option *sides; /* in the order given; none: URLs as they are listed */
    size_t side_count;
    bool is_warm;
    bool is_cold;                    /* it was asked for */
    int64_t skip_sequential_above;   /* a sequential run that takes longer is made of a sample; HAUL_NEVER: none */
    bool any_method;                 /* also one that may change something */
    const char *files[EXPORT_COUNT]; /* "-" for standard output; NULL: none */
    const char *baseline;            /* an earlier export; NULL: none */
    unsigned max_regression;         /* in percent */
    bool has_max_regression;
};

/* What some options are for. */
enum option_need { NEED_NOTHING, NEED_FILES, NEED_BODIES, NEED_RECORDS, NEED_COUNT };

struct arguments;
struct write_out;

/* All texts are those of argv, or of configuration files. Durations are nanoseconds, HAUL_NEVER for no limit. */
struct options {
    enum command command;
    bool help;
    bool version;
    bool disable;                  /* the user's configuration file was not read */
    const char *needy[NEED_COUNT]; /* for each need the first option of the command line that has it; NULL: none */
    char *idle; /* one of them does nothing: which, and what it needs, in one line; NULL: there is none */
    struct arguments *arguments; /* owned: texts of files that others may point to */

    struct source_item *items; /* URL arguments and lists, in the order given; at least one */
    size_t item_count;
    struct source_format input_format; /* of lists */
    bool globoff;
    bool glob;
    size_t glob_max;
    size_t repeat;
    char *base; /* an http or https URL; NULL: none */
    bool dedupe;
    bool dry_run;
    bool is_input_implied; /* nothing was given to read: the one item is standard input */

    enum mode mode;
    size_t concurrency;
    bool is_concurrency_given;
    bool is_concurrency_auto; /* it is found out, up to `concurrency` */
    size_t max_concurrency;   /* what that is then */
    size_t per_host;          /* 0: no limit of its own */
    bool is_per_host_given;
    size_t window;
    size_t loops;

    int64_t interval; /* 0: no rate */
    int64_t host_interval;
    size_t retries;
    int64_t retry_delay; /* HAUL_NEVER: none is given */
    int64_t retry_max_time;
    bool retry_all_errors;
    unsigned retry_budget; /* HAUL_NO_BUDGET */

    int64_t max_time;
    int64_t connect_timeout;
    int64_t idle_timeout;
    int64_t max_filesize; /* 0: no such limit */
    bool location;
    size_t max_redirs;

    struct request_options request; /* what is sent */
    const char *user_agent;         /* NULL: haul's own */

    struct connection_options connections;
    struct haul_url_reading reading; /* how URLs in lists and arguments are read */

    bool insecure;
    const char *cacert; /* NULL: the system's */
    bool system_resolver;
    const char *dns_servers; /* NULL: the system's */
    bool no_private;
    const char **resolve;    /* ends with NULL */
    const char **connect_to; /* ends with NULL */

    const char *output; /* a template for files; NULL: none. "-" is `body` */
    bool remote_name;   /* -O; becomes an `output` */
    bool remote_header_name;
    const char *output_dir; /* NULL: none */
    bool create_dirs;
    bool continues; /* -C - */
    bool no_clobber;
    bool skip_existing;
    const char *etags; /* a file; NULL: none */
    bool fsync;
    bool fail_with_body;
    bool sha256;
    bool include_body;
    bool include_headers;

    struct status_set ok_status;
    struct fail_on fail_on;
    bool fail_fast;
    bool race;
    int64_t deadline;    /* for the whole run */
    const char *failed;  /* a file; NULL: none */
    const char *journal; /* the same */
    bool resume;

    bool body;
    struct write_out *write_out; /* NULL: none */
    bool is_format_of_stdin;
    bool newline;
    enum format format;
    enum only only;
    enum colour colour;
    enum progress_kind progress;
    bool silent;
    bool show_error; /* though it is silent */
    enum summary_kind summary;
    const char *summary_json; /* a file; NULL: none */
    bool is_record_full;
    bool waterfall;
    const char *report; /* a file; NULL: none */
    const char *har;    /* the same */
    const char *trace;  /* the same */

    struct comparison_options comparison;
};

/* Reads the command line. Where --help or --version is met, what comes behind it is not looked at, and only `command`,
 * `help` and `version` count. HAUL_E_INVALID: a mistake was made, and *RET_PROBLEM, the caller's to free, says in one
 * line which, and what to do; -ENOMEM. */
int options_parse(int argc, char *const *argv, struct options *ret_options, char **ret_problem);

/* Frees what parsing made, once it gave 0. */
void options_finish(struct options *options);

#endif
