/* What a comparison came to, over all its runs: the figures of its modes, concurrencies and sides, and in words what they
 * show. Times are in seconds. */

function secondsText(seconds) {
    return durationText(seconds * 1e6);
}

/* With three figures, as ratios are. */
function factorText(factor) {
    return factor < 99.5 ? factor.toPrecision(3) : countText(Math.round(factor));
}

function wallText({ wall, estimate }) {
    const deviation = estimate ? wall.error : wall.stddev;
    const mean = `${estimate ? "≈ " : ""}${secondsText(wall.mean)}`;
    return deviation === null ? mean : `${mean} ± ${secondsText(deviation)}`;
}

/* Over itself a mode is just as fast, and there is no interval. */
function speedupText({ speedup, estimate }, at, modes) {
    if (speedup === null) return "–";
    if (speedup.over === at) return "1.00";
    const about = estimate || modes[speedup.over].estimate ? "≈ " : "";
    const interval = speedup.low === null ? "" : ` (${factorText(speedup.low)} to ${factorText(speedup.high)})`;
    return about + factorText(speedup.ratio) + interval;
}

/* Of an estimate there is no such figure. */
function measured(write) {
    return (mode) => (mode.estimate ? "–" : write(mode));
}

/* NAME, how it is written, and whether it is bad: each of a mode's figures. */
const comparisonRows = [
    ["wall, mean ± σ", wallText],
    ["median", measured((mode) => secondsText(mode.wall.median))],
    ["min", measured((mode) => secondsText(mode.wall.min))],
    ["max", measured((mode) => secondsText(mode.wall.max))],
    ["speedup (95 % CI)", speedupText],
    ["first out", (mode) => secondsText(mode.first_out)],
    ["mean out", measured((mode) => secondsText(mode.mean_out))],
    ["URLs a second", (mode) => (mode.rate > 0 ? (mode.estimate ? "≈ " : "") + factorText(mode.rate) : "–")],
    ...["p50", "p90", "p95", "p99"].map((name) => [name, (mode) => secondsText(mode[name])]),
    ["ideal", (mode) => (mode.ideal === null ? "–" : secondsText(mode.ideal))],
    ["reached", (mode) => (mode.reached === null ? "–" : `${(100 * mode.reached).toFixed(1)} %`)],
    ["in flight, most", (mode) => countText(mode.peak_in_flight)],
    ["connections", (mode) => countText(mode.connections)],
    ["bytes", (mode) => bytesText(mode.bytes)],
    ["not ok", (mode) => countText(mode.not_ok), (mode) => mode.not_ok > 0],
];

/* A sentence goes on in lines that are indented. */
function sentencesOf(words) {
    return words.replace(/\n +/g, " ").split("\n").filter(Boolean);
}

function showComparison(comparison) {
    byId("comparison").hidden = byId("modes-which").hidden = !comparison;
    if (!comparison) return;
    const { labels, figures, words } = comparison;
    const rounds = `${countText(figures.rounds_complete)} ${figures.rounds_complete === 1 ? "round" : "rounds"}`;
    const urls = `${countText(figures.url_count)} ${figures.url_count === 1 ? "URL" : "URLs"}`;
    byId("comparison-what").textContent = `${urls}, ${rounds}, ${figures.connections} connections`;
    showColumns(byId("comparison-table"), labels, comparisonRows, figures.modes);
    drawWalls(comparison);
    byId("verdicts").replaceChildren(...sentencesOf(words).map((sentence) => makeForeign("p", sentence)));
}
