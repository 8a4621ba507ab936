/* The overview: the whole run in small, a line for each track that the filter lets through, and over it the window of
 * time that the rows show. Dragging makes a window, a double click the whole. */

function phaseColours() {
    return [...byId("legend").querySelectorAll("i")].map((swatch) => getComputedStyle(swatch).backgroundColor);
}

/* The lines in the order in which the tracks started, from above to below. */
function drawOverview() {
    const overview = byId("overview"),
        canvas = overview.querySelector("canvas");
    const width = overview.clientWidth,
        height = overview.clientHeight,
        density = window.devicePixelRatio || 1;
    const tracks = waterfall.passed.filter((track) => track.start >= 0).sort((one, other) => one.from - other.from);
    const colours = phaseColours(),
        scale = width / waterfall.end;
    const line = Math.max(1, Math.min(3, Math.floor((height - 8) / Math.max(1, tracks.length))));
    canvas.width = width * density;
    canvas.height = height * density;
    const pen = canvas.getContext("2d");
    pen.scale(density, density);
    tracks.forEach((track, at) => {
        const place = 4 + (at * (height - 8 - line)) / Math.max(1, tracks.length - 1);
        const y = Math.round(place * density) / density;
        eachSpan(track, (phase, from, to) => {
            pen.fillStyle = colours[phase];
            pen.fillRect(
                from * scale,
                y,
                Math.max(0.5, (to - from) * scale),
                phase === QUEUE ? Math.min(1, line) : line,
            );
        });
    });
    const frame = overview.querySelector(".window");
    frame.style.left = `${(100 * waterfall.from) / waterfall.end}%`;
    frame.style.right = `${100 - (100 * waterfall.to) / waterfall.end}%`;
    frame.classList.toggle("whole", waterfall.from <= 0 && waterfall.to >= waterfall.end);
}

function beginOverview() {
    const overview = byId("overview");
    let begin = null;
    const timeAt = (event) => {
        const box = overview.getBoundingClientRect();
        return waterfall.end * Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    };
    overview.addEventListener("pointerdown", (event) => {
        begin = timeAt(event);
        overview.setPointerCapture(event.pointerId);
    });
    overview.addEventListener("pointermove", (event) => {
        const at = timeAt(event);
        if (begin !== null && Math.abs(at - begin) > waterfall.end / 200)
            zoomTo(Math.min(begin, at), Math.max(begin, at));
    });
    overview.addEventListener("pointerup", () => {
        begin = null;
    });
    overview.addEventListener("pointercancel", () => {
        begin = null;
    });
    overview.addEventListener("dblclick", () => zoomTo(0, waterfall.end));
}
