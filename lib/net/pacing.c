/* A listen queue that is full drops the SYN without a word, and the kernel sends it again only after a second. So a
 * hundred connections may be opened at once (every server's queue holds that many), and from then on so many a
 * millisecond. Ten to begin with is what one busy accepting process takes with ease; each quick handshake says that
 * there is room for a little more, up to forty, and one that took as long as a SYN that was sent again halves the
 * rate, down to one in four milliseconds.
 *
 * It is a leaky bucket kept as a single point in time (the generic cell rate algorithm): who comes gets a moment of his
 * own, in the order of coming, and sleeps until then; there is no queue, and nothing to wake. A cancelled sleeper's
 * moment is lost, which does no harm. */
#include "net/pacing.h"

enum { burst = 100 };

static const int64_t first_interval = HAUL_MILLISECOND / 10;
static const int64_t shortest_interval = HAUL_MILLISECOND / 40;
static const int64_t longest_interval = 4 * HAUL_MILLISECOND;
/* The first SYN is sent again after a second. */
static const int64_t resent_after = 900 * HAUL_MILLISECOND;
static const int64_t quick_below = 100 * HAUL_MILLISECOND;

void haul__pacing_init(struct haul__pacing *pacing)
{
    *pacing = (struct haul__pacing){.due = INT64_MIN, .interval = first_interval};
}

int64_t haul__pacing_take(struct haul__pacing *pacing, int64_t now)
{
    if (pacing->due < now)
        pacing->due = now;
    pacing->due += pacing->interval;
    int64_t moment = pacing->due - burst * pacing->interval;
    return moment > now ? moment : now;
}

void haul__pacing_return(struct haul__pacing *pacing)
{
    pacing->due -= pacing->interval;
}

void haul__pacing_learn(struct haul__pacing *pacing, int64_t handshake)
{
    if (handshake >= resent_after)
        pacing->interval *= 2;
    else if (handshake < quick_below)
        pacing->interval -= pacing->interval / 100;
    if (pacing->interval < shortest_interval)
        pacing->interval = shortest_interval;
    if (pacing->interval > longest_interval)
        pacing->interval = longest_interval;
}
