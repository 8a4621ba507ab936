"""Files: each body whole, under a name of its own, and nothing left of what is not whole."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import resource
import signal
import subprocess
import threading
import urllib.parse

import pytest
import servers
import support

pytestmark = pytest.mark.sanitized


def tree(directory):
    """What is in it: the path of each file and its content."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(pathlib.Path(directory).rglob("*"))
        if not path.is_dir()
    }


def files_of(run):
    """The `file` of each record, in the order of the input."""
    return [record["file"] for record in sorted(run.records(), key=lambda record: record["index"])]


def test_each_body_has_its_file(haul, origin, mode, tmp_path):
    urls = [origin.url("/bytes/a.txt?one"), origin.url("/size/300000"), origin.url("/ok"), origin.url("/size/0")]
    run = haul("--mode", mode, "-j", "-O", *urls, cwd=tmp_path)
    assert run.returncode == 0
    assert files_of(run) == ["a.txt", "300000", "ok", "0"]
    files = tree(tmp_path)
    assert {name: len(content) for name, content in files.items()} == {"a.txt": 3, "300000": 300_000, "ok": 3, "0": 0}
    assert files["a.txt"] == b"one"


def test_lines_are_written_beside_files(haul, origin, tmp_path):
    run = haul("-o", "{index}", origin.url("/ok"), cwd=tmp_path)
    assert run.lines()[0].startswith("200\t")
    assert tree(tmp_path) == {"0": b"ok\n"}


def test_values(haul, origin, tmp_path):
    template = "out/{host}-{port}/{index:03}/{line}/{status}/{tag}/{tag.id}/{path}/{name}~{ext}"
    line = origin.url("/bytes/5.tar.gz?12345") + '\t{"id":"../x"}\n'
    run = haul("-o", template, "--create-dirs", "-j", stdin=line, cwd=tmp_path)
    path = f'out/127.0.0.1-{origin.port}/000/1/200/{{"id":".._x"}}/_._x/bytes/5.tar.gz/5.tar.gz~gz'
    assert files_of(run) == [path]
    assert [len(content) for content in tree(tmp_path).values()] == [5]
    assert list(tree(tmp_path)) == [path]


@pytest.mark.parametrize("template", ["x", "{name}", "{host}"])
def test_two_urls_never_write_one_file(haul, origin, mode, tmp_path, template):
    """Numbers go by the order of the input, whoever is first."""
    urls = [origin.url(f"/bytes/same?{number}&delay={0.02 * (5 - number)}") for number in range(5)]
    run = haul("--mode", mode, "-j", "-o", template, *urls, cwd=tmp_path)
    name = template.replace("{name}", "same").replace("{host}", "127.0.0.1")
    names = [name, *(f"{name}.{number}" for number in range(1, 5))]
    assert files_of(run) == names
    assert [content[:1] for content in tree(tmp_path).values()] == [b"0", b"1", b"2", b"3", b"4"]


def test_a_name_is_kept_though_its_url_fails(haul, origin, tmp_path):
    run = haul("-j", "-o", "x", origin.url("/status/404"), origin.url("/ok"), "ftp://h.test/", cwd=tmp_path)
    assert files_of(run) == [None, "x.1", None]
    assert tree(tmp_path) == {"x.1": b"ok\n"}


def test_names_that_need_the_answer_go_by_who_is_done(haul_running, puppet, tmp_path):
    urls = [puppet.url(f"/held/{letter}") for letter in "abc"]
    for letter in "abc":
        puppet.answers[f"/held/{letter}"] = [servers.response(body=letter.encode())]
    with haul_running("-j", "--gather", "-o", "{status}", *urls, cwd=tmp_path) as run:
        puppet.wait_for(*("/held/a", "/held/b", "/held/c"))
        for number, letter in enumerate("cab"):
            puppet.release(f"/held/{letter}")
            name = tmp_path / (f"200.{number}" if number else "200")
            wait_until(lambda name=name: name.exists())
        assert [run.record()["file"] for _ in "abc"] == ["200.1", "200.2", "200"]
        assert run.wait() == 0
    assert tree(tmp_path) == {"200": b"c", "200.1": b"a", "200.2": b"b"}


def wait_until(is_so):
    """Waits for what comes soon, and is told of by nobody. A file may get its name between being listed and read."""
    event = threading.Event()
    for _ in range(6000):
        with contextlib.suppress(FileNotFoundError):
            if is_so():
                return
        event.wait(0.01)
    raise TimeoutError


def test_folders_and_files_of_one_name(haul, origin, mode, tmp_path):
    paths = ["/bytes?1", "/bytes/x?2", "/bytes/x/y?3", "/bytes/x?4", "/bytes?5"]
    run = haul("--mode", mode, "-j", "-o", "{path}", "--create-dirs", *map(origin.url, paths), cwd=tmp_path)
    assert files_of(run) == ["bytes", "bytes.1/x", "bytes.1/x.1/y", "bytes.1/x.2", "bytes.2"]
    assert sorted(tree(tmp_path).values()) == [b"1", b"2", b"3", b"4", b"5"]


def test_a_file_has_its_name_when_it_is_whole(haul_running, puppet, tmp_path):
    whole = servers.response(body=b"first,second")
    puppet.answers["/held/a"] = [whole[:-6], whole[-6:]]
    (tmp_path / "a").write_bytes(b"before")
    with haul_running("-O", puppet.url("/held/a"), cwd=tmp_path) as run:
        puppet.release("/held/a")
        wait_until(lambda: tree(tmp_path).get("a.part"))
        assert tree(tmp_path) == {"a": b"before", "a.part": b"first,"}
        puppet.release("/held/a")
        assert run.wait() == 0
    assert tree(tmp_path) == {"a": b"first,second"}


@pytest.mark.parametrize("template", ["{name}", "{status}", "x/y"])
def test_what_fails_leaves_nothing(haul, origin, refused_port, mode, tmp_path, template):
    (tmp_path / "x").mkdir()
    paths = ["/status/404", "/short?promise=60000&send=59999", "/drop", "/garbage", "/redirect-loop"]
    urls = [*map(origin.url, paths), f"http://127.0.0.1:{refused_port}/", "ftp://h.test/", "sleep:0"]
    run = haul("--mode", mode, "-j", "-o", template, *urls, cwd=tmp_path)
    assert run.returncode == 1
    assert files_of(run) == [None] * 8
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("template", ["{name}", "{status}-{name}", "d/{name}"])
@pytest.mark.parametrize("times", [1, 2])
def test_what_is_interrupted_leaves_nothing(haul_running, puppet, tmp_path, template, times):
    """Also where a second signal ends haul at once."""
    (tmp_path / "d").mkdir()
    whole = servers.response(body=b"x" * 1000)
    for letter in "abc":
        puppet.answers[f"/held/{letter}"] = [whole[:-500], whole[-500:]]
    puppet.answers["/done"] = [servers.response(body=b"done")]
    urls = [puppet.url(path) for path in ("/done", "/held/a", "/held/b", "/held/c")]
    with haul_running("-j", "-o", template, *urls, stdout=os.open(os.devnull, os.O_WRONLY), cwd=tmp_path) as run:
        puppet.release("/held/a", "/held/b", "/held/c")
        wait_until(lambda: sorted(tree(tmp_path).values()) == [b"done", *[b"x" * 500] * 3])
        for _ in range(times):
            run.interrupt()
        assert run.wait() == -signal.SIGINT
    assert list(tree(tmp_path).values()) == [b"done"]


def test_fail_with_body(haul, origin, mode, tmp_path):
    urls = [origin.url("/size/70000?status=404"), origin.url("/ok"), origin.url("/short?promise=9&send=8")]
    run = haul("--mode", mode, "-j", "-o", "{index}", "--fail-with-body", *urls, cwd=tmp_path)
    assert run.returncode == 1
    assert files_of(run) == ["0", "1", None]
    assert {name: len(content) for name, content in tree(tmp_path).items()} == {"0": 70_000, "1": 3}
    run = haul("--mode", mode, "--gather", "--body", "--fail-with-body", *urls)
    assert run.returncode == 1
    assert len(run.stdout) == 70_003
    assert run.stderr.decode().splitlines()[0] == f"haul: {urls[0]}: http: 404 Not Found"


def test_output_dir(haul, origin, tmp_path):
    url = origin.url("/ok")
    run = haul("-O", "--output-dir", "a/b", url, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: cannot use the folder a/b/: No such file or directory (--create-dirs makes it)\n"
    run = haul("-j", "-O", "--output-dir", "a/b", "--create-dirs", url, cwd=tmp_path)
    assert files_of(run) == ["a/b/ok"]
    run = haul("-j", "-o", "c/{name}", "--output-dir", tmp_path / "a", "--create-dirs", url, cwd=tmp_path)
    assert files_of(run) == [f"{tmp_path}/a/c/ok"]
    assert list(tree(tmp_path)) == ["a/b/ok", "a/c/ok"]


def test_a_folder_that_is_missing_is_an_error_of_its_url(haul, origin, tmp_path):
    run = haul("-j", "-o", "{status}/{name}", origin.url("/ok"), cwd=tmp_path)
    assert run.returncode == 1
    (record,) = run.records()
    assert (record["file"], record["error"]["class"], record["error"]["code"]) == (None, "local", 23)
    assert record["error"]["message"] == "cannot make 200/ok: No such file or directory (--create-dirs makes folders)"
    assert tree(tmp_path) == {}


def test_a_folder_is_no_name(haul, origin, tmp_path):
    (tmp_path / "d").mkdir()
    run = haul("-o", "d", origin.url("/ok"), cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr == b"haul: d is a folder: put /{name} behind it for a file of each URL\n"
    run = haul("-O", "--create-dirs", "--output-dir", "d", origin.url("/d"), origin.url("/bytes/e?x"), cwd=tmp_path)
    assert tree(tmp_path) == {"d/e": b"x"}


def test_no_component_is_a_link(haul, origin, tmp_path):
    """But for those that a person has written."""
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (inside / "bytes").symlink_to(outside)
    (inside / "deep").mkdir()
    (inside / "deep" / "x").symlink_to(outside / "x")
    (tmp_path / "link").symlink_to(inside)
    url = origin.url("/bytes/x?1")
    run = haul("-j", "-o", "link/{path}", url, cwd=tmp_path)
    assert run.records()[0]["error"]["message"] == "cannot make link/bytes/x: there is a symbolic link on the way"
    assert tree(outside) == {}
    run = haul("-j", "-o", "link/deep/{name}", url, cwd=tmp_path)
    assert files_of(run) == ["link/deep/x"]
    assert tree(outside) == {}
    assert (inside / "deep" / "x").read_bytes() == b"1"
    assert not (inside / "deep" / "x").is_symlink()


def test_a_name_that_is_no_file_is_left_alone(haul, origin, tmp_path):
    os.mkfifo(tmp_path / "x")
    run = haul("-j", "-O", origin.url("/bytes/x?1"), cwd=tmp_path)
    assert run.records()[0]["error"]["message"] == "cannot make x: it is no regular file"
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("path", ["..%2f..%2fx", "%2e%2e%2fx", ".bashrc", "-rf", "%00", "~root", "CON"])
def test_hostile_paths_stay_inside(haul, origin, tmp_path, path):
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    for template in ("{name}", "{path}", "{tag}"):
        line = origin.url("/bytes/" + path + "?1") + "\t" + path.replace("%2f", "/") + "\n"
        run = haul("-j", "-o", template, "--create-dirs", stdin=line, cwd=inside)
        assert run.returncode == 0
        assert (inside / files_of(run)[0]).read_bytes() == b"1"
    assert all(name.startswith("a/b/") for name in tree(tmp_path))
    assert not any(part[0] in ".-" for name in tree(inside) for part in name.split("/"))


def test_long_names_are_cut(haul, origin, tmp_path):
    urls = [origin.url("/bytes/" + "x" * 5000 + letter + "?" + letter) for letter in "ab"]
    run = haul("-j", "-O", *urls, cwd=tmp_path)
    assert [len(name) for name in files_of(run)] == [200, 200]
    assert sorted(tree(tmp_path).values()) == [b"a", b"b"]


def test_a_part_that_was_left_is_made_anew(haul, origin, tmp_path):
    (tmp_path / "ok.part").write_bytes(b"left by somebody who was killed")
    assert haul("-O", origin.url("/ok"), cwd=tmp_path).returncode == 0
    assert tree(tmp_path) == {"ok": b"ok\n"}


def test_a_part_that_is_a_link_is_not_followed(haul, origin, tmp_path):
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / "ok.part").symlink_to("target")
    run = haul("-j", "-O", origin.url("/ok"), cwd=tmp_path)
    assert run.records()[0]["error"]["message"] == "cannot make ok: its .part is there, and is no regular file"
    assert (tmp_path / "target").read_bytes() == b"mine"


def test_a_part_that_another_program_writes_is_left(haul, origin, tmp_path):
    with open(tmp_path / "ok.part", "wb") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        run = haul("-j", "-O", origin.url("/ok"), cwd=tmp_path)
    assert run.records()[0]["error"]["message"] == "cannot make ok: another program is writing it"
    assert tree(tmp_path) == {"ok.part": b""}


@pytest.mark.parametrize("template", ["{name}", "{status}/{index}"])
def test_fsync(haul, origin, mode, tmp_path, template):
    urls = [origin.url(f"/bytes/{name}?{name}") for name in "abc"]
    run = haul("--mode", mode, "-j", "-o", template, "--fsync", "--create-dirs", *urls, cwd=tmp_path)
    assert run.returncode == 0
    assert sorted(tree(tmp_path).values()) == [b"a", b"b", b"c"]


def test_sha256(haul, origin, tmp_path):
    urls = [origin.url("/size/300000"), origin.url("/size/0"), origin.url("/status/404"), "sleep:0"]
    run = haul("-j", "--gather", "-O", "--sha256", *urls, cwd=tmp_path)
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    assert [record["sha256"] for record in run.records()] == [digests["300000"], digests["0"], None, None]


def test_a_disk_that_is_full_fails_its_url_alone(origin, tmp_path):
    """A limit of the size of files does as well."""
    arguments = ["-j", "-O", origin.url("/size/300000"), origin.url("/ok")]
    run = haul_with_limit(resource.RLIMIT_FSIZE, 100_000, arguments, cwd=tmp_path)
    messages = {record["file"]: (record["error"] or {}).get("message") for record in run.records()}
    assert messages == {None: "cannot write 300000: File too large", "ok": None}
    assert tree(tmp_path) == {"ok": b"ok\n"}


def haul_with_limit(which, limit, arguments, stdin=None, **more):
    """Runs haul under a limit."""
    run = subprocess.run(
        support.command(arguments),
        input=stdin,
        capture_output=True,
        check=False,
        timeout=support.PATIENCE,
        preexec_fn=lambda: resource.setrlimit(which, (limit, limit)),
        **more,
    )
    return support.Finished(run.args, run.returncode, run.stdout, run.stderr)


def test_to_standard_output(haul, origin, mode):
    run = haul("--mode", mode, "-o", "-", origin.url("/ok"), origin.url("/ok"))
    assert (run.returncode, run.stdout) == (0, b"ok\nok\n")


def test_to_a_device(haul, origin):
    run = haul("-j", "-o", "/dev/null", origin.url("/size/3000000"), origin.url("/status/404"))
    assert run.returncode == 1
    assert files_of(run) == [None, None]
    run = haul("-s", "-o", "/dev/full", origin.url("/ok"))
    assert (run.returncode, run.stderr) == (3, b"haul: cannot write to /dev/full: No space left on device\n")


def test_to_a_pipe_with_a_name(haul, origin, mode, tmp_path):
    """Whole bodies, one after another, and records beside them."""
    os.mkfifo(tmp_path / "pipe")
    taken = []
    reader = threading.Thread(target=lambda: taken.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    run = haul("--mode", mode, "-j", "-o", "pipe", *[origin.url("/size/500000")] * 4, cwd=tmp_path)
    reader.join()
    assert run.returncode == 0
    assert len(run.records()) == 4
    assert len(taken[0]) == 2_000_000
    assert taken[0] == taken[0][:500_000] * 4


def test_a_pipe_whose_reader_goes_away(haul_running, origin, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with haul_running("-j", "-o", tmp_path / "pipe", *[origin.url("/size/5000000")] * 3) as run:
        descriptor = os.open(tmp_path / "pipe", os.O_RDONLY)
        os.read(descriptor, 1000)
        os.close(descriptor)
        assert run.wait() == 141


def test_newline(haul, origin, mode):
    urls = [origin.url("/bytes?a"), origin.url("/ok"), origin.url("/bytes?"), origin.url("/status/404"), origin.url("/bytes?b")]
    run = haul("--mode", mode, "--body", "--newline", *urls)
    if mode == "as-completed":
        assert sorted(run.stdout.split(b"\n")) == [b"", b"", b"a", b"b", b"ok"]
    else:
        assert run.stdout == b"a\nok\n\nb\n"
    assert haul("--body", "--newline", origin.url("/size/900000")).stdout[-2:] != b"\n\n"


def test_include_body(haul, origin, mode):
    urls = [origin.url("/ok"), origin.url("/bytes?%ff%00a"), origin.url("/status/404"), origin.url("/drop"), "sleep:0"]
    run = haul("--mode", mode, "-j", "--include-body", *urls)
    records = sorted(run.records(), key=lambda record: record["index"])
    assert [record["body"] for record in records] == ["ok\n", None, records[2]["body"], None, None]
    assert [record.get("body_base64") for record in records] == [None, "/wBh", None, None, None]
    assert records[2]["body"]


def test_without_descriptors_nothing_is_lost(origin, tmp_path):
    """Connections may take all there are: what comes is kept, and written when its own connection is done."""
    urls = [origin.url(f"/size/{size}?{number}") for number, size in enumerate([5, 100_000] * 150)]
    options = ["-c", 1000, "-j", "-o", "{status}/{index}", "--create-dirs", "--sha256"]
    run = haul_with_limit(resource.RLIMIT_NOFILE, 50, options, "\n".join(urls).encode(), cwd=tmp_path)
    assert (run.returncode, len(run.records())) == (0, 300)
    sizes = {}
    for record in run.records():
        content = (tmp_path / record["file"]).read_bytes()
        sizes[len(content)] = sizes.get(len(content), 0) + 1
        assert hashlib.sha256(content).hexdigest() == record["sha256"]
    assert sizes == {5: 150, 100_000: 150}
    assert len(tree(tmp_path)) == 300


def dispositions(origin, *values):
    quoted = (urllib.parse.quote(value, safe="") for value in values)
    return [origin.url(f"/header?Content-Disposition={value}") for value in quoted]


def test_names_that_servers_give(haul, origin, tmp_path):
    fields = ["attachment; filename=a.txt", "inline", "attachment; filename*=UTF-8''na%C3%AFve.txt", 'a; filename="x/y\\"z"']
    run = haul("--sequential", "-j", "-O", "-J", *dispositions(origin, *fields), origin.url("/ok"), cwd=tmp_path)
    assert files_of(run) == ["a.txt", "header", "na\u00efve.txt", 'y"z', "ok"]
    assert sorted(tree(tmp_path)) == sorted(files_of(run))
    run = haul("-j", "-o", "{index}.{ext}", "-J", *dispositions(origin, fields[0]), cwd=tmp_path)
    assert files_of(run) == ["0.txt"]


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "..", ".bashrc", "-rf", "", "a\\..\\x", "%00", "x" * 5000])
def test_hostile_names_from_servers_stay_inside(haul, origin, tmp_path, name):
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    urls = dispositions(origin, f'attachment; filename="{name}"', f"attachment; filename*=UTF-8''{name}")
    run = haul("-j", "-O", "-J", *urls, cwd=inside)
    assert run.returncode == 0
    assert sorted(tree(tmp_path)) == sorted(f"a/b/{file}" for file in files_of(run))
    assert not any(file[0] in ".-" or "/" in file or len(file) > 210 for file in files_of(run))


def test_include_headers(haul, origin, mode):
    urls = [origin.url("/header?X-One=1&Set-Cookie=a&set-cookie=b&X-Bad=%ff"), origin.url("/redirect"), "sleep:0"]
    run = haul("--mode", mode, "-j", "--include-headers", *urls)
    first, second, third = sorted(run.records(), key=lambda record: record["index"])
    assert first["headers"]["x-one"] == ["1"]
    assert first["headers"]["set-cookie"] == ["a", "b"]
    assert first["headers"]["x-bad"] == ["\ufffd"]
    assert "location" not in second["headers"]
    assert second["headers"]["content-type"] == ["text/plain"]
    assert third["headers"] == {}


@pytest.mark.parametrize("options", [[], ["-C", "-"], ["--fail-with-body"]])
def test_only_the_last_attempt_is_in_the_file(haul, puppet, tmp_path, options):
    """Nothing of one that broke off, or was refused, though it was longer."""
    puppet.answers["/a"] = FailingFirst(
        servers.response(200, 'ETag: "1"', "Connection: close", body=b"x" * 200_000)[:-1],
        servers.response(503, body=b"later, please"),
        servers.response(200, 'ETag: "1"', body=b"whole"),
    )
    arguments = ["-j", "-O", "--sha256", "--retry", 3, "--retry-all-errors", "--retry-delay", "1ms", *options]
    run = haul(*arguments, puppet.url("/a"), cwd=tmp_path)
    (record,) = run.records()
    assert (record["ok"], len(record["tries"])) == (True, 3)
    assert record["sha256"] == hashlib.sha256(b"whole").hexdigest()
    assert tree(tmp_path) == {"a": b"whole"}


class FailingFirst(list):
    """An answer that is another one each time, and the last one from then on: what a puppet asks for its pieces."""

    def __init__(self, *answers):
        super().__init__(answers[:1])
        self.answers = iter(answers)

    def __iter__(self):
        self[0] = next(self.answers)
        yield self[0]
@pytest.mark.parametrize("more", [[], ["--sha256"], ["--fail-with-body"]])
def test_a_file_has_the_last_attempt_alone(haul, origin, tmp_path, more):
    run = haul("-j", "--retry", 2, "--retry-delay", "1ms", *more, "-o", "file", origin.url("/flaky/f?times=2"), cwd=tmp_path)
    (record,) = run.records()
    assert (record["status"], record["attempts"], record["file"]) == (200, 3, "file")
    assert (tmp_path / "file").read_bytes() == b"flaky\n"
    assert record.get("sha256") in (None, hashlib.sha256(b"flaky\n").hexdigest())
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "options",
    [
        ["--output-dir", "x"], ["-J"], ["--create-dirs"], ["--no-clobber"], ["--skip-existing"], ["--fsync"], ["-C", "-"],
        ["--create-dirs", "--fsync"],
    ],
)  # fmt: skip
def test_an_option_of_files_that_does_nothing_is_told(haul, origin, options, tmp_path):
    name = {"-J": "--remote-header-name", "-C": "--continue-at"}.get(options[0], options[0])
    told = f"haul: {name} does nothing without files: -o or -O makes them of the bodies\n".encode()
    for more in ([], ["--body"], ["-o", "-"]):
        run = haul(*options, *more, "sleep:0")
        assert (run.returncode, run.stderr) == (0, told)
    (tmp_path / "x").mkdir()
    for more in (["-O"], ["-o", "y"]):
        assert b"does nothing" not in haul(*options, *more, origin.url("/ok"), cwd=tmp_path).stderr
    (tmp_path / "config").write_text("create-dirs\nfsync\n")
    assert haul("-K", tmp_path / "config", "sleep:0").stderr == b""
    assert haul(*options, "--input-format", "jsonl", stdin='{"url": "sleep:0"}', cwd=tmp_path).stderr == b""


def test_newline_is_of_bodies(haul):
    assert haul("--newline", "sleep:0").stderr == b"haul: --newline does nothing without --body\n"
    assert haul("--newline", "--body", "sleep:0").stderr == b""


@pytest.mark.parametrize("options", [["--include-body"], ["--include-headers"], ["--record", "full"]])
def test_what_is_in_records_needs_records(haul, options, tmp_path):
    run = haul(*options, "sleep:0")
    told = f"haul: {options[0]} does nothing without records: -j writes them\n".encode()
    assert (run.returncode, run.stderr) == (0, told)
    for more in (["-j"], ["--journal", "journal"], ["--har", "har"]):
        assert haul(*options, *more, "sleep:0", cwd=tmp_path).stderr == b""
