/* The table of failures, some at a time, in the order in which they started. */

const FAILURES_AT_ONCE = 25;

const failures = { tracks: [], count: 0 };

function makeFailure(track) {
    const row = make("tr");
    row.append(
        make("td", "number faint", track.index),
        make("td", "bad narrow", track.class ?? "–"),
        make("td", "number", track.status || "–"),
        make("td", "number", track.attempts),
        make("td", "number", track.start < 0 ? "–" : durationText(track.total)),
        makeForeign("td", track.url),
        make("td", "", foreignText(track.message ?? "")),
    );
    return row;
}

function showMoreFailures() {
    const next = failures.tracks.slice(failures.count, failures.count + FAILURES_AT_ONCE);
    byId("failures-table").tBodies[0].append(...next.map(makeFailure));
    failures.count += next.length;
    const left = failures.tracks.length - failures.count;
    byId("failures-more").hidden = left === 0;
    byId("failures-more").textContent =
        `Show ${countText(Math.min(left, FAILURES_AT_ONCE))} more of ${countText(left)}`;
}

function showFailures(tracks) {
    failures.tracks = tracks.filter((track) => !track.ok).sort(compareTracks("start", 1));
    failures.count = 0;
    byId("failures-table").tBodies[0].replaceChildren();
    byId("failures-table").hidden = failures.tracks.length === 0;
    byId("failures-none").hidden = failures.tracks.length > 0;
    showMoreFailures();
}
