/* The figures of a run, as --summary reckons them. Times are in microseconds, points of time are since the run's
 * begin. */

const PHASES = ["queue", "dns", "connect", "tls", "wait", "transfer"];
const PHASE_NAMES = ["queue", "DNS", "connect", "TLS", "wait", "transfer"];
const QUEUE = 0;

/* The time that PERCENT of those SORTED did not exceed: the nearest rank. */
function percentile(sorted, percent) {
    return sorted.length > 0 ? sorted[Math.max(1, Math.ceil((sorted.length * percent) / 100)) - 1] : 0;
}

function count(map, key) {
    map.set(key, (map.get(key) ?? 0) + 1);
}

/* Whether it was requested, and what came of it is known. */
function isTimed(track) {
    return track.attempts > 0 && track.class !== "cancelled";
}

/* Calls VISIT with the phase, begin and end of each span. */
function eachSpan(track, visit) {
    for (let at = 0; at < track.spans.length; at += 3) visit(track.spans[at], track.spans[at + 1], track.spans[at + 2]);
}

/* The most tracks that were in flight at one moment; who only waits for a place is not. */
function peakInFlight(tracks) {
    const steps = [];
    for (const track of tracks) {
        let behind = -1;
        eachSpan(track, (phase, from, to) => {
            if (phase === QUEUE) return;
            if (from === behind) steps.pop();
            else steps.push([from, 1]);
            steps.push([to, -1]);
            behind = to;
        });
    }
    steps.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    let inFlight = 0,
        peak = 0;
    for (const [, change] of steps) {
        inFlight += change;
        peak = Math.max(peak, inFlight);
    }
    return peak;
}

/* How many connections the tracks used; null where they do not say. */
function countConnections(tracks) {
    const connections = new Set();
    let isKnown = false;
    for (const track of tracks)
        for (const hop of track.hops ?? []) {
            isKnown = true;
            if (hop.connection > 0) connections.add(hop.connection);
        }
    return isKnown ? connections.size : null;
}

function figuresOf(tracks) {
    const figures = {
        urls: tracks.length,
        ok: 0,
        unstarted: 0,
        requested: 0,
        bytes: 0,
        wall: 0,
        total: 0,
        statuses: new Map(),
        classes: new Map(),
        times: [],
    };
    for (const track of tracks) {
        figures.ok += track.ok ? 1 : 0;
        figures.wall = Math.max(figures.wall, track.to);
        figures.total += track.total;
        if (track.class) count(figures.classes, track.class);
        if (track.status > 0) count(figures.statuses, track.status);
        if (track.class === "cancelled" && track.attempts === 0) figures.unstarted++;
        if (track.attempts > 0) {
            figures.requested++;
            figures.bytes += track.bytes;
        }
        if (isTimed(track)) figures.times.push(track.total);
    }
    figures.times.sort((one, other) => one - other);
    figures.notOk = figures.urls - figures.ok;
    figures.rate = figures.wall > 0 ? figures.requested / (figures.wall / 1e6) : 0;
    figures.inFlight = figures.wall > 0 ? figures.total / figures.wall : 0;
    figures.peak = peakInFlight(tracks);
    figures.connections = countConnections(tracks);
    return figures;
}
