"""The report, as a browser shows it: --report, and `haul report --report`."""

import json

import pytest
import support
from browser import Browser
from records import record


@pytest.fixture(scope="module", name="browser")
def fixture_browser():
    with Browser() as browser:
        yield browser


def write_records(path, records):
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return path


@pytest.fixture(name="page")
def fixture_page(haul, tmp_path):
    """page(records) is the path of their report."""

    def make(records):
        path = tmp_path / "run.html"
        run = haul("report", "--report", path, write_records(tmp_path / "run.jsonl", records))
        assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
        return path

    return make


def data_of(path):
    """What the page embeds."""
    return path.read_text(encoding="utf-8").split('id="data">')[1].split("</script>")[0]


def row_urls(browser):
    """Of the rows that are elements, in order."""
    return browser.texts(".strip .url")


def figure(browser, name):
    names, values = browser.texts("#figures dt"), browser.texts("#figures dd")
    return dict(zip(names, values, strict=True))[name]


def test_its_figures_are_the_summarys(haul, origin, browser, tmp_path):
    path, summary = tmp_path / "run.html", tmp_path / "summary.json"
    urls = [origin.url(f"/delay/{delay}") for delay in (40, 10, 30, 20, 60)]
    urls += [origin.url("/status/404"), origin.url("/status/503"), origin.url("/redirect?to=/ok"), "no url"]
    run = haul("-s", "-c", 3, "--report", path, "--summary-json", summary, *urls, "http://127.0.0.1:1/")
    assert run.returncode == 1
    expected = json.loads(summary.read_text())
    browser.show(path)
    browser.run("window.figures = report.run.figures")
    keys = {"urls": "urls", "ok": "ok", "notOk": "not_ok", "unstarted": "unstarted", "bytes": "bytes"}
    for name, key in keys.items():
        assert browser.run(f"figures.{name}") == expected[key], name
    assert browser.run("Object.fromEntries(figures.statuses)") == expected["statuses"]
    assert browser.run("Object.fromEntries(figures.classes)") == expected["classes"]
    assert browser.run("figures.times.length") == expected["time"]["count"]
    assert browser.run("figures.connections") == expected["connections"]["opened"]
    # The summary's percentiles come from buckets, and are off by 0.1 % at most.
    for name, percent in {"p50": 50, "p90": 90, "p99": 99, "max": 100}.items():
        time = browser.run(f"percentile(figures.times, {percent})") / 1e6
        assert time == pytest.approx(expected["time"][name], rel=0.001, abs=2e-6), name
    assert expected["time"]["max"] <= browser.run("figures.wall") / 1e6 <= expected["wall"] + 1e-6
    # And what is seen is that.
    assert [figure(browser, name) for name in ("URLs", "ok", "not ok")] == ["10", "6", "4"]
    assert browser.texts("#statuses .foreign") == list(expected["statuses"])
    assert sorted(browser.texts("#classes .foreign")) == sorted(expected["classes"])
    assert browser.text("#shown") == "10 URLs"


def test_figures_of_known_times(browser, page):
    # The third waits for its place, and is in flight for 0.1 s after the first.
    records = [record(0, total=0.2), record(1, total=0.3), record(2, start=0.2, queue=0.2, total=0.1)]
    records += [record(3, ok=False, error="cancelled", attempts=0, start=None, total=0)]
    browser.show(page(records))
    assert figure(browser, "wall time") == "300 ms"
    assert figure(browser, "in flight, most") == "2"
    assert figure(browser, "in flight, mean") == "2.0"
    assert figure(browser, "requests a second") == "10.0"
    assert [figure(browser, name) for name in ("p50", "p90", "longest")] == ["200 ms", "300 ms", "300 ms"]
    assert figure(browser, "connections") == "–"
    assert browser.run("report.run.figures.unstarted") == 1
    bars = browser.run(
        "[...document.querySelectorAll('#row-2 .bars i')].map((bar) => "
        "[bar.className, Math.round(parseFloat(bar.style.left)), Math.round(parseFloat(bar.style.width))])"
    )
    assert bars == [["queue", 0, 67], ["wait", 67, 33]]
    assert browser.run("document.querySelector('#row-3 .bars').ariaLabel") == "never started"


def test_short_times_are_seen(browser, page):
    """Of what is less wide than a pixel the longest phase, and each of attempts that are apart."""
    short = record(0, total=0.00003)
    short["time"].update(connect=0.00001, wait=0.00002)
    short["tries"] = [{"start": 0, "status": 503, "class": "http", "total": 0.00001}, {"start": 5, "status": 200, "total": 0.00003}]
    browser.show(page([short, record(1, total=10)]))
    bars = browser.run("[...document.querySelectorAll('#row-0 .bars i')].map((bar) => [bar.className, bar.offsetWidth])")
    assert bars == [["wait", 1], ["connect", 0], ["wait", 1]]


def test_a_host_gives_way_before_its_path(browser, page):
    urls = ["http://h1.example.test" + ".longer" * 9 + "/the/path", "http://h2/another", "sleep:1"]
    browser.show(page([record(at, url=url) for at, url in enumerate(urls)]), width=1000)
    assert row_urls(browser) == urls
    widths = "[...document.querySelectorAll('.strip .path, .strip .origin')].map((part) => part.scrollWidth > part.clientWidth)"
    assert browser.run(widths) == [True, False, False, False, False]


def test_the_walls_of_a_comparison_are_drawn(browser, haul, tmp_path):
    path = tmp_path / "run.html"
    assert haul("compare", "--runs", 3, "--report", path, "-c", "1,2", "sleep:0.01", "sleep:0.02").returncode == 0
    browser.show(path)
    assert browser.texts("#walls .foreign") == ["-c 1", "-c 2"]
    modes = browser.run("JSON.parse(document.getElementById('data').textContent).comparison.figures.modes")
    medians = browser.run("[...document.querySelectorAll('#walls .median')].map((line) => Number(line.getAttribute('x1')))")
    origin = browser.run("Number(document.querySelector('#walls .rule').getAttribute('x1'))")
    ratio = (medians[0] - origin) / (medians[1] - origin)
    assert ratio == pytest.approx(modes[0]["wall"]["median"] / modes[1]["wall"]["median"], rel=0.001)
    browser.show(path, width=320)
    assert browser.run("document.documentElement.scrollWidth") == 320


def test_rows_are_sorted(browser, page):
    times = [0.5, 0.1, 0.4, 0.2, 0.3]
    browser.show(page([record(at, start=at / 100, total=time, size=at) for at, time in enumerate(times)]))
    in_order = [f"/{at}" for at in range(5)]
    by_time = [f"/{at}" for at in (1, 3, 4, 2, 0)]
    assert row_urls(browser) == in_order
    browser.click(selector=".head .time button")
    assert row_urls(browser) == by_time
    assert browser.run("document.querySelector('.head .time').ariaSort") == "ascending"
    browser.click(selector=".head .time button")
    assert row_urls(browser) == by_time[::-1]
    assert browser.run("document.querySelector('.head .time').ariaSort") == "descending"
    browser.click(selector=".head .bytes button")
    assert row_urls(browser) == in_order
    browser.select(selector="#sort", value="end")
    assert row_urls(browser) == by_time
    assert browser.complaints() == []


def test_rows_are_filtered(browser, page):
    records = [record(at, url=f"http://h/{'cat' if at % 2 else 'dog'}/{at}") for at in range(10)]
    records += [record(10, url="http://h/cat/gone", ok=False, status=404, error="http")]
    browser.show(page(records))
    browser.fill(selector="#filter", value="CAT -gone")
    assert row_urls(browser) == [f"/cat/{at}" for at in (1, 3, 5, 7, 9)]
    assert browser.text("#shown") == "5 of 11 URLs"
    browser.fill(selector="#filter", value="")
    browser.select(selector="#show", value="not ok")
    assert row_urls(browser) == ["/cat/gone"]
    browser.fill(selector="#filter", value="dog")
    assert (row_urls(browser), browser.text(".strip .nothing")) == ([], "No URL is like this.")
    # Of choices that nothing is of there are none.
    assert browser.texts("#show option") == ["All (11)", "ok (10)", "not ok (1)", "2xx (10)", "4xx (1)", "http (1)"]
    assert browser.complaints() == []


def test_time_is_zoomed(browser, page):
    browser.show(page([record(at, start=at, total=1) for at in range(10)]))

    def window():
        return browser.run("[waterfall.from / 1e6, waterfall.to / 1e6]")

    assert window() == [0, 10]
    browser.drag(selector="#overview", **{"from": 0.42, "to": 0.58})
    assert window() == pytest.approx([4.2, 5.8], abs=0.1)
    assert row_urls(browser) == ["/4", "/5"]
    assert browser.run("waterfall.passed.length") == 10, "the overview has lost what is not in the window"
    browser.click(selector="#zoom-whole")
    assert window() == [0, 10] and len(row_urls(browser)) == 10
    browser.click(selector="#zoom-in")
    assert window() == [2.5, 7.5]
    browser.focus(selector="#rows")
    browser.press(key="ArrowRight")
    assert window() == [3.75, 8.75]
    browser.press(key="-")
    assert window() == [0, 10]
    browser.press(key="+")
    browser.press(key="0")
    assert window() == [0, 10]
    assert browser.complaints() == []


def test_the_keyboard_opens_a_request(haul, origin, browser, tmp_path):
    path = tmp_path / "run.html"
    urls = [origin.url("/ok"), origin.url("/redirect?to=/ok")]
    haul("-s", "-c", 1, "--report", path, "-H", "X-Note: <b>&amp;</b>", *urls)
    browser.show(path)
    browser.focus(selector="#rows")
    browser.press(key="ArrowDown")
    assert browser.run("document.getElementById('rows').getAttribute('aria-activedescendant')") == "row-1"
    browser.press(key="Enter")
    assert browser.run("document.getElementById('details').open")
    titles = [title for title in browser.texts("#details h3") if " of " in title]
    assert titles == ["Request 1 of 2", "Request 2 of 2"]
    assert "<b>&amp;</b>" in browser.texts("#details dd")
    assert "/ok" in browser.texts("#details dd"), "the Location of the redirect"
    browser.press(key="Escape")
    assert not browser.run("document.getElementById('details').open")
    browser.press(key="Home")
    browser.press(key="Enter")
    assert browser.run("document.querySelector('#details dd').textContent") == origin.url("/ok")
    browser.click(selector="#details-on")
    assert browser.run("document.querySelector('#details dd').textContent") == origin.url("/redirect?to=/ok")
    assert browser.complaints() == []


def test_ten_thousand_rows_are_few_elements(browser, page):
    count = 10000
    times = [0.001 + at % 100 / 1000 for at in range(count)]
    browser.show(
        page([record(at, start=at / 1000, total=times[at], ok=at % 100 != 0, error="timeout") for at in range(count)])
    )
    assert figure(browser, "URLs") == "10,000"
    assert browser.run("document.getElementById('rows').getAttribute('aria-rowcount')") == str(count + 1)

    def element_count():
        return browser.run("document.querySelectorAll('*').length")

    assert len(row_urls(browser)) < 80 and element_count() < 2500
    browser.focus(selector="#rows")
    browser.press(key="End")
    assert row_urls(browser)[-1] == f"/{count - 1}" and len(row_urls(browser)) < 80
    last, grid = [
        browser.run(f"document.querySelector('{selector}').getBoundingClientRect().bottom")
        for selector in (".strip .row:last-child", "#rows")
    ]
    assert last <= grid, "the last row is not in sight"
    browser.fill(selector="#filter", value="/9999")
    assert row_urls(browser) == ["/9999"]
    # Failures come some at a time.
    assert len(browser.texts("#failures-table tbody tr")) == 25
    browser.click(selector="#failures-more")
    assert len(browser.texts("#failures-table tbody tr")) == 50
    assert element_count() < 2500 and browser.complaints() == []


def test_light_and_dark(browser, page):
    path = page([record(0)])

    def paper():
        return browser.run("getComputedStyle(document.body).backgroundColor")

    browser.show(path, scheme="light")
    light = paper()
    browser.show(path, scheme="dark")
    dark = paper()
    assert light == "rgb(255, 255, 255)" != dark
    browser.click(selector="#theme input[value=light] + span")
    assert paper() == light
    browser.click(selector="#theme input[value=dark] + span")
    browser.media(scheme="light")
    assert paper() == dark
    browser.click(selector="#theme input[value=''] + span")
    assert paper() == light
    assert browser.complaints() == []


HOSTILE = [
    "http://h/</script><script>window.hacked = 1</script>",
    "http://h/<!--<script>",
    "http://h/<img src=x onerror=window.hacked=1>",
    "http://h/\"onmouseover='window.hacked=1'",
    "javascript:window.hacked=1",
    "http://h/{{data}}\u2028\u2029&lt;b&gt;",
    "http://h/\u202egnp.exe\u2066\u200b\ufeff",
    "http://h/\u0001\u001b]0;x\u0007",
    "</title><svg onload=window.hacked=1>",
]


def test_hostile_texts_stay_texts(browser, page):
    records = []
    for at, text in enumerate(HOSTILE):
        records.append(record(at, url=text, ok=False, error="http", message=text, content_type=text))
        fields = {text: [text], "x": [text]}
        hop = {"attempt": 1, "url": text, "method": text, "status": 500, "remote_ip": text, "remote_port": 1}
        hop.update(start=0, time=records[-1]["time"], request_headers=fields, response_headers=fields)
        records[-1].update(hops=[hop], method=text, http_version=text, remote_ip=text)
    records.append(record(len(HOSTILE), ok=False, error="<img src=x onerror=window.hacked=1>"))
    path = page(records)
    data = data_of(path)
    assert not set(data) & set("<>&\u2028\u2029")
    assert [track["url"] for track in json.loads(data)["runs"][0]["tracks"]][: len(HOSTILE)] == HOSTILE
    browser.show(path)
    assert set(row_urls(browser)) >= {HOSTILE[0], "http://h/\\u{202e}gnp.exe\\u{2066}\\u{200b}\\u{feff}"}
    browser.focus(selector="#rows")
    for at in range(len(records)):
        browser.press(key="Enter")
        assert browser.run("document.getElementById('details').open")
        browser.press(key="Escape")
        browser.press(key="ArrowDown")
    dangerous = "img, a, iframe, object, embed, svg svg, main script, [onerror], [onload]"
    assert browser.texts(dangerous) == []
    assert browser.run("window.hacked ?? null") is None
    assert browser.complaints() == []


def test_its_policy_lets_nothing_else_run(browser, page):
    browser.show(page([record(0)]))
    browser.run("document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 1'}))")
    for markup in ('<img src="http://127.0.0.1:1/x.png">', '<i onclick="window.hacked = 1" id="trap">trap</i>'):
        browser.run(f"document.body.insertAdjacentHTML('beforeend', {json.dumps(markup)})")
    browser.click(selector="#trap")
    assert browser.run("window.hacked ?? null") is None
    complaints = [complaint for complaint in browser.complaints() if not complaint.startswith("request:")]
    assert len(complaints) == 3 and all("Content Security Policy" in complaint for complaint in complaints)


@pytest.mark.parametrize("width", [320, 400, 1400])
def test_it_fits_its_window(browser, page, width):
    records = [record(at, url=f"http://h{at}/" + "long" * 60, ok=at % 2 == 0, error="timeout") for at in range(30)]
    browser.show(page(records), width=width)
    assert browser.run("document.documentElement.scrollWidth") == width
    # Rows lie below each other.
    tops = browser.run("[...document.querySelectorAll('.strip .row')].map((row) => row.getBoundingClientRect().top)")
    assert len({second - first for first, second in zip(tops, tops[1:])}) == 1


def test_all_rows_are_printed(browser, page, tmp_path):
    browser.show(page([record(at) for at in range(1100)]), scheme="dark")
    assert len(row_urls(browser)) < 100
    browser.run("dispatchEvent(new Event('beforeprint'))")
    browser.media(media="print")
    assert len(row_urls(browser)) == 1000
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.pdf(path=tmp_path / "run.pdf")
    assert (tmp_path / "run.pdf").stat().st_size < 2000000
    browser.media(media="screen")
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert len(row_urls(browser)) < 100
    assert browser.complaints() == []


def test_several_files_stand_side_by_side(haul, browser, tmp_path):
    path = tmp_path / "both.html"
    names = ["one <b>.jsonl", "two.jsonl", "none.jsonl"]
    write_records(tmp_path / names[0], [record(at, start=at, total=1) for at in range(3)])
    write_records(tmp_path / names[1], [record(at, total=1, url=f"http://two/{at}") for at in range(4)])
    write_records(tmp_path / names[2], [])
    run = haul("report", "--report", path, *names, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, b"")
    browser.show(path)
    assert browser.texts("#modes-table tr:first-child th") == names
    cells = "(row) => [...row.cells].map((cell) => cell.textContent)"
    rows = browser.run(f"[...document.querySelectorAll('#modes-table tr')].map({cells})")
    assert ["URLs", "3", "4", "0"] in rows and ["wall time", "3.00 s", "1.00 s", "0 µs"] in rows
    assert ["in flight, most", "1", "4", "0"] in rows
    assert row_urls(browser) == ["/0", "/1", "/2"]
    browser.click(selector="#run label:nth-of-type(2) span")
    assert browser.text("#when") == "4 URLs of http://two, 2026-11-21 21:37:28 UTC"
    assert (figure(browser, "wall time"), len(row_urls(browser))) == ("1.00 s", 4)
    browser.click(selector="#run label:nth-of-type(3) span")
    assert (figure(browser, "URLs"), row_urls(browser)) == ("0", [])
    assert browser.complaints() == []


@pytest.mark.parametrize("count", [0, 1])
def test_few_urls(browser, page, count):
    browser.show(page([record(at) for at in range(count)]))
    assert figure(browser, "URLs") == str(count)
    assert browser.text("#failures-none") == "Every URL was ok."


@pytest.mark.sanitized
def test_the_page_is_one_file_for_its_owner(haul, origin, tmp_path):
    path = tmp_path / "run.html"
    urls = [origin.url("/ok?token=SECRET"), origin.url("/redirect?to=/ok"), "sleep:0.001", "no url"]
    run = haul("-sj", "--report", path, *urls)
    assert run.returncode == 1 and len(run.records()) == 4
    assert path.stat().st_mode & 0o777 == 0o600
    page = path.read_text(encoding="utf-8")
    assert "SECRET" not in page and "token=***" in page
    frame = page.replace(data_of(path), "")
    assert not any(word in frame for word in ("src=", "href=", "url(", "@import", "import(", "fetch("))


@pytest.mark.sanitized
@pytest.mark.parametrize("kind", ["short", "full"])
def test_saved_records_make_the_same_page(haul, origin, tmp_path, kind):
    urls = [origin.url("/ok"), origin.url("/redirect?to=/ok")]
    run = haul("-sj", "--record", kind, "--report", tmp_path / "live.html", *urls)
    assert haul("report", "--report", tmp_path / "saved.html", stdin=run.stdout).returncode == 0
    tracks = [json.loads(data_of(tmp_path / name))["runs"][0]["tracks"] for name in ("live.html", "saved.html")]
    if kind == "short":
        for track in tracks[0]:
            assert track.pop("hops")
            track["spans"] = None
        for track in tracks[1]:
            track["spans"] = None
            assert "hops" not in track
    else:
        assert tracks[0] == tracks[1]
    assert [track["url"] for track in tracks[0]] == [track["url"] for track in tracks[1]]


def test_a_page_that_cannot_be_written(haul, origin, tmp_path):
    run = haul("--report", tmp_path / "no" / "run.html", origin.url("/ok"))
    assert run.returncode == 3 and b"run.html" in run.stderr
    assert support.parse_records(run.stdout) == []
