"""What stands in the request for a URL, on the wire: the same whatever was fetched before over the same handle."""

import pytest
import servers

pytestmark = pytest.mark.sanitized

TAILS = [
    "", "/", "/b", "/b?", "/b?c", "/b?c=d&e=f+g;h,i", "/b?c?d", "?c", "//b//", "/b%2Fc%2Fd", "/b?%C3%A4%C3%A4",
    "/ä b?ö", "/b%", "/b#fragment", "/b?c#fragment?d", "/b#", "/[]|{}\"<>^`\\", "/a/./b/../c", "/%7Euser/~user",
]
USERS = ["", "user@", "user:password@", "user:pass%40word@", "user:other@"]


def urls(root):
    return [root.replace("//", f"//{user}") + tail for user in USERS for tail in (TAILS if not user else TAILS[:5])]


def requests(server, haul, *texts, **options):
    """What SERVER gets for these, one after another: each one's target and fields."""
    begin = len(server.requests)
    run = haul("-c", "1", stdin="".join(f"{text}\n" for text in texts), **options)
    assert (run.returncode, run.stderr) == (0, b"")
    return [(request.target, request.fields) for request in server.requests[begin:]]


def check_all_orders(server, haul, texts, **options):
    alone = {text: requests(server, haul, text, **options)[0] for text in texts}
    pairs = [text for before in texts for after in texts for text in (before, after)]
    assert requests(server, haul, *pairs, **options) == [alone[text] for text in pairs]
    return alone


def test_a_request_does_not_depend_on_the_one_before(haul, puppet):
    alone = check_all_orders(puppet, haul, urls(puppet.root))
    assert [alone[puppet.root + tail][0] for tail in TAILS] == [
        "/", "/", "/b", "/b?", "/b?c", "/b?c=d&e=f+g;h,i", "/b?c?d", "/?c", "//b//", "/b%2Fc%2Fd", "/b?%C3%A4%C3%A4",
        "/%C3%A4%20b?%C3%B6", "/b%", "/b", "/b?c", "/b", "/[]|{}\"<>^`\\", "/a/c", "/~user/~user",
    ]


def test_a_request_to_a_proxy_neither(haul, puppet):
    texts = [f"http://{user}{host}{tail}"
             for host in ("a.test", "a.test:81") for user in USERS[:3] for tail in TAILS[:5] + ["/b%2Fc", "/b#d"]]
    alone = check_all_orders(puppet, haul, texts, env={"http_proxy": puppet.root})
    assert alone["http://user:password@a.test:81/b?c"][0] == "http://a.test:81/b?c"


def test_a_redirect_neither(haul, puppet):
    """The hop after is made with the same handle."""
    puppet.answers["/from?x"] = servers.response(302, "Location: /to%2Fc#d")
    puppet.answers["/to%2Fc"] = servers.response(302, "Location: /end?")
    assert [target for target, _ in requests(puppet, haul, *[puppet.url("/from?x")] * 2, puppet.url("/y"))] == [
        "/from?x", "/to%2Fc", "/end?", "/from?x", "/to%2Fc", "/end?", "/y"]
