"""Configuration files: the user's own, -K and -q."""

import pytest

pytestmark = pytest.mark.sanitized


@pytest.fixture
def home(tmp_path):
    """A home whose configuration file says --format jsonl: (the environment, the file)."""
    file = tmp_path / ".config" / "haul" / "config"
    file.parent.mkdir(parents=True)
    file.write_text("# mine\nformat = jsonl\n")
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": None}, file


def is_json(run):
    return run.stdout.startswith(b"{")


def test_the_users_own_file_is_read(haul, home):
    environment, _ = home
    assert is_json(haul("sleep:0", env=environment))
    assert not is_json(haul("sleep:0"))


def test_the_folder_for_configurations_may_be_another(haul, home, tmp_path):
    _, file = home
    environment = {"HOME": "/no/such/folder", "XDG_CONFIG_HOME": str(file.parents[1])}
    assert is_json(haul("sleep:0", env=environment))
    # It is absolute, or it is none.
    assert not is_json(haul("sleep:0", env={**environment, "XDG_CONFIG_HOME": ".config"}, cwd=tmp_path))


@pytest.mark.parametrize("form", [["-q"], ["--disable"], ["-sq"], ["-qs"], ["-s", "-q"], ["-c", "1", "-q"]])
def test_q_skips_it(haul, home, form):
    environment, _ = home
    assert not is_json(haul(*form, "sleep:0", env=environment))
    assert not is_json(haul("sleep:0", *form, env=environment))


@pytest.mark.parametrize("form", [["-A", "q"], ["-Aq"], ["--user-agent", "-q"], ["--", "-q"]])
def test_what_only_looks_like_it_does_not(haul, home, form):
    environment, _ = home
    assert is_json(haul("sleep:0", *form, env=environment))


def test_the_command_line_counts_after_it(haul, home):
    environment, _ = home
    assert not is_json(haul("--format", "tsv", "sleep:0", env=environment))


def test_compare_passes_over_what_is_not_its_own(haul, home):
    environment, file = home
    file.write_text("format jsonl\nconcurrency 1\nruns 1\n")
    assert haul("compare", "--modes", "gather", "sleep:0", env=environment).returncode == 0
    assert is_json(haul("sleep:0", env=environment))
    file.write_text("runs = none\n")
    run = haul("compare", "sleep:0", env=environment)
    problem = f'haul: {file}:1: --runs: "none" is not a number from 1 to 10000\n'
    assert (run.returncode, run.stderr.decode()) == (2, problem)


def test_files_are_read_where_they_are_named(haul, tmp_path):
    (tmp_path / "one").write_text("format csv\ninput = list\nsilent\n")
    (tmp_path / "two").write_text('--write-out "%{input}\\\\n"\n')
    (tmp_path / "list").write_text("sleep:0\n")
    assert haul("-K", "one", "--format", "tsv", cwd=tmp_path).stdout.startswith(b"0\t")
    assert haul("--format", "tsv", "-K", "one", cwd=tmp_path).stdout.startswith(b"index,")
    assert haul("-Ktwo", "sleep:1e-3", "sleep:0", cwd=tmp_path).stdout != b""
    run = haul("-sKtwo", "--gather", "--config=two", "sleep:0", "sleep:0.001", cwd=tmp_path)
    assert run.stdout == b"sleep:0\nsleep:0.001\n"


@pytest.mark.parametrize(
    "text, problem",
    [
        ("silent\nnonsense 5\n", "c:2: unknown option --nonsense"),
        ("silnt", "c:1: unknown option --silnt (did you mean --silent?)"),
        ("\nconcurrency\n", "c:2: the option needs a value"),
        ("concurrency none", 'c:1: -c, --concurrency: "none" is not a number from 1 to 100000, or auto'),
        ("silent 5", 'c:1: -s, --silent takes no value, but was given "5"'),
        ("config c", "c:1: a configuration file names no other"),
        ("-c 5", "c:1: the line does not begin with the long name of an option"),
        ('user-agent "x', "c:1: the value has no quotation mark at its end"),
        ("runs 5", "c:1: --runs is an option of 'haul compare', not of 'haul'"),
    ],
)
def test_a_mistake_is_told_with_its_line(haul, tmp_path, text, problem):
    (tmp_path / "c").write_text(text)
    run = haul("-K", "c", "sleep:0", cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr.decode()) == (2, b"", f"haul: {problem}\n")


def test_a_file_that_cannot_be_read_is_told(haul, home, tmp_path):
    run = haul("-K", "missing", "sleep:0", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (2, b"haul: cannot read missing: No such file or directory\n")
    environment, file = home
    file.unlink()
    assert haul("sleep:0", env=environment).returncode == 0
    file.mkdir()
    run = haul("sleep:0", env=environment)
    assert run.returncode == 2
    assert run.stderr.endswith(b": Is a directory\n")


def test_help_needs_no_file(haul, home):
    environment, file = home
    file.write_text("nonsense\n")
    for form in ("--help", "-h", "-V", "-sh"):
        assert haul(form, env=environment).returncode == 0
    assert haul("sleep:0", env=environment).returncode == 2


def test_secrets_of_a_file_are_used_and_not_shown(haul, origin, tmp_path):
    (tmp_path / "c").write_text("user = me:secret\n")
    run = haul("--body", "-K", "c", origin.url("/echo"), cwd=tmp_path)
    assert b"Authorization: Basic bWU6c2VjcmV0" in run.stdout
