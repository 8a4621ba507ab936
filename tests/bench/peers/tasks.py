"""So many tasks, each asleep for 1 s and a random part of 1 s, awaited by one gather.    tasks.py COUNT"""

import asyncio
import random
import sys


async def nap(chance):
    await asyncio.sleep(1 + chance.random())
    return 1


async def main(count):
    chance = random.Random(1)
    outcomes = await asyncio.gather(*(nap(chance) for _ in range(count)), return_exceptions=True)
    print(sum(outcomes))


asyncio.run(main(int(sys.argv[1])))
