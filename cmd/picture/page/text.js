/* Numbers and foreign texts, as people read them; and elements with text. What was not made here becomes text and never
 * markup. */

const thousands = new Intl.NumberFormat("en-US");

function countText(number) {
    return thousands.format(number);
}

/* "12 µs", "3.4 ms", "1.20 s", "2 min 5 s" */
function durationText(microseconds) {
    if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
    if (microseconds < 999500) return `${(microseconds / 1000).toFixed(microseconds < 9950 ? 1 : 0)} ms`;
    if (microseconds < 119.5e6) return `${(microseconds / 1e6).toFixed(microseconds < 9.995e6 ? 2 : 1)} s`;
    const seconds = Math.round(microseconds / 1e6);
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function bytesText(bytes) {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let unit = 0;
    while (bytes >= 999.5 && unit < units.length - 1) {
        bytes /= 1000;
        unit++;
    }
    return `${bytes.toFixed(unit > 0 && bytes < 99.5 ? 1 : 0)} ${units[unit]}`;
}

/* Control characters, and those that turn the direction of writing or have no width, are shown by their number, so that
 * a URL looks like nothing but what it is. */
function foreignText(text) {
    return text.replace(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu,
        (character) => `\\u{${character.codePointAt(0).toString(16)}}`,
    );
}

/* An element of TAG with TEXT, in CLASSES. */
function make(tag, classes, text) {
    const element = document.createElement(tag);
    if (classes) element.className = classes;
    if (text !== undefined) element.textContent = text;
    return element;
}

function makeForeign(tag, text, classes = "") {
    return make(tag, `foreign ${classes}`.trim(), foreignText(text));
}

/* "http://host:port" of each of the tracks' URLs, each once. */
function originsOf(tracks) {
    return [...new Set(tracks.map((track) => /^[a-z]+:\/\/[^/?#]*/i.exec(track.url)?.[0]).filter(Boolean))];
}

function byId(id) {
    return document.getElementById(id);
}

/* A step of 1, 2 or 5 times a power of ten, that at most MOST of fit into LENGTH. */
function niceStep(length, most) {
    const rough = length / Math.max(1, most);
    const power = 10 ** Math.floor(Math.log10(rough));
    for (const factor of [1, 2, 5]) if (factor * power >= rough * (1 - 1e-9)) return factor * power;
    return 10 * power;
}

/* The time of a tick, with as many digits as its STEP tells apart. */
function tickText(microseconds, step) {
    const [unit, name] = step >= 1e5 ? [1e6, "s"] : step >= 1e2 ? [1e3, "ms"] : [1, "µs"];
    const digits = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
    return microseconds === 0 ? "0" : `${(microseconds / unit).toFixed(digits)} ${name}`;
}
