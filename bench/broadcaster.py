"""The bare broadcaster that rooms are compared with: ``websockets``, no login, no database.

``python -m bench.broadcaster PORT``: whatever one sends, all get.
"""

import asyncio
import contextlib
import resource
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed


async def main(port: int) -> None:
    """Serve until killed."""
    everybody: set[ServerConnection] = set()

    async def meet(one: ServerConnection) -> None:
        everybody.add(one)
        await one.send("hi")
        with contextlib.suppress(ConnectionClosed):
            async for text in one:
                broadcast(everybody, text)
        everybody.discard(one)

    async with serve(meet, "127.0.0.1", port, compression=None, backlog=1024):
        print("ready", flush=True)
        await asyncio.Future()


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main(int(sys.argv[1])))
