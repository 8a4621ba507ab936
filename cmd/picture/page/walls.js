/* The wall times of what was compared, on one axis from nothing on: of each the shortest and the longest run, the mean
 * with its deviation, and the median. */

const walls = { row: 30, top: 4, bottom: 24, left: 150, right: 12 };

/* What spreads around the mean, and the ends beyond; of an estimate its error. */
function spreadOf({ wall, estimate }) {
    const deviation = (estimate ? wall.error : wall.stddev) ?? 0;
    const low = Math.max(0, wall.mean - deviation),
        high = wall.mean + deviation;
    return estimate
        ? { low, high, least: low, most: high, middle: wall.mean }
        : { low, high, least: wall.min, most: wall.max, middle: wall.median };
}

function drawSpread(svg, { low, high, least, most, middle }, y, placeOf) {
    const rule = (x1, x2, y1, y2, classes) => svg.append(makeShape("line", { class: classes, x1, x2, y1, y2 }));
    svg.append(
        makeShape("rect", {
            class: "deviation",
            x: placeOf(low),
            y: y - 6,
            width: Math.max(1, placeOf(high) - placeOf(low)),
            height: 12,
        }),
    );
    rule(placeOf(least), placeOf(most), y, y, "range");
    for (const end of [least, most]) rule(placeOf(end), placeOf(end), y - 4, y + 4, "range");
    rule(placeOf(middle), placeOf(middle), y - 9, y + 9, "median");
}

function drawWallAxis(svg, end, width, height, placeOf) {
    const microseconds = end * 1e6,
        step = niceStep(microseconds, (width - walls.left) / 90);
    for (let at = 0; at <= microseconds; at += step) {
        const x = placeOf(at / 1e6);
        svg.append(makeShape("line", { class: "rule", x1: x, x2: x, y1: walls.top, y2: height - walls.bottom }));
        svg.append(makeShape("text", { x, y: height - 6, "text-anchor": "middle" }, tickText(at, step)));
    }
}

function drawWalls(comparison) {
    if (!comparison) return;
    const place = byId("walls"),
        { labels } = comparison,
        spreads = comparison.figures.modes.map(spreadOf);
    const width = Math.max(280, place.clientWidth),
        height = walls.top + walls.row * spreads.length + walls.bottom;
    const left = Math.min(walls.left, width / 3),
        most = Math.floor((left - 12) / 7.5);
    const end = Math.max(1e-6, ...spreads.map((spread) => Math.max(spread.high, spread.most)));
    const placeOf = (seconds) => left + (seconds / end) * (width - left - walls.right);
    const svg = makeShape("svg", { role: "img", viewBox: `0 0 ${width} ${height}`, height });
    svg.setAttribute("aria-label", "The wall times of the table above, as bars.");
    drawWallAxis(svg, end, width, height, placeOf);
    spreads.forEach((spread, at) => {
        const y = walls.top + walls.row * (at + 0.5),
            label = foreignText(labels[at]);
        const short = label.length > most ? `${label.slice(0, most - 1)}…` : label;
        svg.append(makeShape("text", { class: "foreign", x: 0, y: y + 4 }, short));
        drawSpread(svg, spread, y, placeOf);
    });
    place.replaceChildren(svg);
}
