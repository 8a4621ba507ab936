/* The request of a row: what is known of it, when each phase was, and of full records each hop with its headers. */

function makePairs(pairs, classes = "") {
    const list = make("dl", `pairs ${classes}`.trim());
    for (const [name, value, isForeign] of pairs)
        if (value !== undefined && value !== null && value !== "")
            list.append(makeForeign("dt", name), isForeign ? makeForeign("dd", String(value)) : make("dd", "", value));
    for (const name of list.querySelectorAll("dt")) if (!classes.includes("headers")) name.className = "";
    return list;
}

function makeTimes(track) {
    const list = make("dl", "pairs spans");
    const whole = track.to - track.from || 1;
    eachSpan(track, (phase, from, to) => {
        const bars = make("dd", "bars"),
            bar = make("i", PHASES[phase]);
        bar.style.left = `${(100 * (from - track.from)) / whole}%`;
        bar.style.width = `${(100 * (to - from)) / whole}%`;
        bars.append(bar);
        list.append(make("dt", "", PHASE_NAMES[phase]), make("dd", "number", durationText(to - from)), bars);
    });
    return list;
}

function statusText(track) {
    const status = track.status > 0 ? String(track.status) : "";
    return track.ok ? status || "ok" : [status, track.class].filter(Boolean).join(", ");
}

function makeHop(hop, at, all) {
    const part = make("div");
    part.append(
        make("h3", "", all > 1 ? `Request ${at + 1} of ${all}` : "Request"),
        makePairs([
            ["URL", hop.url, true],
            ["Method", hop.method, true],
            ["Status", hop.status > 0 ? hop.status : "no answer"],
            ["Connection", hop.connection > 0 ? `${hop.connection}${hop.reused ? ", was open" : ", opened"}` : ""],
            ["Address", hop.remote, true],
            ["Time", durationText(hop.total)],
        ]),
    );
    for (const [title, fields] of [
        ["Request headers", hop.request],
        ["Response headers", hop.response],
    ])
        if (fields.length > 0)
            part.append(
                make("h3", "", title),
                makePairs(
                    fields.map(([name, value]) => [name, value, true]),
                    "headers",
                ),
            );
    return part;
}

function makeTries(tries) {
    const list = makePairs(
        tries.map((item, at) => [
            `Try ${at + 1}`,
            `${durationText(item.total)}, ${item.class ?? item.status}, from ${durationText(item.start)}`,
        ]),
    );
    const part = make("div");
    part.append(make("h3", "", "Tries"), list);
    return part;
}

/* Of the active row. */
function fillDetails() {
    const track = waterfall.shown[waterfall.active],
        body = byId("details-body");
    byId("details-title").textContent = `URL ${track.index}`;
    byId("details-back").disabled = waterfall.active === 0;
    byId("details-on").disabled = waterfall.active === waterfall.shown.length - 1;
    body.replaceChildren(
        makePairs([
            ["URL", track.url, true],
            ["Result", statusText(track), true],
            ["Message", track.message, true],
            ["Ended at", track.final, true],
            ["Method", track.method, true],
            ["Line", track.line > 0 ? countText(track.line) : ""],
            ["Bytes", countText(track.bytes)],
            ["Content type", track.type, true],
            ["HTTP", track.version, true],
            ["Address", track.remote, true],
            ["Redirects", track.redirects || ""],
            ["Tries", track.attempts > 1 ? track.attempts : ""],
        ]),
    );
    if (track.start >= 0)
        body.append(
            make("h3", "", `Time: ${durationText(track.total)}, from ${durationText(track.from)} on`),
            makeTimes(track),
        );
    if (track.tries) body.append(makeTries(track.tries));
    (track.hops ?? []).forEach((hop, at, all) => body.append(makeHop(hop, at, all.length)));
}

function showDetails() {
    if (waterfall.shown.length === 0) return;
    fillDetails();
    byId("details").showModal();
    byId("details").scrollTop = 0;
}

function beginDetails() {
    const dialog = byId("details");
    const move = (way) => {
        activate(waterfall.active + way);
        fillDetails();
    };
    byId("details-back").addEventListener("click", () => move(-1));
    byId("details-on").addEventListener("click", () => move(1));
    byId("details-close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
        if (event.target === dialog && event.offsetX < 0) dialog.close();
    });
}
