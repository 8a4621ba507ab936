#include "run/reports.h"

#include "input/source.h"
#include "message.h"
#include "options/options.h"
#include "output/appender.h"
#include "output/failures.h"
#include "output/journal.h"
#include "output/replacement.h"
#include "picture/pictures.h"
#include "picture/waterfall.h"
#include "run/entry.h"
#include "run/epilogue.h"
#include "run/feed.h"
#include "run/other_use.h"

#include <haul/error.h>

#include <unistd.h>

static void tell_unwritable(struct reports *reports, const char *path, int code)
{
    message("cannot write %s: %s", path, haul_error_message(code));
    reports->has_told = true;
}

static int write_message(void *data, const char *bytes, size_t size)
{
    (void)data;
    message_write(bytes, size);
    return 0;
}

/* Standard output is for the records. */
static int make_pictures(struct reports *reports)
{
    const struct waterfall_outlet outlet = {.descriptor = STDERR_FILENO, .write = write_message};
    struct picture_problem problem;
    int code = pictures_create(reports->options, &outlet, &reports->pictures, &problem);
    if (code != 0)
        tell_unwritable(reports, problem.name, problem.code);
    return code;
}

static int begin_journal(struct reports *reports)
{
    const char *path = reports->options->journal;
    const char *use = other_use(reports->options, path);
    if (!use)
        return journal_open(path, &reports->journal);
    message("cannot use the journal %s: %s", excerpt(path).text, use);
    return HAUL_E_INVALID;
}

int reports_make(struct reports *reports, const struct options *options)
{
    const char *path = options->failed;
    int code = path ? failures_create(path, options->input_format, options->glob, &reports->failures) : 0;
    reports->options = options;
    if (code == 0) {
        path = options->summary_json;
        code = path ? replacement_create(path, 0666, &reports->summary) : 0;
    }
    if (code != 0) {
        tell_unwritable(reports, path, code);
        return code;
    }
    /* Where nothing is fetched there is nothing to note. */
    if (options->journal && !options->dry_run)
        code = begin_journal(reports);
    reports->has_told |= code == HAUL_E_INVALID;
    return code == 0 && pictures_are_wanted(options) ? make_pictures(reports) : code;
}

static void save_rest(struct reports *reports, struct feed *feed, struct source *source)
{
    struct entry *entry;
    int code = 0;
    source_leave_pipes(source);
    while (code == 0 || code == HAUL_E_BUSY) {
        code = feed->next(feed, &entry);
        if (code == 0) {
            failures_add(reports->failures, entry);
            entry_destroy(entry);
        }
    }
}

static void end_failures(struct reports *reports, struct feed *feed, struct source *source)
{
    if (!reports->failures)
        return;
    if (feed)
        save_rest(reports, feed, source);
    int code = failures_commit(reports->failures);
    if (code != 0)
        tell_unwritable(reports, reports->options->failed, code);
}

static void end_summary(struct reports *reports, const struct epilogue *epilogue)
{
    int code = reports->summary ? epilogue_export(epilogue, reports->summary) : 0;
    if (code != 0)
        tell_unwritable(reports, reports->options->summary_json, code);
}

void reports_end(struct reports *reports, struct feed *feed, struct source *source, const struct epilogue *epilogue)
{
    end_failures(reports, feed, source);
    end_summary(reports, epilogue);
    struct picture_problem problem;
    if (reports->pictures && pictures_end_files(reports->pictures, &problem) != 0)
        tell_unwritable(reports, problem.name, problem.code);
}

void reports_show(struct reports *reports)
{
    struct picture_problem problem;
    if (reports->pictures && pictures_end(reports->pictures, &problem) != 0)
        tell_unwritable(reports, problem.name, problem.code);
}

bool reports_have_failed(const struct reports *reports)
{
    return reports->has_told || (reports->journal && appender_has_failed(journal_appender(reports->journal)));
}

void reports_finish(struct reports *reports)
{
    failures_destroy(reports->failures);
    replacement_destroy(reports->summary);
    pictures_destroy(reports->pictures);
    journal_close(reports->journal);
}
