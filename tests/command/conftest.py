"""Fixtures of the command tests; what they give is explained in support.py."""

import signal

import pytest
import servers
import support
from name_server import NameServer

# A shell has SIGINT ignored in what it runs in the background, and haul leaves it so. A handler here, though it be
# Python's own, has programs started with the default action.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    config.addinivalue_line("markers", "sanitized: runs with the sanitized build too")
    config.addinivalue_line("markers", "threads: runs under the thread sanitizer too, with several event loops")
    config.addinivalue_line("markers", "one_loop: only holds where one event loop makes all hops")


def pytest_collection_modifyitems(items):
    for item in items:
        if support.LOOPS and item.get_closest_marker("one_loop"):
            item.add_marker(pytest.mark.skip(reason="several loops make the hops"))


@pytest.fixture(scope="session")
def running_origin():
    with support.Origin() as origin:
        yield origin


@pytest.fixture
def origin(running_origin):
    """The session's origin, with its counters at zero."""
    running_origin.reset()
    return running_origin


@pytest.fixture
def haul():
    """Runs haul to its end: haul("-j", url, stdin=…, env=…, timeout=…) gives a support.Finished."""
    return support.run_haul


@pytest.fixture
def haul_running():
    """Starts haul: `with haul_running("-j") as run:` gives a support.Running."""
    return support.Running


@pytest.fixture
def haul_on_terminal():
    """Starts haul on a terminal: `with haul_on_terminal(url) as run:` gives a support.Terminal."""
    return support.Terminal


@pytest.fixture
def refused_port():
    """A port that refuses."""
    with support.refused() as port:
        yield port


@pytest.fixture(params=["sequential", "gather", "as-completed"])
def mode(request):
    """Each mode in turn, by its name: for --mode."""
    return request.param


@pytest.fixture
def puppet():
    """A server that answers when the test says so: a servers.Puppet."""
    with servers.Puppet() as puppet:
        yield puppet


@pytest.fixture
def names():
    """A name server that knows good.test, which is this machine: a name_server.NameServer."""
    with NameServer() as names:
        names.answers["good.test"] = ["127.0.0.1"]
        yield names


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return servers.Certificates(tmp_path_factory.mktemp("certificates"))
