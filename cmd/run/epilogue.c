#include "run/epilogue.h"

#include "message.h"
#include "output/hosts.h"
#include "output/output.h"
#include "output/replacement.h"
#include "output/summary.h"
#include "output/summary_json.h"
#include "output/text.h"

#include <haul/client.h>

#include <errno.h>
#include <unistd.h>

/* The hosts that a person will look at; a program finds all of them in the JSON. */
enum { most_hosts = 50 };

static bool wants_table(const struct options *options, uint64_t urls)
{
    if (options->summary != SUMMARY_AUTO)
        return options->summary != SUMMARY_NONE;
    return !options->silent && isatty(STDERR_FILENO) && urls > 1;
}

static bool wants_line(const struct epilogue *epilogue)
{
    const struct options *options = epilogue->options;
    if (options->summary == SUMMARY_NONE || epilogue->is_enough)
        return false;
    return !options->silent || options->show_error;
}

static void append_table(const struct epilogue *epilogue, struct text *text)
{
    struct haul_client_statistics statistics;
    haul_client_statistics(epilogue->client, &statistics);
    summary_append_table(output_summary(epilogue->output), epilogue->wall, &statistics, text);
    if (epilogue->options->summary == SUMMARY_HOST)
        hosts_append_table(output_hosts(epilogue->output), most_hosts, text);
}

void epilogue_tell(const struct epilogue *epilogue)
{
    const struct summary *summary = output_summary(epilogue->output);
    struct summary_counts counts;
    struct text text = {0};
    summary_counts(summary, &counts);
    if (wants_table(epilogue->options, counts.urls + counts.already_done)) {
        append_table(epilogue, &text);
        message_write(text.bytes, text.size);
    } else if (wants_line(epilogue)) {
        summary_append_line(summary, &text);
        if (text.size > 0)
            message("%.*s", (int)text.size, text.bytes);
    }
    text_finish(&text);
    if (counts.urls + counts.already_done == 0 && !epilogue->options->silent && epilogue->is_whole)
        message("the list is empty: nothing was fetched");
}

int epilogue_export(const struct epilogue *epilogue, struct replacement *file)
{
    struct haul_client_statistics statistics;
    struct text text = {0};
    haul_client_statistics(epilogue->client, &statistics);
    summary_json_append(output_summary(epilogue->output), epilogue->wall, &statistics, output_hosts(epilogue->output),
                        &text);
    int code = text.failed ? -ENOMEM : replacement_write(file, text.bytes, text.size);
    if (code == 0)
        code = replacement_commit(file);
    text_finish(&text);
    return code;
}
