"""What an HTTP archive (HAR 1.2) must have, field by field."""

import datetime
import re

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def check(value, kind, where, optional=False):
    if optional and value is None:
        return
    assert isinstance(value, kind) and not (kind is int and isinstance(value, bool)), f"{where}: {value!r}"


def check_pairs(pairs, where):
    check(pairs, list, where)
    for pair in pairs:
        assert set(pair) <= {"name", "value", "comment"}, where
        check(pair["name"], str, where)
        check(pair["value"], str, where)


def check_message(message, where):
    """What requests and responses have in common."""
    check(message["httpVersion"], str, where)
    check(message["cookies"], list, where)
    check_pairs(message["headers"], where)
    for name in ("headersSize", "bodySize"):
        check(message[name], int, where)
        assert message[name] >= -1


def check_timings(entry):
    timings = entry["timings"]
    names = {"blocked", "dns", "connect", "ssl", "send", "wait", "receive"}
    assert set(timings) <= names | {"comment"}
    for name, value in timings.items():
        check(value, (int, float), name)
        assert value >= 0 or (value == -1 and name in ("blocked", "dns", "connect", "ssl"))
    for name in ("send", "wait", "receive"):
        assert timings[name] >= 0
    # Chromium shows a wait that nothing came before as stalled.
    assert timings["wait"] == 0 or max(timings[name] for name in ("blocked", "dns", "connect")) > 0
    # TLS is part of connecting.
    assert timings.get("ssl", -1) <= max(timings.get("connect", -1), -1)
    known = sum(value for name, value in timings.items() if name != "ssl" and value >= 0)
    assert abs(known - entry["time"]) < 0.001


def check_entry(entry):
    assert MOMENT.fullmatch(entry["startedDateTime"])
    datetime.datetime.fromisoformat(entry["startedDateTime"].removesuffix("Z"))
    check(entry["time"], (int, float), "time")
    assert entry["time"] >= 0
    request, response = entry["request"], entry["response"]
    check_message(request, "request")
    for name in ("method", "url"):
        check(request[name], str, name)
    check_pairs(request["queryString"], "queryString")
    check_message(response, "response")
    check(response["status"], int, "status")
    for name in ("statusText", "redirectURL"):
        check(response[name], str, name)
    check(response["content"]["size"], int, "size")
    check(response["content"]["mimeType"], str, "mimeType")
    check(entry["cache"], dict, "cache")
    for name in ("serverIPAddress", "connection", "comment", "pageref"):
        check(entry.get(name), str, name, optional=True)
    check_timings(entry)
    known = {"startedDateTime", "time", "request", "response", "cache", "timings", "serverIPAddress", "connection"}
    assert set(entry) <= known | {"comment", "_connectionId"}


def check_archive(archive):
    """Gives its entries."""
    assert set(archive) == {"log"}
    log = archive["log"]
    assert log["version"] == "1.2"
    check(log["creator"]["name"], str, "creator")
    check(log["creator"]["version"], str, "creator")
    assert log["pages"] == []
    check(log["entries"], list, "entries")
    for entry in log["entries"]:
        check_entry(entry)
    return log["entries"]
