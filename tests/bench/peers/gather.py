"""What one writes with aiohttp: gather over a list, with a semaphore.    gather.py CONCURRENCY FILE [CERTIFICATES]"""

import asyncio
import ssl
import sys

import aiohttp


async def fetch(session, semaphore, url):
    async with semaphore, session.get(url) as response:
        await response.read()
        return response.status


async def main(concurrency, path, certificates=None):
    with open(path, encoding="utf-8") as lines:
        urls = lines.read().split()
    semaphore = asyncio.Semaphore(concurrency)
    secured = {"ssl": ssl.create_default_context(cafile=certificates)} if certificates else {}
    connector = aiohttp.TCPConnector(limit=concurrency, **secured)
    async with aiohttp.ClientSession(connector=connector) as session:
        results = await asyncio.gather(*(fetch(session, semaphore, url) for url in urls), return_exceptions=True)
    print(sum(isinstance(result, int) and result < 400 for result in results), "ok")


asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
