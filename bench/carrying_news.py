"""What Valkey takes to tell so many processes of one thing, by either means.

A web process is one listener, however many people look at it (decision 0021), and news is
published (0037).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from redis.asyncio import Redis

from bench.common import BenchFailed
from bench.common.processor import processor_seconds
from tests.services import ValkeyServer

LISTENERS: Final = (2, 16, 64)
TOLD: Final = 3_000
WARM_UP: Final = 20
TEXT: Final = b"x" * 120  # as long as a ring
ALL_SLOTS: Final = ("0", "16383")  # of a cluster: here one node has them all

Costs = dict[str, list[float]]  # by means: Valkey's processor seconds for each message


class _ClusterNode(ValkeyServer):
    """A Valkey that is a whole cluster by itself: it knows sharded channels."""

    def _command(self) -> list[str]:
        return [*super()._command(), "--cluster-enabled", "yes"]


def measure_news() -> Costs:
    """Return the costs at each number of listeners."""
    with ValkeyServer() as plain, _ClusterNode() as node:
        return asyncio.run(_all(plain, node))


async def _all(plain: ValkeyServer, node: ValkeyServer) -> Costs:
    async with Redis.from_url(node.url) as connected:
        client: Any = connected  # its stubs do not know this call
        await client.execute_command("CLUSTER", "ADDSLOTSRANGE", *ALL_SLOTS)
        while b"cluster_state:ok" not in await client.execute_command("CLUSTER", "INFO"):
            await asyncio.sleep(0.1)
    costs: Costs = {"PUBLISH": [], "SPUBLISH, sharded": []}
    for listeners in LISTENERS:
        costs["PUBLISH"].append(await _channel(plain, listeners, "PUBLISH", "SUBSCRIBE"))
        costs["SPUBLISH, sharded"].append(await _channel(node, listeners, "SPUBLISH", "SSUBSCRIBE"))
    return costs


async def _channel(server: ValkeyServer, listeners: int, publish: str, subscribe: str) -> float:
    ears = [asyncio.create_task(_hear(server.url, subscribe)) for _ in range(listeners)]
    await asyncio.sleep(0.5)
    async with Redis.from_url(server.url) as connected:
        client: Any = connected

        async def tell() -> None:
            if await client.execute_command(publish, "news", TEXT) != listeners:
                raise BenchFailed(f"{publish} did not reach {listeners} listeners.")

        told = await _cost(server, tell)
    for ear in ears:
        ear.cancel()
    await asyncio.gather(*ears, return_exceptions=True)
    return told


async def _hear(url: str, subscribe: str) -> None:
    """Listen by bare bytes: what the listeners take is not the question."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(f"AUTH {address.password}\r\n{subscribe} news\r\n".encode())
    with suppress(asyncio.CancelledError):
        while await reader.read(65_536):
            pass
    writer.close()


async def _cost(server: ValkeyServer, tell: Callable[[], Awaitable[Any]]) -> float:
    for _ in range(WARM_UP):
        await tell()
    before = processor_seconds(server.pid) or 0.0
    for _ in range(TOLD):
        await tell()
    return ((processor_seconds(server.pid) or 0.0) - before) / TOLD
