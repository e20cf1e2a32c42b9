"""What every process lives on: the database, Redis, the live layer, and workers that are there."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection

from apps.common import live
from apps.common.health import Check, Unwell, register_check
from apps.common.jobs.presence import count_workers

ANSWER_SECONDS: Final = 1.5


def register_all() -> None:
    """Make the checks known."""
    register_check(Check(name="database", ask=ask_database, is_vital=True))
    if settings.REDIS_URL:
        register_check(Check(name="redis", ask=ask_redis))
    register_check(Check(name="channel_layer", ask=ask_channel_layer))
    register_check(Check(name="workers", ask=ask_workers))


def ask_database() -> None:
    """Raises what the driver raises."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_redis() -> None:
    """Raises RedisError."""
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
    ) as client:
        client.ping()


def ask_channel_layer() -> None:
    """Send a message around. Raises what the layer raises, TimeoutError, Unwell."""
    live.ask(_go_round, ANSWER_SECONDS)


async def _go_round() -> None:
    layer = get_channel_layer()
    if layer is None:
        raise Unwell("No live layer is set up.")
    async with asyncio.timeout(ANSWER_SECONDS):
        channel = await layer.new_channel("health")
        await layer.send(channel, {"type": live.MESSAGE_TYPE})
        await layer.receive(channel)
    with suppress(TimeoutError):
        # Over Redis, a channel is let go when its reader is called off, and only then.
        async with asyncio.timeout(0):
            await layer.receive(channel)


def ask_workers() -> None:
    """Raises Unwell where no worker is there."""
    if count_workers() == 0:
        raise Unwell("No worker is there: codes and messages wait until one is.")
