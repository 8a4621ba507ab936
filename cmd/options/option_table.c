#include "options/option_table.h"

#include "options/option_comparison.h"
#include "options/option_connection.h"
#include "options/option_output.h"
#include "options/option_rate.h"
#include "options/option_request.h"
#include "options/option_value.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct options, member)

enum {
    FETCH = COMMAND_FETCH,
    COMPARE = COMMAND_COMPARE,
    BOTH = COMMAND_FETCH | COMMAND_COMPARE,
    SAVED = COMMAND_FETCH | COMMAND_REPORT, /* what is made of records */
    ALL = BOTH | COMMAND_REPORT,
};

/* clang-format off */
const struct option_row option_rows[] = {
    {"input", 'i', "FILE", "read URLs from FILE, one a line, - for standard input; may be repeated",
     SECTION_LISTS, BOTH, read_list, .offset = AT(items)},
    {"input-format", 0, "NAME", "how lists are written: text, the default, or jsonl: a JSON object a line",
     SECTION_LISTS, FETCH, read_input_format, .offset = AT(input_format.is_json),
     .choices = "text jsonl"},
    {"null", '0', NULL, "lines of lists end with NUL, not with a newline",
     SECTION_LISTS, BOTH, read_true, .offset = AT(input_format.is_null_separated)},
    {"globoff", 'g', NULL, "take {, }, [ and ] in URL arguments as they are",
     SECTION_LISTS, BOTH, read_true, .offset = AT(globoff)},
    {"glob", 0, NULL, "take {a,b} and [1-100] in lists as curl does in arguments",
     SECTION_LISTS, BOTH, read_true, .offset = AT(glob)},
    {"glob-max", 0, "N", "URLs that one line can stand for at most (default 100000)",
     SECTION_LISTS, BOTH, read_number, .offset = AT(glob_max), .minimum = 1, .maximum = 1000000000},
    {"repeat", 0, "N", "fetch each URL N times",
     SECTION_LISTS, BOTH, read_number, .offset = AT(repeat), .minimum = 1, .maximum = 1000000000},
    {"base", 0, "URL", "resolve lines that begin with / against URL; to compare servers, several as NAME=URL",
     SECTION_LISTS, BOTH, read_base, .offset = AT(base), .given = AT(input_format.has_base), .is_secret = true},
    {"dedupe", 0, NULL, "fetch each distinct URL once; each line has its record all the same",
     SECTION_LISTS, FETCH, read_true, .offset = AT(dedupe)},
    {"dry-run", 0, NULL, "fetch nothing: show what would be fetched",
     SECTION_LISTS, FETCH, read_true, .offset = AT(dry_run)},

    {"as-completed", 0, NULL, "side by side, each result as it finishes (the default)",
     SECTION_MODES, FETCH, read_this_mode, .offset = AT(mode), .minimum = MODE_AS_COMPLETED},
    {"gather", 0, NULL, "side by side, results in the order of the input",
     SECTION_MODES, FETCH, read_this_mode, .offset = AT(mode), .minimum = MODE_GATHER},
    {"sequential", 0, NULL, "one after another",
     SECTION_MODES, FETCH, read_this_mode, .offset = AT(mode), .minimum = MODE_SEQUENTIAL},
    {"mode", 0, "NAME", "the mode by its name: sequential, gather or as-completed",
     SECTION_MODES, FETCH, read_mode, .offset = AT(mode),
     .choices = "sequential gather as-completed"},

    {"runs", 0, "N", "rounds, each with every mode (default 5)",
     SECTION_COMPARISON, COMPARE, read_number, .offset = AT(comparison.runs), .minimum = 1, .maximum = 10000,
     .given = AT(comparison.are_runs_given)},
    {"min-time", 0, "DUR", "rounds until DUR is over, at least 5",
     SECTION_COMPARISON, COMPARE, read_duration, .offset = AT(comparison.min_time)},
    {"modes", 0, "NAMES", "of sequential, gather, as-completed and race, those to compare, with commas (default all but race)",
     SECTION_COMPARISON, COMPARE, read_modes, .offset = AT(comparison)},
    {"cold", 0, NULL, "new connections and empty caches in each run (the default)",
     SECTION_COMPARISON, COMPARE, read_true, .offset = AT(comparison.is_cold)},
    {"warm", 0, NULL, "keep connections and caches from run to run",
     SECTION_COMPARISON, COMPARE, read_true, .offset = AT(comparison.is_warm)},
    {"skip-sequential-above", 0, "DUR", "run a random sample in sequence where the list takes longer (default 60s; 0: never)",
     SECTION_COMPARISON, COMPARE, read_duration, .offset = AT(comparison.skip_sequential_above)},
    {"any-method", 0, NULL, "also compare what is no GET, HEAD or OPTIONS: each run requests it anew",
     SECTION_COMPARISON, COMPARE, read_true, .offset = AT(comparison.any_method)},
    {"export-json", 0, "FILE", "write the figures and every sample to FILE as JSON",
     SECTION_COMPARISON, COMPARE, read_text, .offset = AT(comparison.files[EXPORT_JSON])},
    {"export-csv", 0, "FILE", "write the figures to FILE as CSV, a line for each mode",
     SECTION_COMPARISON, COMPARE, read_text, .offset = AT(comparison.files[EXPORT_CSV])},
    {"export-markdown", 0, "FILE", "write the figures to FILE as a table in Markdown",
     SECTION_COMPARISON, COMPARE, read_text, .offset = AT(comparison.files[EXPORT_MARKDOWN])},
    {"baseline", 0, "FILE", "compare with what --export-json wrote to FILE before",
     SECTION_COMPARISON, COMPARE, read_text, .offset = AT(comparison.baseline)},
    {"max-regression", 0, "N%", "exit 4 where a median wall time is so much longer than the baseline's",
     SECTION_COMPARISON, COMPARE, read_percentage, .offset = AT(comparison.max_regression),
     .given = AT(comparison.has_max_regression)},

    {"concurrency", 'c', "N", "transfers in flight at most (default 50), or auto: as many as each host takes well; to compare, several with commas",
     SECTION_LIMITS, BOTH, read_concurrency, .offset = AT(concurrency), .minimum = 1, .maximum = 100000,
     .given = AT(is_concurrency_given)},
    {"max-concurrency", 0, "N", "the most that -c auto comes to, in all and for a host (default 512)",
     SECTION_LIMITS, FETCH, read_number, .offset = AT(max_concurrency), .minimum = 1, .maximum = 100000},
    {"per-host", 0, "N", "the same for one host and port, 0 for no such limit (default 10, or 0 with -c)",
     SECTION_LIMITS, BOTH, read_number, .offset = AT(per_host), .maximum = 100000, .given = AT(is_per_host_given)},
    {"window", 0, "N", "lines read at most whose result has not left (default 10000)",
     SECTION_LIMITS, BOTH, read_number, .offset = AT(window), .minimum = 1, .maximum = 100000000},
    {"loops", 0, "N", "event loops, each on a thread of its own: a number, or auto for one a processor (default 1)",
     SECTION_LIMITS, BOTH, read_loops, .offset = AT(loops), .minimum = 1, .maximum = 64},
    {"max-time", 'm', "DUR", "time for one URL with its redirects, waiting for a place not counted (default 0: no limit)",
     SECTION_LIMITS, BOTH, read_duration, .offset = AT(max_time)},
    {"connect-timeout", 0, "DUR", "time to connect, TLS included (default 30s; 0: no limit)",
     SECTION_LIMITS, BOTH, read_duration, .offset = AT(connect_timeout)},
    {"idle-timeout", 0, "DUR", "time in which nothing is received (default 60s; 0: no limit)",
     SECTION_LIMITS, BOTH, read_duration, .offset = AT(idle_timeout)},
    {"deadline", 0, "DUR", "time for the whole run; then the rest is cancelled (default 0: no limit)",
     SECTION_LIMITS, FETCH, read_duration, .offset = AT(deadline)},
    {"max-filesize", 0, "SIZE", "bytes of one body at most, decoded, as they come: 1000, 64k, 10M, 1G",
     SECTION_LIMITS, BOTH, read_size, .offset = AT(max_filesize)},

    {"rate", 0, "N/UNIT", "let go at most N a second (s), minute (m) or hour (h), evenly",
     SECTION_RATES, FETCH, read_rate, .offset = AT(interval)},
    {"host-rate", 0, "N/UNIT", "the same for each host and port",
     SECTION_RATES, FETCH, read_rate, .offset = AT(host_interval)},
    {"retry", 0, "N", "try up to N times again what failed and may well not do so again (default 0)",
     SECTION_RATES, FETCH, read_number, .offset = AT(retries), .maximum = 10000},
    {"retry-delay", 0, "DUR", "wait so long before each (default: a random part of 1s, 2s, 4s ...)",
     SECTION_RATES, FETCH, read_duration, .offset = AT(retry_delay)},
    {"retry-max-time", 0, "DUR", "try again no later than this after the first attempt began (default 0: no limit)",
     SECTION_RATES, FETCH, read_duration, .offset = AT(retry_max_time)},
    {"retry-all-errors", 0, NULL, "try again whatever failed",
     SECTION_RATES, FETCH, read_true, .offset = AT(retry_all_errors)},
    {"retry-budget", 0, "N%", "retries at most for 100 URLs, ten besides (default: no such limit)",
     SECTION_RATES, FETCH, read_percentage, .offset = AT(retry_budget)},
    {"request", 'X', "METHOD", "send METHOD, also after redirects",
     SECTION_REQUESTS, BOTH, read_text, .offset = AT(request.method)},
    {"header", 'H', "FIELD", "send this header field, \"Name: value\", or those in @FILE; may be repeated",
     SECTION_REQUESTS, BOTH, read_header, .offset = AT(request), .is_secret = true},
    {"data", 'd', "DATA", "post DATA, or @FILE without its line ends, as a form; may be repeated",
     SECTION_REQUESTS, BOTH, read_plain_data, .offset = AT(request), .is_secret = true},
    {"data-binary", 0, "DATA", "the same, with all of @FILE",
     SECTION_REQUESTS, BOTH, read_binary_data, .offset = AT(request), .is_secret = true},
    {"data-urlencode", 0, "DATA", "the same, percent-encoded: TEXT, NAME=TEXT, @FILE or NAME@FILE",
     SECTION_REQUESTS, BOTH, read_encoded_data, .offset = AT(request), .is_secret = true},
    {"json", 0, "DATA", "post DATA, or @FILE, as JSON; may be repeated",
     SECTION_REQUESTS, BOTH, read_json_data, .offset = AT(request), .is_secret = true},
    {"get", 'G', NULL, "add the data to each URL's query instead",
     SECTION_REQUESTS, BOTH, read_true, .offset = AT(request.is_get)},
    {"head", 'I', NULL, "ask for the header alone, with HEAD",
     SECTION_REQUESTS, BOTH, read_true, .offset = AT(request.is_head)},
    {"no-body", 0, NULL, "ask with GET, and end when the header is whole",
     SECTION_REQUESTS, BOTH, read_true, .offset = AT(request.ends_with_header)},
    {"user-agent", 'A', "TEXT", "the field User-Agent; an empty one is not sent",
     SECTION_REQUESTS, BOTH, read_agent, .offset = AT(user_agent)},
    {"referer", 'e', "URL", "the field Referer; with ;auto behind it, after a redirect where that came from",
     SECTION_REQUESTS, BOTH, read_referer, .offset = AT(request.referer), .is_secret = true},
    {"user", 'u', "NAME:PASSWORD", "basic authentication; a password that is not given is asked for",
     SECTION_REQUESTS, BOTH, read_user, .offset = AT(request), .is_secret = true},
    {"oauth2-bearer", 0, "TOKEN", "bearer authentication",
     SECTION_REQUESTS, BOTH, read_bearer, .offset = AT(request), .is_secret = true},
    {"cookie", 'b', "NAME=VALUE[;...]", "send these cookies, or, without =, those in a FILE; may be repeated",
     SECTION_REQUESTS, BOTH, read_cookie, .offset = AT(request), .is_secret = true},
    {"cookie-jar", 0, "FILE", "keep the cookies that servers set, and write them all to FILE at the end",
     SECTION_REQUESTS, FETCH, read_text, .offset = AT(request.cookie_jar)},
    {"netrc", 'n', NULL, "credentials by host from ~/.netrc",
     SECTION_REQUESTS, BOTH, read_true, .offset = AT(connections.netrc)},
    {"auth-host", 0, "HOST", "credentials are for this host alone, or for all below .example.com; may be repeated",
     SECTION_REQUESTS, BOTH, read_auth_host, .offset = AT(request.auth_hosts)},
    {"location-trusted", 0, NULL, "credentials also follow redirects to other origins",
     SECTION_REQUESTS, BOTH, read_true, .offset = AT(request.is_trusting)},
    {"range", 'r', "RANGE", "ask for these bytes of the body: 0-99, 100-, -50",
     SECTION_REQUESTS, BOTH, read_range, .offset = AT(request.range)},
    {"time-cond", 'z', "DATE", "ask for what has changed since DATE, or since a file of that name; -DATE: what has not",
     SECTION_REQUESTS, FETCH, read_time_condition, .offset = AT(request)},
    {"etags", 0, "FILE", "ask for what has changed since its entity tag was noted in FILE, and note those that come",
     SECTION_REQUESTS, FETCH, read_text, .offset = AT(etags)},

    {"location", 'L', NULL, "follow redirects (the default)",
     SECTION_CONNECTIONS, BOTH, read_true, .offset = AT(location)},
    {"no-location", 0, NULL, "do not: a redirect is the result",
     SECTION_CONNECTIONS, BOTH, read_false, .offset = AT(location)},
    {"max-redirs", 0, "N", "redirects followed for one URL at most (default 10)",
     SECTION_CONNECTIONS, BOTH, read_number, .offset = AT(max_redirs), .maximum = 1000},
    {"insecure", 'k', NULL, "do not verify certificates",
     SECTION_CONNECTIONS, BOTH, read_true, .offset = AT(insecure)},
    {"cacert", 0, "FILE", "verify certificates against those in FILE (PEM)",
     SECTION_CONNECTIONS, BOTH, read_text, .offset = AT(cacert)},
    {"dns-servers", 0, "ADDRESS[:PORT][,...]", "ask these name servers instead of the system's",
     SECTION_CONNECTIONS, BOTH, read_dns_servers, .offset = AT(dns_servers)},
    {"resolver", 0, "NAME", "haul for its own, the default, or system: the C library's, a thread for each lookup",
     SECTION_CONNECTIONS, BOTH, read_resolver, .offset = AT(system_resolver),
     .choices = "haul system"},
    {"resolve", 0, "HOST:PORT:ADDRESS[,ADDRESS]", "use these addresses for HOST and PORT, as curl does; may be repeated",
     SECTION_CONNECTIONS, BOTH, read_resolve, .offset = AT(resolve)},
    {"connect-to", 0, "HOST1:PORT1:HOST2:PORT2", "connect to HOST2 and PORT2 instead, as curl does; may be repeated",
     SECTION_CONNECTIONS, BOTH, read_connect_to, .offset = AT(connect_to)},

    {"proxy", 'x', "URL", "go by this proxy; an empty one is none (default: as the environment says)",
     SECTION_CONNECTIONS, BOTH, read_proxy, .offset = AT(connections.proxy), .is_secret = true},
    {"noproxy", 0, "HOSTS", "hosts that go without a proxy, with commas between them, or *",
     SECTION_CONNECTIONS, BOTH, read_any_text, .offset = AT(connections.no_proxy)},
    {"compressed", 0, NULL, "ask for compressed bodies, and decode them",
     SECTION_CONNECTIONS, BOTH, read_true, .offset = AT(connections.compressed)},
    {"cert", 0, "FILE[:PASSWORD]", "show this certificate (PEM) to servers that ask",
     SECTION_CONNECTIONS, BOTH, read_certificate, .offset = AT(connections.certificate), .is_secret = true},
    {"key", 0, "FILE", "its key (default: in the same file)",
     SECTION_CONNECTIONS, BOTH, read_file, .offset = AT(connections.key)},
    {"ciphers", 0, "LIST", "the ciphers for TLS up to 1.2, as OpenSSL names them",
     SECTION_CONNECTIONS, BOTH, read_text, .offset = AT(connections.ciphers)},
    {"tlsv1.2", 0, NULL, "TLS 1.2 or later",
     SECTION_CONNECTIONS, BOTH, read_tls_version, .offset = AT(connections.tls_version), .minimum = HAUL_TLS_1_2},
    {"tlsv1.3", 0, NULL, "TLS 1.3 or later",
     SECTION_CONNECTIONS, BOTH, read_tls_version, .offset = AT(connections.tls_version), .minimum = HAUL_TLS_1_3},
    {"http1.0", 0, NULL, "speak HTTP/1.0",
     SECTION_CONNECTIONS, BOTH, read_http_version, .offset = AT(connections.http_version), .minimum = HAUL_HTTP_1_0},
    {"http1.1", 0, NULL, "speak HTTP/1.1",
     SECTION_CONNECTIONS, BOTH, read_http_version, .offset = AT(connections.http_version), .minimum = HAUL_HTTP_1_1},
    {"http2", 0, NULL, "offer HTTP/2 without TLS, too (the default is to offer it with TLS)",
     SECTION_CONNECTIONS, BOTH, read_http_version, .offset = AT(connections.http_version), .minimum = HAUL_HTTP_2},
    {"http2-prior-knowledge", 0, NULL, "speak HTTP/2 without asking",
     SECTION_CONNECTIONS, BOTH, read_http_version, .offset = AT(connections.http_version),
     .minimum = HAUL_HTTP_2_PRIOR_KNOWLEDGE},
    {"http3", 0, NULL, "speak HTTP/3 with https, where libcurl can",
     SECTION_CONNECTIONS, BOTH, read_http_version, .offset = AT(connections.http_version), .minimum = HAUL_HTTP_3},
    {"ipv4", '4', NULL, "connect to IPv4 addresses only",
     SECTION_CONNECTIONS, BOTH, read_ip_version, .offset = AT(connections.ip_version), .minimum = HAUL_IP_4},
    {"ipv6", '6', NULL, "connect to IPv6 addresses only",
     SECTION_CONNECTIONS, BOTH, read_ip_version, .offset = AT(connections.ip_version), .minimum = HAUL_IP_6},
    {"no-private", 0, NULL, "refuse addresses that are not of the public internet, whatever names them",
     SECTION_CONNECTIONS, BOTH, read_true, .offset = AT(no_private)},
    {"interface", 0, "NAME", "connect from this interface or address",
     SECTION_CONNECTIONS, BOTH, read_text, .offset = AT(connections.interface)},
    {"unix-socket", 0, "PATH", "connect to this socket, whatever host a URL names",
     SECTION_CONNECTIONS, BOTH, read_text, .offset = AT(connections.unix_socket)},
    {"path-as-is", 0, NULL, "leave /../ and /./ in the paths of URLs",
     SECTION_CONNECTIONS, BOTH, read_true, .offset = AT(reading.keeps_dots)},
    {"proto", 0, "PROTOCOLS", "the protocols to use, as curl reads them: =https for https alone",
     SECTION_CONNECTIONS, BOTH, read_protocols, .offset = AT(connections)},
    {"proto-default", 0, "PROTOCOL", "the protocol of URLs without one: http or https (the default)",
     SECTION_CONNECTIONS, BOTH, read_protocol, .offset = AT(reading),
     .choices = "http https"},

    {"output", 'o', "TEMPLATE", "write each body to a file: text with {name}, {host}/{path}, {index:05}, ...; or all to -",
     SECTION_FILES, FETCH, read_template, .offset = AT(output)},
    {"remote-name", 'O', NULL, "write each body to a file with the name that the URL ends with",
     SECTION_FILES, FETCH, read_true, .offset = AT(remote_name)},
    {"remote-header-name", 'J', NULL, "the name is what the server says, where it does",
     SECTION_FILES, FETCH, read_true, .offset = AT(remote_header_name), .need = NEED_FILES},
    {"output-dir", 0, "DIR", "put the files in DIR",
     SECTION_FILES, FETCH, read_text, .offset = AT(output_dir), .need = NEED_FILES},
    {"create-dirs", 0, NULL, "make folders that are missing",
     SECTION_FILES, FETCH, read_true, .offset = AT(create_dirs), .need = NEED_FILES},
    {"no-clobber", 0, NULL, "replace no file: where there is one, the new one gets a number behind its name",
     SECTION_FILES, FETCH, read_true, .offset = AT(no_clobber), .need = NEED_FILES},
    {"skip-existing", 0, NULL, "do not fetch a URL whose file is there",
     SECTION_FILES, FETCH, read_true, .offset = AT(skip_existing), .need = NEED_FILES},
    {"continue-at", 'C', "-", "go on with files that an earlier run has left, and skip those that are whole",
     SECTION_FILES, FETCH, read_continue, .offset = AT(continues), .need = NEED_FILES},
    {"fail-with-body", 0, NULL, "write the bodies of answers with a status of 400 or more, too",
     SECTION_FILES, FETCH, read_true, .offset = AT(fail_with_body)},
    {"fsync", 0, NULL, "a file is on the disk before its URL is done",
     SECTION_FILES, FETCH, read_true, .offset = AT(fsync), .need = NEED_FILES},
    {"sha256", 0, NULL, "the record has the digest of the file",
     SECTION_FILES, FETCH, read_true, .offset = AT(sha256)},

    {"ok-status", 0, "LIST", "the statuses that are ok, as 200-299,404 (default 100-399)",
     SECTION_FAILURES, FETCH, read_statuses, .offset = AT(ok_status)},
    {"fail-on", 0, "LIST", "what makes the exit status 1: http (the default), error, never, more than N or N%, empty",
     SECTION_FAILURES, FETCH, read_fail_on, .offset = AT(fail_on)},
    {"failed", 0, "FILE", "write the lines of what was not ok to FILE, to be fed again",
     SECTION_FAILURES, FETCH, read_text, .offset = AT(failed)},
    {"journal", 0, "FILE", "append every record to FILE as JSON, whatever is written otherwise",
     SECTION_FAILURES, FETCH, read_text, .offset = AT(journal)},
    {"resume", 0, NULL, "fetch nothing whose last record in the journal is ok",
     SECTION_FAILURES, FETCH, read_true, .offset = AT(resume)},
    {"fail-fast", 0, NULL, "the first failure cancels the rest",
     SECTION_FAILURES, FETCH, read_true, .offset = AT(fail_fast)},
    {"fail-early", 0, NULL, "the same, as curl calls it",
     SECTION_FAILURES, FETCH, read_true, .offset = AT(fail_fast)},
    {"race", 0, NULL, "the first success wins, and cancels the rest",
     SECTION_FAILURES, FETCH, read_true, .offset = AT(race)},

    {"format", 0, "NAME", "text, tsv, jsonl or csv (default text on a terminal, tsv elsewhere)",
     SECTION_OUTPUT, FETCH, read_format, .offset = AT(format),
     .choices = "text tsv jsonl csv"},
    {"jsonl", 'j', NULL, "write one JSON object a URL: --format jsonl",
     SECTION_OUTPUT, FETCH, read_this_format, .offset = AT(format), .minimum = FORMAT_JSONL},
    {"write-out", 'w', "FORMAT", "write FORMAT, or that in @FILE, for each URL: text with %{http_code}, %{json} and more",
     SECTION_OUTPUT, FETCH, read_write_out, .offset = AT(write_out)},
    {"only", 0, "KIND", "write only what is ok, or only what is failed",
     SECTION_OUTPUT, FETCH, read_only, .offset = AT(only),
     .choices = "ok failed"},
    {"color", 0, "WHEN", "text in colour: auto (the default), always or never",
     SECTION_OUTPUT, ALL, read_colour, .offset = AT(colour),
     .choices = "auto always never"},
    {"body", 0, NULL, "write the bodies, whole and unmixed, and no lines",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(body)},
    {"newline", 0, NULL, "end each body of --body with a newline where it has none",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(newline), .need = NEED_BODIES},
    {"include-body", 0, NULL, "put the body into the JSON object",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(include_body), .need = NEED_RECORDS},
    {"include-headers", 0, NULL, "put the fields of the answer's header into the JSON object",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(include_headers), .need = NEED_RECORDS},
    {"progress", 0, "MODE", "on a terminal: line (the default), bars for the longest transfers as well, or none",
     SECTION_OUTPUT, FETCH, read_progress, .offset = AT(progress),
     .choices = "line bars none"},
    {"silent", 's', NULL, "no progress, no summary",
     SECTION_OUTPUT, BOTH, read_true, .offset = AT(silent)},
    {"show-error", 'S', NULL, "with -s, say all the same that not everything was ok",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(show_error)},
    {"verbose", 'v', NULL, "write the headers, and what goes on, to standard error",
     SECTION_OUTPUT, FETCH, read_true, .offset = AT(connections.verbose)},
    {"summary", 0, "KIND", "none, total, or host for a table of the hosts, too (default total on a terminal)",
     SECTION_OUTPUT, FETCH, read_summary, .offset = AT(summary),
     .choices = "none total host"},
    {"summary-json", 0, "FILE", "write the summary to FILE as JSON",
     SECTION_OUTPUT, FETCH, read_text, .offset = AT(summary_json)},

    {"record", 0, "KIND", "what JSON objects have: short, the default, or full: hops and headers, too",
     SECTION_OUTPUT, FETCH, read_record, .offset = AT(is_record_full),
     .choices = "short full", .need = NEED_RECORDS},

    {"waterfall", 0, NULL, "show when each URL was queued, connected, waited and transferred, as bars",
     SECTION_PICTURES, ALL, read_true, .offset = AT(waterfall)},
    {"report", 0, "FILE", "write a report to FILE: a page of HTML with figures, waterfall and failures",
     SECTION_PICTURES, ALL, read_text, .offset = AT(report)},
    {"har", 0, "FILE", "write all requests to FILE as an HTTP archive, for the network panel of a browser",
     SECTION_PICTURES, SAVED, read_text, .offset = AT(har)},
    {"trace", 0, "FILE", "write what went on to FILE as trace events, for Perfetto",
     SECTION_PICTURES, SAVED, read_text, .offset = AT(trace)},

    {"config", 'K', "FILE", "read options from FILE: long ones, one a line; may be repeated",
     SECTION_OTHER, ALL, read_nothing, .offset = AT(arguments)},
    {"disable", 'q', NULL, "do not read ~/.config/haul/config",
     SECTION_OTHER, ALL, read_true, .offset = AT(disable)},
    {"help", 'h', NULL, "show this help",
     SECTION_OTHER, ALL, read_true, .offset = AT(help)},
    {"version", 'V', NULL, "show the version, and those of the libraries",
     SECTION_OTHER, ALL, read_true, .offset = AT(version)},

    {"fail", 'f', NULL, "a status of 400 or more is a failure, as always",
     SECTION_CURL, FETCH, read_nothing, .offset = AT(command)},
    {"no-buffer", 'N', NULL, "results are written when they are there, as always",
     SECTION_CURL, FETCH, read_nothing, .offset = AT(command)},
    {"parallel", 'Z', NULL, "side by side, as by default",
     SECTION_CURL, FETCH, read_nothing, .offset = AT(command)},
    {"parallel-max", 0, "N", "the same as -c, --concurrency",
     SECTION_CURL, FETCH, read_number, .offset = AT(concurrency), .minimum = 1, .maximum = 100000,
     .given = AT(is_concurrency_given)},
    {"parallel-max-host", 0, "N", "the same as --per-host",
     SECTION_CURL, FETCH, read_number, .offset = AT(per_host), .maximum = 100000, .given = AT(is_per_host_given)},
};
/* clang-format on */

const size_t option_count = sizeof(option_rows) / sizeof(option_rows[0]);

static const char *const titles[SECTION_COUNT] = {
    [SECTION_LISTS] = "Lists",
    [SECTION_MODES] = "Modes",
    [SECTION_COMPARISON] = "Comparison",
    [SECTION_RATES] = "Rates and retries",
    [SECTION_REQUESTS] = "Requests",
    [SECTION_LIMITS] = "Limits (durations DUR as 1.5, 500ms, 20s, 2m)",
    [SECTION_CONNECTIONS] = "Connections",
    [SECTION_FAILURES] = "Failures",
    [SECTION_FILES] = "Files",
    [SECTION_OUTPUT] = "Output",
    [SECTION_PICTURES] = "Pictures",
    [SECTION_OTHER] = "Other",
    [SECTION_CURL] = "Accepted for users of curl",
};

const char *option_section_title(enum option_section section)
{
    return titles[section];
}

const struct option_row *option_find(const char *name, size_t size)
{
    for (size_t i = 0; i < option_count; i++)
        if (strlen(option_rows[i].name) == size && memcmp(option_rows[i].name, name, size) == 0)
            return &option_rows[i];
    return NULL;
}

const struct option_row *option_find_letter(char letter)
{
    for (size_t i = 0; i < option_count; i++)
        if (option_rows[i].letter != '\0' && option_rows[i].letter == letter)
            return &option_rows[i];
    return NULL;
}

enum { longest_name = 31, farthest = 3 };

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* How many letters have to be put in, taken out or changed to make one of the other (Levenshtein). OTHER is at most
 * longest_name long. */
static size_t edit_distance(const char *name, size_t size, const char *other)
{
    size_t columns = strlen(other);
    size_t row[longest_name + 1];
    for (size_t column = 0; column <= columns; column++)
        row[column] = column;
    for (size_t i = 0; i < size; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t column = 1; column <= columns; column++) {
            size_t above = row[column];
            row[column] = smallest(above + 1, row[column - 1] + 1, diagonal + (name[i] != other[column - 1]));
            diagonal = above;
        }
    }
    return row[columns];
}

const char *option_find_near(const char *name, size_t size, enum command command)
{
    const char *nearest = NULL;
    /* Of a short word hardly a letter would be left. */
    size_t nearest_distance = (size / 4 + 1 < farthest ? size / 4 + 1 : farthest) + 1;
    if (size == 0 || size > longest_name)
        return NULL;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->commands & (unsigned)command))
            continue;
        size_t distance = strncmp(row->name, name, size) == 0 ? 0 : edit_distance(name, size, row->name);
        if (distance < nearest_distance) {
            nearest = row->name;
            nearest_distance = distance;
        }
    }
    return nearest;
}
