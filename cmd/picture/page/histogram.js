/* The histogram of latencies: on an axis of its own measure, since times often differ by powers of ten. */

const histogram = { height: 200, top: 22, bottom: 24, left: 44, right: 12 };

function makeShape(tag, attributes, text) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    if (text !== undefined) shape.textContent = text;
    return shape;
}

/* The edges of some MOST bins for times from SHORTEST to LONGEST: of the same width where they are of the same order of
 * magnitude, else of the same ratio. */
function binEdges(shortest, longest, most) {
    const edges = [];
    if (longest < shortest * 10) {
        const step = niceStep(Math.max(longest - shortest, longest / 100, 1), most);
        for (let at = Math.floor(shortest / step); edges.length < 2 || edges.at(-1) <= longest; at++)
            edges.push(at * step);
        return { edges, isLogarithmic: false };
    }
    const begin = Math.log10(Math.max(shortest, 1)),
        span = Math.log10(longest) - begin;
    const parts = [1, 2, 4, 5, 8, 10, 20].findLast((parts) => parts * span <= most) ?? 1;
    for (let at = Math.floor(begin * parts + 1e-9); edges.length < 2 || edges.at(-1) <= longest; at++)
        edges.push(10 ** (at / parts));
    return { edges, isLogarithmic: true };
}

/* How many TRACKS are in each bin; FAILED of them failed. */
function fillBins(tracks, edges) {
    const bins = edges.slice(1).map((to, at) => ({ from: edges[at], to, all: 0, failed: 0 }));
    for (const track of tracks) {
        let low = 0,
            high = bins.length - 1;
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if (bins[middle].from <= track.total) low = middle;
            else high = middle - 1;
        }
        bins[low].all++;
        bins[low].failed += track.ok ? 0 : 1;
    }
    return bins;
}

/* Where a time stands on the axis, from 0 to 1. */
function axisOf({ edges, isLogarithmic }) {
    const place = (time) => (isLogarithmic ? Math.log10(Math.max(time, edges[0])) : time);
    const begin = place(edges[0]),
        end = place(edges.at(-1));
    return (time) => (place(time) - begin) / (end - begin);
}

/* The step that has a power of ten written in its own unit: 100 ms, and not 0.1 s. */
function powerOfUnit(power) {
    return power >= 1e6 ? 1e6 : power >= 1e3 ? 1e3 : 1;
}

function axisTicks({ edges, isLogarithmic }, width) {
    if (!isLogarithmic) {
        const step = niceStep(edges.at(-1) - edges[0], width / 90),
            ticks = [];
        for (let at = Math.ceil(edges[0] / step); at * step <= edges.at(-1); at++)
            ticks.push([at * step, tickText(at * step, step)]);
        return ticks;
    }
    const decades = Math.log10(edges.at(-1) / edges[0]),
        ticks = [];
    const factors = width / decades > 240 ? [1, 2, 5] : [1];
    for (let power = 10 ** Math.floor(Math.log10(edges[0])); power <= edges.at(-1); power *= 10)
        for (const factor of factors)
            if (factor * power >= edges[0] * 0.999 && factor * power <= edges.at(-1) * 1.001)
                ticks.push([factor * power, tickText(factor * power, powerOfUnit(power))]);
    return ticks;
}

function drawScale(svg, most, width, heightOf) {
    const step = Math.max(1, niceStep(most, 3));
    for (let number = 0; number <= most; number += step) {
        const y = heightOf(number);
        svg.append(
            makeShape("line", { class: "rule", x1: histogram.left, x2: width - histogram.right, y1: y, y2: y }),
            makeShape("text", { x: histogram.left - 8, y: y + 4, "text-anchor": "end" }, countText(number)),
        );
    }
}

function drawBins(svg, bins, placeOf, heightOf) {
    for (const bin of bins.filter((bin) => bin.all > 0)) {
        const x = placeOf(bin.from) + 0.5,
            width = Math.max(1, placeOf(bin.to) - placeOf(bin.from) - 1);
        const group = makeShape("g", {});
        const failed = bin.failed > 0 ? `, ${countText(bin.failed)} not ok` : "";
        group.append(
            makeShape(
                "title",
                {},
                `${durationText(bin.from)} to ${durationText(bin.to)}: ${countText(bin.all)} URLs${failed}`,
            ),
        );
        for (const [name, from, to] of [
            ["failed", 0, bin.failed],
            ["ok", bin.failed, bin.all],
        ])
            if (to > from)
                group.append(
                    makeShape("rect", {
                        class: name,
                        x,
                        width,
                        y: heightOf(to),
                        height: Math.max(1, heightOf(from) - heightOf(to)),
                    }),
                );
        svg.append(group);
    }
}

/* The percentiles' names stand side by side, as far as there is room. */
function drawMarks(svg, times, placeOf) {
    let behind = -Infinity;
    for (const percent of [50, 90, 95, 99]) {
        const x = placeOf(percentile(times, percent));
        svg.append(
            makeShape("line", {
                class: "mark",
                x1: x,
                x2: x,
                y1: histogram.top - 4,
                y2: histogram.height - histogram.bottom,
            }),
        );
        if (x - behind > 32) {
            svg.append(
                makeShape(
                    "text",
                    { class: "mark-name", x, y: histogram.top - 9, "text-anchor": "middle" },
                    `p${percent}`,
                ),
            );
            behind = x;
        }
    }
}

function drawHistogram(tracks, figures) {
    const place = byId("histogram"),
        width = Math.max(280, place.clientWidth),
        { times } = figures;
    byId("latencies").hidden = times.length === 0;
    if (times.length === 0) return;
    const most = Math.min(60, Math.max(12, Math.round(width / 20)));
    const scale = binEdges(times[0], times.at(-1), most),
        axis = axisOf(scale);
    const bins = fillBins(tracks.filter(isTimed), scale.edges);
    const highest = bins.reduce((highest, bin) => Math.max(highest, bin.all), 1);
    const placeOf = (time) => histogram.left + axis(time) * (width - histogram.left - histogram.right);
    const bottom = histogram.height - histogram.bottom;
    const heightOf = (number) => bottom - (number / highest) * (bottom - histogram.top);
    const svg = makeShape("svg", {
        role: "img",
        viewBox: `0 0 ${width} ${histogram.height}`,
        height: histogram.height,
    });
    svg.setAttribute(
        "aria-label",
        `Histogram of ${countText(times.length)} latencies: the shortest ` +
            `${durationText(times[0])}, half up to ${durationText(percentile(times, 50))}, 90 % up to ` +
            `${durationText(percentile(times, 90))}, the longest ${durationText(times.at(-1))}.`,
    );
    drawScale(svg, highest, width, heightOf);
    drawBins(svg, bins, placeOf, heightOf);
    drawMarks(svg, times, placeOf);
    for (const [time, text] of axisTicks(scale, width))
        svg.append(makeShape("text", { x: placeOf(time), y: histogram.height - 6, "text-anchor": "middle" }, text));
    place.replaceChildren(svg);
}
