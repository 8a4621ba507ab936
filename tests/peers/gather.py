"""What one writes with aiohttp: URLs from standard input, six at a time, their bodies on standard output in order."""

import asyncio
import sys

import aiohttp

CONCURRENCY = 6
TRIES = 3


async def fetch_once(session, url):
    async with session.get(url) as response:
        if response.status == 429:
            return None, float(response.headers.get("Retry-After", 1))
        response.raise_for_status()
        return await response.text(), 0


async def fetch(session, places, url):
    async with places:
        for _ in range(TRIES):
            text, pause = await fetch_once(session, url)
            if text is not None:
                return text
            await asyncio.sleep(pause)
    raise RuntimeError(f"{url}: too many requests")


async def main():
    urls = [line.strip() for line in sys.stdin]
    places = asyncio.Semaphore(CONCURRENCY)
    async with aiohttp.ClientSession() as session:
        results = await asyncio.gather(*(fetch(session, places, url) for url in urls), return_exceptions=True)
    failures = [result for result in results if isinstance(result, Exception)]
    sys.stdout.writelines(result for result in results if isinstance(result, str))
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


sys.exit(asyncio.run(main()))
