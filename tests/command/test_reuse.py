"""Connections that are kept, and what is asked over them."""

import servers


class Forgetful(servers.Puppet):
    """Ends the first connection at its second request, without an answer."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def answer(self, conversation, request):
        self.count += 1
        if self.count == 2:
            return False
        conversation.wfile.write(servers.response(body=request.target.encode()))
        return True


def test_what_is_sent_again_is_what_was_asked(haul):
    """Not what the same handle of libcurl was asked before."""
    with Forgetful() as server:
        urls = [server.url(f"/{name}?{name}") for name in "abc"]
        done = haul("--sequential", "--body", *urls)
        assert server.targets() == ["/a?a", "/b?b", "/b?b", "/c?c"]
    assert done.stdout == b"/a?a/b?b/c?c"


def test_hosts_are_not_mixed_up(haul, puppet):
    """Handles go from one host to another, and from a long URL to a short one."""
    urls = [
        puppet.url("/one/two?three=four", "a.test"),
        puppet.url("/", "b.test"),
        puppet.url("/x%2Fy", "a.test"),
        puppet.url("/?", "b.test"),
        puppet.url("/last", "a.test"),
    ]
    haul("--sequential", *puppet.resolve("a.test", "b.test"), *urls)
    asked = [(request.field("host").partition(":")[0], request.target) for request in puppet.requests]
    assert asked == [
        ("a.test", "/one/two?three=four"),
        ("b.test", "/"),
        ("a.test", "/x%2Fy"),
        ("b.test", "/?"),
        ("a.test", "/last"),
    ]
