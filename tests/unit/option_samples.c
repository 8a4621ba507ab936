#include "option_samples.h"

#include <haul/duration.h>

#include <string.h>

/* A predicate on `options`, the options that were read. */
#define SAMPLE(name, is_so)                                                                                            \
    static bool name(const struct options *options)                                                                    \
    {                                                                                                                  \
        return is_so;                                                                                                  \
    }

static bool is_same(const char *text, const char *other)
{
    return text && strcmp(text, other) == 0;
}

static bool has_one(const struct string_list *list, const char *text)
{
    return list->count == 1 && is_same(list->at[0], text);
}

/* What is sent, as far as it stands in the request. */
static bool sends(const struct options *options, const char *body)
{
    const struct haul_request *request = request_of(&options->request);
    return request && request->body && request->body_size == strlen(body) &&
           memcmp(request->body, body, request->body_size) == 0;
}

SAMPLE(has_rate, options->interval == 20 * HAUL_MILLISECOND)
SAMPLE(has_host_rate, options->host_interval == 10 * HAUL_SECOND)
SAMPLE(has_retry, options->retries == 7)
SAMPLE(has_retry_delay, options->retry_delay == 500 * HAUL_MILLISECOND)
SAMPLE(has_retry_max_time, options->retry_max_time == 2 * HAUL_MINUTE)
SAMPLE(has_retry_all_errors, options->retry_all_errors)
SAMPLE(has_retry_budget, options->retry_budget == 20)
SAMPLE(has_method, is_same(request_of(&options->request)->method, "PURGE"))
SAMPLE(has_header, is_same(request_of(&options->request)->headers[0], "X-A: b"))
SAMPLE(has_data, sends(options, "a=b"))
SAMPLE(has_encoded_data, sends(options, "a=%26"))
SAMPLE(has_json, sends(options, "{}") && options->request.is_json)
SAMPLE(has_get, options->request.is_get)
SAMPLE(has_head, is_same(request_of(&options->request)->method, "HEAD"))
SAMPLE(has_no_body, request_of(&options->request)->ends_with_header)
SAMPLE(has_user_agent, is_same(options->user_agent, "agent"))
SAMPLE(has_referer, is_same(request_of(&options->request)->referer, "http://a/") &&
                        request_of(&options->request)->refers_to_hop_before)
SAMPLE(has_user, is_same(request_of(&options->request)->user, "name:word"))
SAMPLE(has_bearer, is_same(request_of(&options->request)->bearer, "token"))
SAMPLE(has_cookie, is_same(request_of(&options->request)->cookies, "a=b"))
SAMPLE(has_cookie_jar, is_same(options->request.cookie_jar, "jar"))
SAMPLE(has_netrc, options->connections.netrc)
SAMPLE(has_auth_host, has_one(&options->request.auth_hosts, ".a.test"))
SAMPLE(has_location_trusted, request_of(&options->request)->is_trusting)
SAMPLE(has_range, is_same(request_of(&options->request)->range, "5-"))
SAMPLE(has_time_cond,
       is_same(request_of(&options->request)->headers[0], "If-Modified-Since: Sat, 21 Nov 2026 00:00:00 GMT"))
SAMPLE(has_etags, is_same(options->etags, "tags"))
SAMPLE(has_output, is_same(options->output, "{name}.html"))
SAMPLE(has_remote_name, is_same(options->output, "{name}"))
SAMPLE(has_remote_header_name, options->remote_header_name)
SAMPLE(has_output_dir, is_same(options->output_dir, "files"))
SAMPLE(has_create_dirs, options->create_dirs)
SAMPLE(has_no_clobber, options->no_clobber)
SAMPLE(has_skip_existing, options->skip_existing)
SAMPLE(has_continue_at, options->continues)
SAMPLE(has_fail_with_body, options->fail_with_body)
SAMPLE(has_fsync, options->fsync)
SAMPLE(has_sha256, options->sha256)
SAMPLE(has_newline, options->newline)
SAMPLE(has_include_body, options->include_body)
SAMPLE(has_include_headers, options->include_headers)
SAMPLE(has_deadline, options->deadline == 90 * HAUL_SECOND)
SAMPLE(has_ok_status, status_set_has(&options->ok_status, 404) && !status_set_has(&options->ok_status, 200))
SAMPLE(has_fail_on, options->fail_on.kind == FAIL_ON_ERROR && options->fail_on.limit == 5)
SAMPLE(has_journal, is_same(options->journal, "done.jsonl"))
SAMPLE(has_resume, options->resume)
SAMPLE(has_failed, is_same(options->failed, "again.txt"))
SAMPLE(has_fail_fast, options->fail_fast)
SAMPLE(has_race, options->race)
SAMPLE(has_format, options->format == FORMAT_CSV)
SAMPLE(has_record, options->is_record_full)
SAMPLE(has_trace, is_same(options->trace, "run.trace"))
SAMPLE(has_waterfall, options->waterfall)
SAMPLE(has_report, is_same(options->report, "run.html"))
SAMPLE(has_har, is_same(options->har, "run.har"))
SAMPLE(has_only, options->only == ONLY_FAILED)
SAMPLE(has_colour, options->colour == COLOUR_NEVER)
SAMPLE(has_arguments, options->arguments)
SAMPLE(has_disable, options->disable)
SAMPLE(has_progress, options->progress == PROGRESS_AS_BARS)
SAMPLE(has_summary, options->summary == SUMMARY_HOST)
SAMPLE(has_summary_json, is_same(options->summary_json, "summary.json"))
SAMPLE(has_write_out, options->write_out != NULL)
SAMPLE(has_no_private, options->no_private)
SAMPLE(has_max_filesize, options->max_filesize == INT64_C(65536))
SAMPLE(has_insecure, options->insecure)
SAMPLE(has_cacert, is_same(options->cacert, "ca.pem"))
SAMPLE(has_dns_servers, is_same(options->dns_servers, "192.0.2.1:5353,::1"))
SAMPLE(has_resolver, options->system_resolver)
SAMPLE(has_resolve, is_same(options->resolve[0], "a:80:127.0.0.1") && !options->resolve[1])
SAMPLE(has_connect_to, is_same(options->connect_to[0], "a:80:b:81") && !options->connect_to[1])
SAMPLE(has_proxy, is_same(options->connections.proxy, "http://a:81"))
SAMPLE(has_noproxy, is_same(options->connections.no_proxy, "a,b"))
SAMPLE(has_compressed, options->connections.compressed)
SAMPLE(has_cert,
       is_same(options->connections.certificate, "/dev/null") && is_same(options->connections.key_password, "word"))
SAMPLE(has_key, is_same(options->connections.key, "/dev/null"))
SAMPLE(has_ciphers, is_same(options->connections.ciphers, "A:B"))
SAMPLE(has_tls_1_2, options->connections.tls_version == HAUL_TLS_1_2)
SAMPLE(has_tls_1_3, options->connections.tls_version == HAUL_TLS_1_3)
SAMPLE(has_http_1_0, options->connections.http_version == HAUL_HTTP_1_0)
SAMPLE(has_http_1_1, options->connections.http_version == HAUL_HTTP_1_1)
SAMPLE(has_http_2, options->connections.http_version == HAUL_HTTP_2)
SAMPLE(has_http_2_prior, options->connections.http_version == HAUL_HTTP_2_PRIOR_KNOWLEDGE)
SAMPLE(has_ipv4, options->connections.ip_version == HAUL_IP_4)
SAMPLE(has_ipv6, options->connections.ip_version == HAUL_IP_6)
SAMPLE(has_interface, is_same(options->connections.interface, "lo"))
SAMPLE(has_unix_socket, is_same(options->connections.unix_socket, "/tmp/x"))
SAMPLE(has_path_as_is, options->reading.keeps_dots)
SAMPLE(has_proto, options->connections.no_http && !options->connections.no_https)
SAMPLE(has_proto_default, options->reading.implies_http)
SAMPLE(has_show_error, options->show_error)
SAMPLE(has_verbose, options->connections.verbose)
SAMPLE(has_input_format, options->input_format.is_json)
SAMPLE(has_null, options->input_format.is_null_separated)
SAMPLE(has_globoff, options->globoff)
SAMPLE(has_glob, options->glob)
SAMPLE(has_glob_max, options->glob_max == 7)
SAMPLE(has_repeat, options->repeat == 7)
SAMPLE(has_base, is_same(options->base, "http://h/") && options->input_format.has_base)
SAMPLE(has_dedupe, options->dedupe)
SAMPLE(has_dry_run, options->dry_run)
SAMPLE(has_nothing, options->command == COMMAND_FETCH)
SAMPLE(has_parallel_max, options->concurrency == 7 && options->is_concurrency_given)
SAMPLE(has_parallel_max_host, options->per_host == 7 && options->is_per_host_given)
SAMPLE(has_min_time, options->comparison.min_time == 90 * HAUL_SECOND)
SAMPLE(has_cold, options->comparison.is_cold)
SAMPLE(has_warm, options->comparison.is_warm)
SAMPLE(has_sampling, options->comparison.skip_sequential_above == 5 * HAUL_SECOND)
SAMPLE(has_any_method, options->comparison.any_method)
SAMPLE(has_export_csv, is_same(options->comparison.files[EXPORT_CSV], "figures.csv"))
SAMPLE(has_export_markdown, is_same(options->comparison.files[EXPORT_MARKDOWN], "figures.md"))
SAMPLE(has_baseline, is_same(options->comparison.baseline, "before.json"))
SAMPLE(has_max_regression, options->comparison.has_max_regression && options->comparison.max_regression == 20)

static const struct option_sample samples[] = {
    {"min-time", "1.5m", has_min_time},
    {"cold", NULL, has_cold},
    {"warm", NULL, has_warm},
    {"skip-sequential-above", "5", has_sampling},
    {"any-method", NULL, has_any_method},
    {"export-csv", "figures.csv", has_export_csv},
    {"export-markdown", "figures.md", has_export_markdown},
    {"baseline", "before.json", has_baseline},
    {"max-regression", "20%", has_max_regression},
    {"input-format", "jsonl", has_input_format},
    {"null", NULL, has_null},
    {"globoff", NULL, has_globoff},
    {"glob", NULL, has_glob},
    {"glob-max", "7", has_glob_max},
    {"repeat", "7", has_repeat},
    {"base", "http://h/", has_base},
    {"dedupe", NULL, has_dedupe},
    {"dry-run", NULL, has_dry_run},
    {"rate", "50/s", has_rate},
    {"host-rate", "6/m", has_host_rate},
    {"retry", "7", has_retry},
    {"retry-delay", "500ms", has_retry_delay},
    {"retry-max-time", "2m", has_retry_max_time},
    {"retry-all-errors", NULL, has_retry_all_errors},
    {"retry-budget", "20%", has_retry_budget},
    {"request", "PURGE", has_method},
    {"header", "X-A: b", has_header},
    {"data", "a=b", has_data},
    {"data-binary", "a=b", has_data},
    {"data-urlencode", "a=&", has_encoded_data},
    {"json", "{}", has_json},
    {"get", NULL, has_get},
    {"head", NULL, has_head},
    {"no-body", NULL, has_no_body},
    {"user-agent", "agent", has_user_agent},
    {"referer", "http://a/;auto", has_referer},
    {"user", "name:word", has_user},
    {"oauth2-bearer", "token", has_bearer},
    {"cookie", "a=b", has_cookie},
    {"cookie-jar", "jar", has_cookie_jar},
    {"netrc", NULL, has_netrc},
    {"auth-host", ".a.test", has_auth_host},
    {"location-trusted", NULL, has_location_trusted},
    {"range", "5", has_range},
    {"time-cond", "2026-11-21", has_time_cond},
    {"etags", "tags", has_etags},
    {"deadline", "1.5m", has_deadline},
    {"ok-status", "404", has_ok_status},
    {"fail-on", "error,5", has_fail_on},
    {"failed", "again.txt", has_failed},
    {"journal", "done.jsonl", has_journal},
    {"resume", NULL, has_resume},
    {"fail-fast", NULL, has_fail_fast},
    {"fail-early", NULL, has_fail_fast},
    {"race", NULL, has_race},
    {"format", "csv", has_format},
    {"progress", "bars", has_progress},
    {"summary", "host", has_summary},
    {"summary-json", "summary.json", has_summary_json},
    {"config", "/dev/null", has_arguments},
    {"disable", NULL, has_disable},
    {"write-out", "%{url}", has_write_out},
    {"only", "failed", has_only},
    {"record", "full", has_record},
    {"waterfall", NULL, has_waterfall},
    {"report", "run.html", has_report},
    {"har", "run.har", has_har},
    {"trace", "run.trace", has_trace},
    {"color", "never", has_colour},
    {"no-private", NULL, has_no_private},
    {"max-filesize", "64k", has_max_filesize},
    {"insecure", NULL, has_insecure},
    {"cacert", "ca.pem", has_cacert},
    {"dns-servers", "192.0.2.1:5353,::1", has_dns_servers},
    {"resolver", "system", has_resolver},
    {"resolve", "a:80:127.0.0.1", has_resolve},
    {"connect-to", "a:80:b:81", has_connect_to},
    {"proxy", "http://a:81", has_proxy},
    {"noproxy", "a,b", has_noproxy},
    {"compressed", NULL, has_compressed},
    {"cert", "/dev/null:word", has_cert},
    {"key", "/dev/null", has_key},
    {"ciphers", "A:B", has_ciphers},
    {"tlsv1.2", NULL, has_tls_1_2},
    {"tlsv1.3", NULL, has_tls_1_3},
    {"http1.0", NULL, has_http_1_0},
    {"http1.1", NULL, has_http_1_1},
    {"http2", NULL, has_http_2},
    {"http2-prior-knowledge", NULL, has_http_2_prior},
    {"ipv4", NULL, has_ipv4},
    {"ipv6", NULL, has_ipv6},
    {"interface", "lo", has_interface},
    {"unix-socket", "/tmp/x", has_unix_socket},
    {"path-as-is", NULL, has_path_as_is},
    {"proto", "=https", has_proto},
    {"proto-default", "http", has_proto_default},
    {"output", "{name}.html", has_output},
    {"remote-name", NULL, has_remote_name},
    {"remote-header-name", NULL, has_remote_header_name},
    {"output-dir", "files", has_output_dir},
    {"create-dirs", NULL, has_create_dirs},
    {"no-clobber", NULL, has_no_clobber},
    {"skip-existing", NULL, has_skip_existing},
    {"continue-at", "-", has_continue_at},
    {"fail-with-body", NULL, has_fail_with_body},
    {"fsync", NULL, has_fsync},
    {"sha256", NULL, has_sha256},
    {"newline", NULL, has_newline},
    {"include-body", NULL, has_include_body},
    {"include-headers", NULL, has_include_headers},
    {"show-error", NULL, has_show_error},
    {"verbose", NULL, has_verbose},
    {"fail", NULL, has_nothing},
    {"no-buffer", NULL, has_nothing},
    {"parallel", NULL, has_nothing},
    {"parallel-max", "7", has_parallel_max},
    {"parallel-max-host", "7", has_parallel_max_host},
};

const struct option_sample *option_sample_find(const char *name)
{
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        if (strcmp(samples[i].name, name) == 0)
            return &samples[i];
    return NULL;
}
