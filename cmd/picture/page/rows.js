/* The rows of the waterfall. Of however many, only those in sight are elements. */

/* So many rows a browser can scroll over; of more, the filter shows others. */
const MOST_ROWS = 400000;
/* So many rows are printed. */
const MOST_PRINTED = 1000;

/* Name, sort key and class of each column but the last. */
const columns = [
    ["#", "index", "index number"],
    ["Status", "status", "status"],
    ["URL", "url", "url"],
    ["Bytes", "bytes", "bytes number"],
    ["Time", "time", "time number"],
];

const rows = { height: 28, first: 0, last: 0, isPrinting: false };

function share(time) {
    return (100 * (time - waterfall.from)) / (waterfall.to - waterfall.from);
}

/* The bars of TRACK in PLACE, as far as they are within the window. However short, of those without a gap between them
 * the longest is seen. */
function drawBars(place, track) {
    let longest = { length: -1 },
        behind = -1;
    eachSpan(track, (phase, from, to) => {
        const isNext = from === behind;
        behind = to;
        if (to < waterfall.from || from > waterfall.to) return;
        const bar = make("i", PHASES[phase]),
            begin = Math.max(-1, share(from));
        bar.style.left = `${begin}%`;
        bar.style.width = `${Math.min(101, share(to)) - begin}%`;
        if (!isNext || to - from > longest.length) {
            if (isNext && longest.bar) longest.bar.style.minWidth = "";
            bar.style.minWidth = "1px";
            longest = { bar, length: to - from };
        }
        place.append(bar);
    });
}

/* What the bars show, in words. */
function barsText(track) {
    if (track.start < 0) return "never started";
    const parts = track.phases.map((time, phase) => (time > 0 ? `${PHASE_NAMES[phase]} ${durationText(time)}` : ""));
    return `from ${durationText(track.from)}: ${parts.filter(Boolean).join(", ")}`;
}

/* What TRACK's URL has besides the others: where there is little room, its host gives way before its path. */
function makeUrl(track) {
    const cell = make("span", "url"),
        own = track.url.slice(waterfall.prefix.length);
    const origin = /^[a-z]+:\/\/[^/?#]*/i.exec(own)?.[0] ?? "";
    if (origin) cell.append(makeForeign("span", origin, "origin"));
    cell.append(makeForeign("span", own.slice(origin.length), "path"));
    cell.title = foreignText(track.url);
    return cell;
}

function makeRow(track, at) {
    const row = make("div", "row");
    row.id = `row-${at}`;
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", at + 2);
    row.setAttribute("aria-selected", at === waterfall.active);
    const bars = make("span", "bars");
    bars.setAttribute("aria-label", barsText(track));
    drawBars(bars, track);
    row.append(
        make("span", "index number faint", track.index),
        make(
            "span",
            track.ok ? "status" : "status bad",
            track.status > 0 && (track.ok || track.class === "http") ? track.status : (track.class ?? "–"),
        ),
        makeUrl(track),
        make("span", "bytes number faint", bytesText(track.bytes)),
        make("span", "time number", track.start < 0 ? "–" : durationText(track.total)),
        bars,
    );
    for (const cell of row.children) cell.setAttribute("role", "gridcell");
    return row;
}

/* Puts those rows in place that are in sight, and some more, so that scrolling is smooth. */
function drawRows() {
    const grid = byId("rows"),
        body = grid.querySelector(".body"),
        strip = body.querySelector(".strip");
    const number = Math.min(waterfall.shown.length, rows.isPrinting ? MOST_PRINTED : MOST_ROWS);
    rows.height =
        Number.parseFloat(getComputedStyle(grid).getPropertyValue("--row")) *
        Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    // First, since a list that has become shorter cannot be scrolled as far.
    body.style.height = `${Math.max(number, 3) * rows.height}px`;
    rows.first = rows.isPrinting ? 0 : Math.max(0, Math.floor(grid.scrollTop / rows.height) - 10);
    rows.last = rows.isPrinting
        ? number
        : Math.min(number, rows.first + Math.ceil(grid.clientHeight / rows.height) + 20);
    strip.style.transform = `translateY(${rows.first * rows.height}px)`;
    drawAxis(grid);
    const visible = waterfall.shown.slice(rows.first, rows.last);
    strip.replaceChildren(
        ...(number > 0
            ? visible.map((track, at) => makeRow(track, rows.first + at))
            : [make("p", "nothing", "No URL is like this.")]),
    );
    grid.setAttribute("aria-rowcount", waterfall.shown.length + 1);
    if (number > 0) grid.setAttribute("aria-activedescendant", `row-${waterfall.active}`);
    else grid.removeAttribute("aria-activedescendant");
}

/* The ticks stand above the bars, and as lines behind them. */
function drawAxis(grid) {
    const axis = grid.querySelector(".time-axis"),
        width = Math.max(1, axis.clientWidth);
    const length = waterfall.to - waterfall.from,
        step = niceStep(length, width / 80),
        ticks = [];
    const first = Math.ceil(waterfall.from / step - 1e-9) * step;
    for (let at = first; share(at) < 100 - 4500 / width; at += step) {
        const tick = make("span", "", tickText(at, step));
        tick.style.left = `${share(at)}%`;
        ticks.push(tick);
    }
    axis.replaceChildren(...ticks);
    grid.style.setProperty("--tick-size", `${(step / length) * width}px`);
    grid.style.setProperty("--tick-begin", `${((first - waterfall.from) / length) * width}px`);
    for (const head of grid.querySelectorAll("[role=columnheader]"))
        if (head.dataset.key === waterfall.sort)
            head.setAttribute("aria-sort", waterfall.isDescending ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
}

function makeHead(head) {
    for (const [name, key, classes] of columns) {
        const cell = make("span", classes),
            button = make("button", "", name);
        cell.dataset.key = key;
        button.type = "button";
        button.addEventListener("click", () => sortBy(key, waterfall.sort === key && !waterfall.isDescending));
        cell.append(button);
        head.append(cell);
    }
    head.append(make("span", "time-axis"));
    for (const cell of head.children) cell.setAttribute("role", "columnheader");
}

/* Makes row AT the active one, and brings it into sight. */
function activate(at) {
    const grid = byId("rows"),
        head = grid.querySelector(".head").offsetHeight;
    waterfall.active = Math.max(0, Math.min(at, waterfall.shown.length - 1));
    const top = waterfall.active * rows.height;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + rows.height > grid.scrollTop + grid.clientHeight - head)
        grid.scrollTop = top + rows.height - grid.clientHeight + head;
    drawRows();
}

const gridKeys = {
    ArrowDown: () => activate(waterfall.active + 1),
    ArrowUp: () => activate(waterfall.active - 1),
    PageDown: () => activate(waterfall.active + 15),
    PageUp: () => activate(waterfall.active - 15),
    Home: () => activate(0),
    End: () => activate(waterfall.shown.length - 1),
    Enter: () => showDetails(),
    ArrowLeft: () => moveBy(-0.25),
    ArrowRight: () => moveBy(0.25),
    "+": () => zoomBy(0.5),
    "=": () => zoomBy(0.5),
    "-": () => zoomBy(2),
    0: () => zoomTo(0, waterfall.end),
};

function beginRows() {
    const grid = byId("rows"),
        strip = grid.querySelector(".strip");
    makeHead(grid.querySelector(".head"));
    grid.addEventListener("scroll", () => requestAnimationFrame(drawRows), { passive: true });
    grid.addEventListener("keydown", (event) => {
        if (
            event.target !== grid ||
            event.ctrlKey ||
            event.metaKey ||
            event.altKey ||
            !Object.hasOwn(gridKeys, event.key)
        )
            return;
        event.preventDefault();
        gridKeys[event.key]();
    });
    strip.addEventListener("click", (event) => {
        const row = event.target.closest(".row");
        if (!row) return;
        activate(Number(row.getAttribute("aria-rowindex")) - 2);
        showDetails();
    });
    grid.addEventListener(
        "wheel",
        (event) => {
            if (!event.ctrlKey && !event.metaKey) return;
            const box = grid.querySelector(".time-axis").getBoundingClientRect();
            event.preventDefault();
            zoomBy(event.deltaY > 0 ? 1.25 : 0.8, Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)));
        },
        { passive: false },
    );
    for (const [name, isPrinting] of [
        ["beforeprint", true],
        ["afterprint", false],
    ])
        window.addEventListener(name, () => {
            rows.isPrinting = isPrinting;
            drawRows();
        });
}
