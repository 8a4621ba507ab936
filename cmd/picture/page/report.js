/* Shows the run, or one of several, of which the page has the data. */

function showRun(run) {
    showMoment(run.tracks);
    showSummary(run.figures);
    drawHistogram(run.tracks, run.figures);
    showWaterfall(run);
    showFailures(run.tracks);
}

function beginTheme() {
    for (const choice of byId("theme").querySelectorAll("input"))
        choice.addEventListener("change", () => {
            document.documentElement.dataset.theme = choice.value;
            drawOverview();
        });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawOverview);
}

/* A switch among several runs, which shows the first at first. */
function beginRuns(runs) {
    byId("run").hidden = runs.length < 2;
    byId("run").append(
        ...runs.map((run, at) => {
            const label = make("label"),
                choice = make("input");
            choice.type = "radio";
            choice.name = "run";
            choice.checked = at === 0;
            choice.addEventListener("change", () => {
                report.run = run;
                showRun(run);
            });
            label.append(choice, makeForeign("span", run.name ?? ""));
            return label;
        }),
    );
}

function beginReport() {
    const { runs, comparison } = JSON.parse(byId("data").textContent);
    for (const run of runs) run.figures = figuresOf(run.tracks);
    showComparison(comparison);
    showModes(runs);
    beginTheme();
    beginWaterfall();
    beginDetails();
    byId("failures-more").addEventListener("click", showMoreFailures);
    beginRuns(runs);
    showRun(runs[0]);
    window.addEventListener("resize", () => {
        drawWalls(comparison);
        drawHistogram(report.run.tracks, report.run.figures);
        drawRows();
        drawOverview();
    });
    return { run: runs[0] };
}

const report = beginReport();
