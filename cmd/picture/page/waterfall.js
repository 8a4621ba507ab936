/* The waterfall: which tracks are shown, in which order, and which part of the run's time. Its rows and its overview
 * draw themselves anew whenever one of these changes. */

/* What tracks are sorted by. Where two are equal the first to start comes first. */
const sortKeys = {
    start: ["start", (track) => (track.start < 0 ? Infinity : track.from)],
    index: ["list", (track) => track.index],
    time: ["time", (track) => track.total],
    end: ["end", (track) => track.to],
    status: ["status", (track) => track.status],
    url: ["URL", (track) => track.url],
    bytes: ["bytes", (track) => track.bytes],
};

const waterfall = {
    tracks: [],
    passed: [], // of the tracks, those that the filter lets through
    shown: [], // of these, those within the window, in order
    from: 0, // what of the run's time is shown
    to: 1,
    end: 1, // of the run
    sort: "start",
    isDescending: false,
    filter: "",
    show: "all",
    prefix: "", // that all URLs begin with, and the rows leave out
    active: 0, // the row that the keyboard is at
};

/* Whether TRACK has all words of a filter, and none of those with a minus. */
function hasWords(track, words) {
    const text = [track.url, track.final, track.method, track.status || "", track.class, track.message, track.type]
        .join(" ")
        .toLowerCase();
    return words.every((word) =>
        word.startsWith("-") && word.length > 1 ? !text.includes(word.slice(1)) : text.includes(word),
    );
}

/* What can be chosen to be shown: its name, and whether a track is of it. */
function showChoices(tracks) {
    const choices = new Map([["all", ["All", () => true]]]);
    choices.set("ok", ["ok", (track) => track.ok]);
    choices.set("not ok", ["not ok", (track) => !track.ok]);
    for (const hundreds of [1, 2, 3, 4, 5])
        choices.set(`${hundreds}xx`, [`${hundreds}xx`, (track) => Math.floor(track.status / 100) === hundreds]);
    for (const name of new Set(tracks.map((track) => track.class).filter(Boolean)))
        choices.set(`class ${name}`, [name, (track) => track.class === name]);
    choices.set("redirected", ["redirected", (track) => track.redirects > 0]);
    choices.set("retried", ["tried again", (track) => track.attempts > 1]);
    return choices;
}

function compareTracks(key, direction) {
    const value = sortKeys[key][1];
    return (one, other) => {
        const first = value(one),
            second = value(other);
        if (first !== second) return first < second ? -direction : direction;
        return one.from - other.from || one.index - other.index;
    };
}

function isInWindow(track) {
    if (waterfall.from <= 0 && waterfall.to >= waterfall.end) return true;
    return track.start >= 0 && track.from <= waterfall.to && track.to >= waterfall.from;
}

function refresh() {
    const words = waterfall.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const isOf = waterfall.choices.get(waterfall.show)[1];
    waterfall.passed = waterfall.tracks.filter((track) => isOf(track) && hasWords(track, words));
    waterfall.shown = waterfall.passed
        .filter(isInWindow)
        .sort(compareTracks(waterfall.sort, waterfall.isDescending ? -1 : 1));
    waterfall.active = Math.max(0, Math.min(waterfall.active, waterfall.shown.length - 1));
    const { shown, tracks } = waterfall;
    byId("shown").textContent =
        shown.length === tracks.length
            ? `${countText(tracks.length)} URLs`
            : `${countText(shown.length)} of ${countText(tracks.length)} URLs`;
    drawRows();
    drawOverview();
}

/* Shows the time from FROM to TO, within the run's. */
function zoomTo(from, to) {
    const least = Math.min(waterfall.end, 10);
    const length = Math.min(waterfall.end, Math.max(least, to - from));
    const begin = Math.max(0, Math.min(from, waterfall.end - length));
    waterfall.from = begin;
    waterfall.to = begin + length;
    for (const id of ["zoom-out", "zoom-whole"]) byId(id).disabled = length >= waterfall.end;
    refresh();
}

/* Zooms by FACTOR: what stands at SHARE of the window stays there. */
function zoomBy(factor, share = 0.5) {
    const length = waterfall.to - waterfall.from,
        at = waterfall.from + share * length;
    zoomTo(at - share * length * factor, at + (1 - share) * length * factor);
}

function moveBy(share) {
    const way = share * (waterfall.to - waterfall.from);
    zoomTo(waterfall.from + way, waterfall.to + way);
}

function sortBy(key, isDescending) {
    waterfall.sort = key;
    waterfall.isDescending = isDescending;
    byId("sort").value = key;
    refresh();
}

function fillShow() {
    const options = [];
    waterfall.choices = showChoices(waterfall.tracks);
    for (const [key, [name, isOf]] of waterfall.choices) {
        const number = waterfall.tracks.reduce((sum, track) => sum + (isOf(track) ? 1 : 0), 0);
        const option = make("option", "", `${name} (${countText(number)})`);
        option.value = key;
        if (number > 0 || key === "all") options.push(option);
    }
    byId("show").replaceChildren(...options);
}

/* What all URLs begin with: "http://host", or "http://", or nothing. */
function prefixOf(tracks) {
    const [origin, ...others] = originsOf(tracks);
    const haveAll = (prefix) => tracks.every((track) => track.url.startsWith(prefix));
    if (others.length === 0 && origin && haveAll(`${origin}/`)) return origin;
    return ["http://", "https://"].find(haveAll) ?? "";
}

function showWaterfall(run) {
    waterfall.tracks = run.tracks;
    waterfall.end = Math.max(1, run.figures.wall);
    waterfall.prefix = prefixOf(run.tracks);
    waterfall.show = "all";
    fillShow();
    zoomTo(0, waterfall.end);
}

function beginWaterfall() {
    byId("legend").replaceChildren(
        ...PHASES.map((phase, at) => {
            const item = make("li");
            item.append(make("i", phase), PHASE_NAMES[at]);
            return item;
        }),
    );
    for (const [key, [name]] of Object.entries(sortKeys)) {
        const option = make("option", "", `Sort by ${name}`);
        option.value = key;
        byId("sort").append(option);
    }
    byId("filter").addEventListener("input", (event) => {
        waterfall.filter = event.target.value;
        refresh();
    });
    byId("show").addEventListener("change", (event) => {
        waterfall.show = event.target.value;
        refresh();
    });
    byId("sort").addEventListener("change", (event) => sortBy(event.target.value, waterfall.isDescending));
    byId("zoom-in").addEventListener("click", () => zoomBy(0.5));
    byId("zoom-out").addEventListener("click", () => zoomBy(2));
    byId("zoom-whole").addEventListener("click", () => zoomTo(0, waterfall.end));
    beginRows();
    beginOverview();
}
