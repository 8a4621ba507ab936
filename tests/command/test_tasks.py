"""Runs the tasks of haul(1), the subsections of its EXAMPLES, word for word, and looks at what comes of them.

Their hosts are stand-ins: a configuration file leads all of them to one server of ours.
"""

import hashlib
import json
import pathlib
import re
import signal
import sqlite3
import subprocess
import time

import pytest
import servers
import support
from test_manual_examples import plain

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "man" / "haul.1").read_text(encoding="utf-8")
EXAMPLES = PAGE.partition("\n.Sh EXAMPLES\n")[2].partition("\n.Sh ")[0] + "\n"
# A line of a display in a terminal of 80.
WIDEST = 69


def displays(text):
    return [plain(shown) for shown in re.findall(r"^\.Bd -literal\b.*\n((?:.*\n)*?)^\.Ed$", text, re.MULTILINE)]


SINGLE_LINES = displays(EXAMPLES.partition("\n.Ss ")[0])
TASKS = {
    heading: displays(text)
    for heading, _, text in (part.partition("\n") for part in re.split(r"^\.Ss ", EXAMPLES, flags=re.MULTILINE)[1:])
}


class Shop(servers.Puppet):
    """A server for all hosts of the tasks. `failing[target]`: so often it answers 503 at first. A target or a host in
    `silent` gets no answer. The answers are found by host and target, or by the target alone."""

    def __init__(self, tls):
        super().__init__(tls)
        self.failing = {}
        self.silent = set()

    def answer(self, conversation, request):
        target = request.target
        host = request.field("host")
        if self.failing.get(target, 0) > 0:
            self.failing[target] -= 1
            conversation.wfile.write(servers.response(503))
            return True
        if target in self.silent or host in self.silent:
            return self._hold(conversation, target, 1)
        conversation.wfile.write(self.answers.get(host + target) or self.answers.get(target) or servers.response(404))
        return True

    def page(self, target, text, *fields):
        self.answers[target] = servers.response(200, *fields, body=text.encode() if isinstance(text, str) else text)

    def counts(self):
        """How often each target was asked for."""
        targets = self.targets()
        return {target: targets.count(target) for target in targets}


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    found = re.findall(r"https://(?:\{(.*?)\}|(\w+))\.([a-z.]*example)\b", EXAMPLES)
    names = sorted({f"{first}.{rest}" for several, one, rest in found for first in (several or one).split(",")})
    return servers.Certificates(tmp_path_factory.mktemp("trusted"), *names)


@pytest.fixture
def shop(trusted):
    with Shop(trusted.context()) as shop:
        yield shop


@pytest.fixture
def start(shop, trusted, tmp_path):
    """Starts a script in tmp_path, or the task under that heading. CHANGE makes another script of it."""
    configuration = tmp_path / "home" / "haul" / "config"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(
        f"connect-to = ::127.0.0.1:{shop.port}\ncacert = {trusted.ca}\nretry-delay = 1ms\n", encoding="utf-8"
    )
    environment = support.environment({"XDG_CONFIG_HOME": str(tmp_path / "home"), "HOME": str(tmp_path / "home")})
    environment["PATH"] = f"{support.HAUL.parent}:{environment['PATH']}"

    def run(script, change=None):
        (script,) = TASKS.get(script, [script])
        return subprocess.Popen(
            ["bash", "-c", change(script) if change else script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment,
        )

    return run


@pytest.fixture
def shell(start, tmp_path):
    """Runs a script as `start` does, with these FILES, to its end; what came of it."""

    def run(script, change=None, **files):
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
        process = start(script, change)
        output, errors = process.communicate(timeout=support.PATIENCE)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    return run


@pytest.fixture
def pages(shop):
    """Two URLs that are there, as a list; every other one is a 404."""
    shop.page("/one", "1\n", "Content-Type: text/plain")
    shop.page("/two", "2\n", "Content-Type: text/html")
    return "https://a.example/one\nhttps://a.example/two\n"


def test_each_task_is_run_here():
    code = pathlib.Path(__file__).read_text(encoding="utf-8")
    assert TASKS
    assert [heading for heading in TASKS if f'"{heading}"' not in code] == []


def test_the_lines_fit_a_terminal():
    lines = [line for shown in displays(EXAMPLES) for line in shown.splitlines()]
    assert [line for line in lines if len(line) > WIDEST] == []


def columns(run):
    """The status, URL and note of each line, in order of the URL."""
    rows = [line.split("\t") for line in run.stdout.splitlines()]
    return sorted(((row[0], row[3], row[4]) for row in rows), key=lambda row: row[1:])


LINKS = "Check the links of a site"


def test_broken_links_are_found_with_their_pages(shell, shop):
    shop.page("/", '<a href="/good">1</a> <a class="x" href="sub/page?x=a/b">2</a> <a href="/gone#there">3</a>')
    shop.page("/sub/page?x=a/b", '<a href="../gone">4</a><a href="mailto:me@site.example">5</a><a href="#top">6</a>')
    shop.page("/good", "")
    shop.answers["/members"] = servers.response(403)
    shop.page("/list", '<a href="/members">7</a> <a href="https://site.example/gone?">8</a> <a href="//site.example/flaky">')
    shop.page("/flaky", "")
    shop.failing["/flaky"] = 1
    pages = "https://site.example/\nhttps://site.example/sub/page?x=a/b\nhttps://site.example/list\n"
    run = shell(LINKS, pages_txt=pages)
    gone = "404 Not Found [https://site.example/"
    assert columns(run) == [
        ("404", "https://site.example/gone", f"{gone}]"),
        ("404", "https://site.example/gone", f"{gone}sub/page?x=a/b]"),
        ("404", "https://site.example/gone?", f"{gone}list]"),
    ]
    assert (run.returncode, run.stderr) == (1, "")
    assert shop.counts()["/gone"] == 1


def test_links_that_are_all_there_are_no_output(shell, shop):
    shop.page("/", '<a href="/">this one</a>')
    run = shell(LINKS, pages_txt="https://site.example/\n")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_page_without_a_link_or_that_is_missing_fails_the_check(shell, shop):
    shop.page("/", "nothing here")
    run = shell(LINKS, pages_txt="https://site.example/\n")
    assert (run.returncode, run.stdout) == (1, "")
    shop.page("/", '<a href="/">this one</a>')
    run = shell(LINKS, pages_txt="https://site.example/\nhttps://site.example/missing\n")
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "haul: 1 of 2 URLs not ok (1 http)\n")


def test_a_cache_is_warmed(shell, shop):
    shop.page(
        "/sitemap.xml",
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<url><loc>https://site.example/a</loc><lastmod>2026-11-21</lastmod></url>"
        "<url><loc>https://site.example/b?x=1&amp;y=2</loc></url><url><loc>https://site.example/gone</loc></url></urlset>",
    )
    shop.page("/a", "a" * 100000)
    shop.page("/b?x=1&y=2", "b")
    run = shell("Warm a cache from a sitemap")
    assert shop.counts() == {"/sitemap.xml": 1, "/a": 1, "/b?x=1&y=2": 1, "/gone": 1}
    assert {request.method for request in shop.requests} == {"GET"}
    assert columns(run) == [("404", "https://site.example/gone", "404 Not Found")]
    assert "URLs         3: 2 ok, 1 not ok (1 http)" in run.stderr
    assert "bytes        100004" in run.stderr
    assert run.returncode == 1


DATA = "Fetch a data set and verify it"


def publish(shop, **files):
    """Files by their names, and the list of their checksums."""
    sums = ""
    for name, text in files.items():
        shop.page(f"/{name}", text)
        sums += f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n"
    shop.page("/SHA256SUMS", sums)


def test_a_data_set_is_whole(shell, shop, tmp_path):
    publish(shop, north="n" * 70000, south="s")
    shop.failing["/south"] = 2
    run = shell(DATA)
    assert (run.returncode, run.stdout, run.stderr, (tmp_path / "wrong.tsv").read_text()) == (0, "", "", "")
    assert {path.name: path.read_text() for path in (tmp_path / "data").iterdir()} == {"north": "n" * 70000, "south": "s"}
    requests = len(shop.requests)
    assert (shell(DATA).returncode, (tmp_path / "wrong.tsv").read_text()) == (0, "")
    assert len(shop.requests) == requests + 1


def test_a_file_that_is_not_as_published_is_told(shell, shop, tmp_path):
    publish(shop, north="n", south="s", west="w")
    shop.page("/north", "something else")
    del shop.answers["/west"]
    run = shell(DATA)
    assert run.returncode == 1
    assert "north: FAILED" in run.stdout and "south" not in run.stdout
    wrong = sorted((tmp_path / "wrong.tsv").read_text().splitlines())
    assert wrong == ["https://data.example/north\t", "https://data.example/west\t404 Not Found"]


def test_numbered_pages_are_in_order(shell, shop, tmp_path):
    for page in range(1, 41):
        shop.page(f"/items?page={page}", json.dumps({"items": [{"page": page, "item": item} for item in range(2)]}))
    shop.failing["/items?page=3"] = 1
    run = shell("Fetch numbered pages of an API", token_txt="Authorization: Bearer secret\n")
    items = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    assert items == [{"page": page, "item": item} for page in range(1, 41) for item in range(2)]
    assert {request.field("authorization") for request in shop.requests} == {"Bearer secret"}
    assert (run.returncode, run.stderr) == (0, "")
    del shop.answers["/items?page=7"]
    assert shell("Fetch numbered pages of an API").returncode == 1


CURSOR = "Follow the cursor of an API"


def test_a_cursor_is_followed_to_the_end(shell, shop, tmp_path):
    root = "https://api.example/events"
    shop.page("/events", json.dumps({"events": [1, 2], "next": f"{root}?after=2"}))
    shop.page("/events?after=2", json.dumps({"events": [3], "next": f"{root}?after=3"}))
    shop.page("/events?after=3", json.dumps({"events": ["é"], "next": None}))
    shop.failing["/events?after=2"] = 1
    run = shell(CURSOR, token_txt="Authorization: Bearer secret\n")
    assert (run.returncode, run.stderr) == (0, "")
    assert (tmp_path / "events.jsonl").read_text() == '1\n2\n3\n"é"\n'
    assert shop.connections == 1


def test_a_missing_page_of_a_cursor_is_a_failure(shell, shop, tmp_path):
    shop.page("/events", json.dumps({"events": [1], "next": "https://api.example/gone"}))
    run = shell(CURSOR, token_txt="Authorization: Bearer secret\n")
    assert (run.returncode, run.stderr, (tmp_path / "events.jsonl").read_text()) == (1, "", "1\n")


MIRROR = "Choose a mirror"


def test_the_mirror_that_answers_is_taken(shell, shop, tmp_path):
    shop.silent = {"de.mirror.example"}
    shop.answers["us.mirror.example/pub/SHA256SUMS"] = servers.response(503)
    files = {name: f"file {name}" for name in ("one", "two")}
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    shop.page("/pub/SHA256SUMS", "".join(f"{digest}  {name}\n" for name, digest in sums.items()))
    for name, text in files.items():
        shop.page(f"/pub/{name}", text)
    run = shell(MIRROR)
    assert (run.returncode, run.stderr) == (0, "")
    assert {name: (tmp_path / name).read_text() for name in files} == files
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"SHA256SUMS", *files}
    taken = {request.field("host") for request in shop.requests if request.target != "/pub/SHA256SUMS"}
    assert taken == {"fr.mirror.example"}


def test_a_file_that_is_not_what_the_mirror_lists_is_a_failure(shell, shop):
    shop.page("/pub/SHA256SUMS", f"{hashlib.sha256(b'new').hexdigest()}  one\n")
    shop.page("/pub/one", "old")
    assert shell(MIRROR).returncode != 0


def test_no_mirror_is_a_failure(shell, shop, tmp_path):
    run = shell(MIRROR)
    assert (run.returncode, set(shop.targets()), list(tmp_path.glob("SHA*"))) == (1, {"/pub/SHA256SUMS"}, [])


CRON = "Look after servers from cron"


def crontab_command(script):
    *_, command = script.split(None, 5)
    return command


def test_cron_hears_nothing_where_nothing_is_wrong(shell, shop):
    shop.page("/health", "fine")
    shop.failing["/health"] = 1
    run = shell(CRON, crontab_command, urls_txt="https://a.example/health\n")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_cron_hears_what_is_wrong(shell, shop):
    shop.page("/health", "fine")
    shop.silent = {"/stuck"}
    urls = "".join(f"https://a.example/{name}\n" for name in ("health", "stuck", "gone"))
    run = shell(CRON, lambda script: crontab_command(script).replace("4m", "500ms"), urls_txt=urls)
    assert columns(run) == [
        ("404", "https://a.example/gone", "404 Not Found"),
        ("cancelled", "https://a.example/stuck", "deadline"),
    ]
    assert run.returncode == 124


GATE = "Gate a build"


def test_a_gate_lets_few_failures_through(shell, shop, tmp_path):
    shop.page("/", "")
    urls = "https://a.example/\n" * 100
    run = shell(GATE, urls_txt=f"{urls}https://a.example/gone\n")
    assert run.returncode == 0
    assert run.stdout.splitlines()[1:] == ["true"]
    assert json.loads((tmp_path / "summary.json").read_text())["statuses"] == {"200": 100, "404": 1}
    run = shell(GATE, urls_txt=urls + "https://a.example/gone\n" * 2)
    assert run.returncode == 1
    assert "true" not in run.stdout


def test_a_gate_holds_back_what_is_slow(shell, shop):
    shop.page("/", "")
    run = shell(GATE, lambda script: script.replace("0.5'", "0'"), urls_txt="https://a.example/\n")
    assert (run.returncode, run.stdout) == (1, "false\n")


RESUME = "Go on after Ctrl-C"


def test_what_is_done_is_not_fetched_again(start, shell, shop, pages, tmp_path):
    shop.silent = {"/two"}
    (tmp_path / "urls.txt").write_text(pages, encoding="utf-8")
    with start(RESUME) as process:
        shop.wait_for("/one", "/two")
        while not (tmp_path / "done.jsonl").read_bytes().endswith(b"\n"):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(support.PATIENCE) == -signal.SIGINT
    shop.silent = set()
    run = shell(RESUME, urls_txt="https://a.example/two\nhttps://a.example/one\n")
    assert (run.returncode, [row[1] for row in columns(run)]) == (0, ["https://a.example/two"])
    assert shop.counts() == {"/one": 1, "/two": 2}
    assert {path.name: path.read_text() for path in (tmp_path / "pages/a.example").iterdir()} == {"one": "1\n", "two": "2\n"}
    assert shell(RESUME).stdout == ""


def test_a_table_gets_what_came_of_its_rows(shell, shop, tmp_path):
    database = sqlite3.connect(tmp_path / "links.db")
    database.execute("create table link (id integer primary key, url text, status int, seconds real, error text)")
    urls = ["https://a.example/one?q=a\tb", "https://a.example/gone", "ftp://a.example/", "https://a.example/'two'"]
    database.executemany("insert into link (url) values (?)", [(url,) for url in urls])
    database.commit()
    shop.page("/'two'", "")
    for _ in range(2):
        assert shell("Go through a database").returncode == 0
        rows = database.execute("select id, status, error from link order by id").fetchall()
        assert rows == [(1, 0, "url"), (2, 404, "http"), (3, 0, "url"), (4, 200, None)]
    assert database.execute("select count(*) from link where seconds > 0").fetchone() == (2,)


def single_line(word):
    (line,) = (line for line in SINGLE_LINES if word in line)
    return line


def test_each_single_line_is_run_here():
    words = re.findall(r'single_line\("(.*?)"', pathlib.Path(__file__).read_text(encoding="utf-8"))
    assert {single_line(word) for word in words} == set(SINGLE_LINES)


def test_two_urls(shell):
    run = shell(single_line("b.example/x"))
    gone = "404 Not Found"
    assert columns(run) == [("404", "https://a.example/", gone), ("404", "https://b.example/x", gone)]
    assert run.returncode == 1


def test_results_in_the_order_of_the_list(shell, pages, tmp_path):
    assert shell(single_line("results.tsv"), urls_txt=pages).returncode == 0
    assert [line.split("\t")[3] for line in (tmp_path / "results.tsv").read_text().splitlines()] == pages.split()


def test_what_failed_while_the_list_is_still_coming(shell, pages):
    """tail gives what it has to a haul that goes on; here it ends."""
    run = shell(single_line("tail -f"), lambda line: line.replace("tail -f", "cat"), urls_txt=f"{pages}ftp://x/\n")
    assert (run.returncode, run.stdout) == (0, "ftp://x/\turl\n")


def test_again_what_failed(shell, shop, pages, tmp_path):
    shop.failing = {"/two": 2}
    run = shell(single_line("until"), lambda line: line.replace("sleep 10", ":"), urls_txt=pages)
    assert (run.returncode, shop.counts(), (tmp_path / "urls.txt").read_text()) == (0, {"/one": 1, "/two": 3}, "")


def test_the_first_of_three_mirrors(shell, shop, tmp_path):
    shop.silent = {"a.example"}
    shop.answers["b.example/x"] = servers.response(200, body=b"from b")
    assert shell(single_line("--race")).returncode == 0
    assert (tmp_path / "x").read_text() == "from b"


def test_all_pages_in_one_file(shell, pages, tmp_path):
    assert shell(single_line("all.html"), pages_txt=pages).returncode == 0
    assert (tmp_path / "all.html").read_text() == "1\n2\n"


def test_the_status_and_type_of_each_page(shell, pages):
    run = shell(single_line("http_code"), urls_txt=pages)
    assert sorted(run.stdout.splitlines()) == ["200 text/html https://a.example/two", "200 text/plain https://a.example/one"]


def test_pages_without_their_bodies(shell, shop, pages):
    run = shell("SESSION=secret\n" + single_line("--no-body"), pages_txt=f"{pages}https://b.example/one\n")
    assert len(columns(run)) == 3
    cookies = {(request.field("host"), request.field("cookie")) for request in shop.requests}
    assert cookies == {("a.example", "session=secret"), ("b.example", None)}


def test_the_same_question_put_to_many_servers(shell, shop, pages, tmp_path):
    (tmp_path / "home" / ".netrc").write_text("machine a.example login name password word\n", encoding="utf-8")
    assert len(shell(single_line("--json"), servers_txt=f"{pages}https://b.example/one\n").stdout.splitlines()) == 3
    assert {(request.method, request.body) for request in shop.requests} == {("POST", b'{"query": "status"}')}
    credentials = {(request.field("host"), request.field("authorization")) for request in shop.requests}
    assert credentials == {("a.example", "Basic bmFtZTp3b3Jk"), ("b.example", None)}


def test_what_a_limit_does(shell):
    run = shell(single_line("sleep:1"), lambda line: line.replace("sleep:1", "sleep:0.01"))
    assert len(columns(run)) == 4
