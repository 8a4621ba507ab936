"""Records as haul -j writes them, of what never was."""


def record(
    index,
    url=None,
    *,
    ok=True,
    status=None,
    error=None,
    message="it failed",
    start=0,
    queue=0,
    total=0.001,
    size=3,
    attempts=1,
    content_type="text/plain",
):
    """A short one, of http://h/INDEX unless there is a URL; all its time was waiting for the answer."""
    url = f"http://h/{index}" if url is None else url
    time = {"queue": queue, "dns": 0, "connect": 0, "tls": 0, "wait": total, "transfer": 0, "total": total}
    return {
        "v": 1,
        "index": index,
        "line": index + 1,
        "input": url,
        "url": url,
        "method": "GET",
        "ok": ok,
        "status": status if status is not None else 200 if ok else 0,
        "error": None if ok else {"class": error, "code": 1, "message": message},
        "attempts": attempts,
        "redirects": 0,
        "final_url": url,
        "http_version": "1.1",
        "content_type": content_type,
        "bytes": size,
        "remote_ip": "127.0.0.1",
        "remote_port": 80,
        "reused": False,
        "ts": None if start is None else 1795297048.0 + start,
        "start": start,
        "time": time,
    }
