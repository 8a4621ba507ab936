#include "option_samples.h"

#include <haul/duration.h>

#include <string.h>

struct options options;

static bool has_list(void)
{
    return options.items[0].kind == SOURCE_LIST && strcmp(options.items[0].text, "urls.txt") == 0;
}

static bool has_as_completed(void)
{
    return options.mode == MODE_AS_COMPLETED;
}

static bool has_gather(void)
{
    return options.mode == MODE_GATHER;
}

static bool has_sequential(void)
{
    return options.mode == MODE_SEQUENTIAL;
}

static bool has_runs(void)
{
    return options.runs == 7;
}

static bool has_modes(void)
{
    return options.mode_count == 2 && options.modes[0] == MODE_GATHER && options.modes[1] == MODE_SEQUENTIAL;
}

static bool has_export_json(void)
{
    return strcmp(options.export_json, "figures.json") == 0;
}

static bool has_concurrency(void)
{
    return options.concurrency == 7 && options.is_concurrency_given;
}

static bool has_per_host(void)
{
    return options.per_host == 7;
}

static bool has_window(void)
{
    return options.window == 7;
}

static bool has_max_time(void)
{
    return options.max_time == 1500 * HAUL_MILLISECOND;
}

static bool has_connect_timeout(void)
{
    return options.connect_timeout == 500 * HAUL_MILLISECOND;
}

static bool has_idle_timeout(void)
{
    return options.idle_timeout == 2 * HAUL_MINUTE;
}

static bool has_location(void)
{
    return options.location;
}

static bool has_no_location(void)
{
    return !options.location;
}

static bool has_max_redirs(void)
{
    return options.max_redirs == 7;
}

static bool has_insecure(void)
{
    return options.insecure;
}

static bool has_cacert(void)
{
    return strcmp(options.cacert, "ca.pem") == 0;
}

static bool has_dns_servers(void)
{
    return strcmp(options.dns_servers, "192.0.2.1:5353,::1") == 0;
}

static bool has_resolver(void)
{
    return options.system_resolver;
}

static bool has_resolve(void)
{
    return strcmp(options.resolve[0], "a:80:127.0.0.1") == 0 && !options.resolve[1];
}

static bool has_connect_to(void)
{
    return strcmp(options.connect_to[0], "a:80:b:81") == 0 && !options.connect_to[1];
}

static bool has_deadline(void)
{
    return options.deadline == 90 * HAUL_SECOND;
}

static bool has_ok_status(void)
{
    return status_set_has(&options.ok_status, 404) && !status_set_has(&options.ok_status, 200);
}

static bool has_fail_on(void)
{
    return options.fail_on.kind == FAIL_ON_ERROR && options.fail_on.limit == 5;
}

static bool has_failed(void)
{
    return strcmp(options.failed, "again.txt") == 0;
}

static bool has_fail_fast(void)
{
    return options.fail_fast;
}

static bool has_race(void)
{
    return options.race;
}

static bool has_format(void)
{
    return options.format == FORMAT_CSV;
}

static bool has_only(void)
{
    return options.only == ONLY_FAILED;
}

static bool has_output(void)
{
    return strcmp(options.output, "{name}.html") == 0;
}

static bool has_remote_name(void)
{
    return strcmp(options.output, "{name}") == 0;
}

static bool has_output_dir(void)
{
    return strcmp(options.output_dir, "files") == 0;
}

static bool has_create_dirs(void)
{
    return options.create_dirs;
}

static bool has_no_clobber(void)
{
    return options.no_clobber;
}

static bool has_skip_existing(void)
{
    return options.skip_existing;
}

static bool has_fail_with_body(void)
{
    return options.fail_with_body;
}

static bool has_fsync(void)
{
    return options.fsync;
}

static bool has_sha256(void)
{
    return options.sha256;
}

static bool has_jsonl(void)
{
    return options.format == FORMAT_JSONL;
}

static bool has_colour(void)
{
    return options.colour == COLOUR_NEVER;
}

static bool has_body(void)
{
    return options.body;
}

static bool has_newline(void)
{
    return options.newline;
}

static bool has_include_body(void)
{
    return options.include_body;
}

static bool has_silent(void)
{
    return options.silent;
}

static bool has_summary(void)
{
    return options.summary;
}

static bool has_help(void)
{
    return options.help;
}

static bool has_version(void)
{
    return options.version;
}

const struct option_sample option_samples[] = {
    {"input", "urls.txt", has_list},
    {"as-completed", NULL, has_as_completed},
    {"gather", NULL, has_gather},
    {"sequential", NULL, has_sequential},
    {"mode", "sequential", has_sequential},
    {"runs", "7", has_runs},
    {"modes", "gather,sequential", has_modes},
    {"export-json", "figures.json", has_export_json},
    {"concurrency", "7", has_concurrency},
    {"per-host", "7", has_per_host},
    {"window", "7", has_window},
    {"max-time", "1.5", has_max_time},
    {"connect-timeout", "500ms", has_connect_timeout},
    {"idle-timeout", "2m", has_idle_timeout},
    {"deadline", "1.5m", has_deadline},
    {"location", NULL, has_location},
    {"no-location", NULL, has_no_location},
    {"max-redirs", "7", has_max_redirs},
    {"insecure", NULL, has_insecure},
    {"cacert", "ca.pem", has_cacert},
    {"dns-servers", "192.0.2.1:5353,::1", has_dns_servers},
    {"resolver", "system", has_resolver},
    {"resolve", "a:80:127.0.0.1", has_resolve},
    {"connect-to", "a:80:b:81", has_connect_to},
    {"output", "{name}.html", has_output},
    {"remote-name", NULL, has_remote_name},
    {"output-dir", "files", has_output_dir},
    {"create-dirs", NULL, has_create_dirs},
    {"no-clobber", NULL, has_no_clobber},
    {"skip-existing", NULL, has_skip_existing},
    {"fail-with-body", NULL, has_fail_with_body},
    {"fsync", NULL, has_fsync},
    {"sha256", NULL, has_sha256},
    {"ok-status", "404", has_ok_status},
    {"fail-on", "error,5", has_fail_on},
    {"failed", "again.txt", has_failed},
    {"fail-fast", NULL, has_fail_fast},
    {"fail-early", NULL, has_fail_fast},
    {"race", NULL, has_race},
    {"format", "csv", has_format},
    {"jsonl", NULL, has_jsonl},
    {"only", "failed", has_only},
    {"color", "never", has_colour},
    {"body", NULL, has_body},
    {"newline", NULL, has_newline},
    {"include-body", NULL, has_include_body},
    {"silent", NULL, has_silent},
    {"summary", NULL, has_summary},
    {"help", NULL, has_help},
    {"version", NULL, has_version},
};

const size_t option_sample_count = sizeof(option_samples) / sizeof(option_samples[0]);
