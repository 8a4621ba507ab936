/* A comparison's figures as JSON, for other programs. Times are seconds on the monotonic clock, to the nanosecond.
 *
 *     {
 *       "v": 1,                    changes when a key changes its meaning or goes; keys may be added
 *       "haul": "0.1.0",
 *       "url_count": 20,
 *       "host_count": 1,           different schemes, hosts and ports; sleeps have none
 *       "concurrency": 50,         in flight at most, but for sequential
 *       "per_host": 10,            in flight for one host at most; 0: no limit of its own
 *       "connections": "fresh",    every run opened its own
 *       "rounds": 3,               asked for
 *       "rounds_complete": 3,      fewer where it was interrupted: only these are here
 *       "urls": ["http://..."],    by index; passwords masked; what is no URL as it is shown, escaped
 *       "modes": [{                in the order asked for; empty where no round is complete
 *         "mode": "gather",
 *         "wall": {"median", "min", "max"},
 *         "speedup": {"ratio", "min", "max"},    sequential's wall to this one's; null where there is none
 *         "first_out", "mean_out",               medians over the rounds
 *         "slowest": {"index", "total"},         null for an empty list
 *         "peak_in_flight", "connections", "not_ok"      the largest of a round
 *       }],
 *       "differences": [{"index": 0, "class": false, "status": true, "size": true}],
 *       "runs": [{                 round by round, in a round in the order of "modes"
 *         "mode": "gather",
 *         "round": 0,
 *         "wall", "first_out", "mean_out", "sum_of_totals",
 *         "p50", "p90", "p99",                   of the URLs' totals; null for an empty list
 *         "slowest": {"index", "total"},
 *         "peak_in_flight", "connections", "not_ok", "bytes",
 *         "urls": [{"ok": true, "status": 200, "class": null, "bytes": 98, "total": 0.05, "out": 0.05}]
 *       }]
 *     }
 *
 * Of a URL, "class" is that of its error, null where it is ok; "total" is what it took by itself, waiting for a place
 * not counted; "out" is the time from the run's start until its result had left. */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include "report/differences.h"

struct text;

/* Appends all of it, with a newline at the end. -ENOMEM. */
int export_append(struct text *text, const struct comparison *comparison, const struct differences *differences);

#endif
