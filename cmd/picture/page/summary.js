/* The summary: the figures, and how many had which status or failed for which reason; of several runs also side by
 * side. */

const statusNames = { 1: "informational", 2: "success", 3: "redirection", 4: "client error", 5: "server error" };

/* NAME, how it is written, and of what: each of a run's figures. */
const figureRows = [
    ["URLs", (figures) => countText(figures.urls)],
    ["ok", (figures) => countText(figures.ok)],
    ["not ok", (figures) => countText(figures.notOk), (figures) => figures.notOk > 0],
    ["bytes", (figures) => bytesText(figures.bytes)],
    ["wall time", (figures) => durationText(figures.wall)],
    ["requests a second", (figures) => rateText(figures.rate)],
    ["connections", (figures) => (figures.connections === null ? "–" : countText(figures.connections))],
    ["p50", (figures) => timeText(figures, 50)],
    ["p90", (figures) => timeText(figures, 90)],
    ["p95", (figures) => timeText(figures, 95)],
    ["p99", (figures) => timeText(figures, 99)],
    ["longest", (figures) => timeText(figures, 100)],
    ["in flight, most", (figures) => countText(figures.peak)],
    ["in flight, mean", (figures) => figures.inFlight.toFixed(1)],
];

function rateText(rate) {
    return rate < 99.5 ? rate.toFixed(1) : countText(Math.round(rate));
}

function timeText(figures, percent) {
    return figures.times.length > 0 ? durationText(percentile(figures.times, percent)) : "–";
}

function showFigures(figures) {
    byId("figures").replaceChildren(
        ...figureRows.map(([name, write, isBad]) => {
            const pair = make("div");
            pair.append(make("dt", "", name), make("dd", isBad?.(figures) ? "bad" : "", write(figures)));
            return pair;
        }),
    );
}

/* A row for each NAME and count of PAIRS, the share of all URLs as a bar. */
function showTally(id, pairs, urls, otherwise) {
    const rows = pairs.map(([name, number, title, isBad]) => {
        const row = make("li"),
            share = make("span", "share");
        share.style.width = `${(100 * number) / urls}%`;
        row.title = title;
        row.append(
            makeForeign("span", String(name), isBad ? "bad" : ""),
            make("span", "number", countText(number)),
            share,
        );
        return row;
    });
    byId(id).replaceChildren(...(rows.length > 0 ? rows : [make("li", "faint", otherwise)]));
}

function showTallies(figures) {
    const statuses = [...figures.statuses].sort((one, other) => one[0] - other[0]);
    const classes = [...figures.classes].sort((one, other) => other[1] - one[1]);
    showTally(
        "statuses",
        statuses.map(([status, number]) => [
            status,
            number,
            statusNames[Math.floor(status / 100)] ?? "",
            status >= 400,
        ]),
        figures.urls,
        "No answer.",
    );
    showTally(
        "classes",
        classes.map(([name, number]) => [name, number, "", true]),
        figures.urls,
        "None.",
    );
}

function showSummary(figures) {
    showFigures(figures);
    showTallies(figures);
}

/* A column for each of several, named by LABELS, and in ROWS their figures. */
function showColumns(table, labels, rows, columns) {
    const head = make("tr");
    head.append(
        make("td"),
        ...labels.map((label) => {
            const name = makeForeign("th", label, "number");
            name.scope = "col";
            return name;
        }),
    );
    table.replaceChildren(
        head,
        ...rows.map(([name, write, isBad]) => {
            const row = make("tr"),
                label = make("th", "", name);
            label.scope = "row";
            row.append(
                label,
                ...columns.map((of, at) => make("td", isBad?.(of) ? "number bad" : "number", write(of, at, columns))),
            );
            return row;
        }),
    );
}

function showModes(runs) {
    byId("modes").hidden = runs.length < 2;
    if (runs.length < 2) return;
    const names = runs.map((run) => run.name),
        figures = runs.map((run) => run.figures);
    showColumns(byId("modes-table"), names, figureRows, figures);
}

function showMoment(tracks) {
    const epoch = tracks.find((track) => track.epoch > 0)?.epoch;
    const when = epoch ? `, ${new Date(epoch / 1000).toISOString().replace("T", " ").slice(0, 19)} UTC` : "";
    const origins = originsOf(tracks);
    const from = make("span", "", `${countText(tracks.length)} ${tracks.length === 1 ? "URL" : "URLs"}`);
    if (origins.length === 1) from.append(" of ", makeForeign("span", origins[0]));
    else if (origins.length > 1) from.append(` of ${countText(origins.length)} hosts`);
    byId("when").replaceChildren(from, when);
}
