"""News travels after the commit and only then, from any thread, and never stops the sender."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from channels.layers import channel_layers, get_channel_layer
from django.db import connection, transaction
from django.test.utils import override_settings

from apps.common import live
from tests.common.errands import wait_until
from tests.services.process import free_port

pytestmark = pytest.mark.usefixtures("transactional_db")

PATIENCE = 20.0
IN_MEMORY = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


class Listener:
    """A server's event loop with one reader in it, as uvicorn would run them."""

    def __init__(self) -> None:
        self.group = f"tests.{uuid4().hex}"
        self.heard: list[dict[str, Any]] = []
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)

    def start(self) -> None:
        self._thread.start()
        self._layer = get_channel_layer()
        self._channel = self._in_loop(self._layer.new_channel())
        self._in_loop(self._layer.group_add(self.group, self._channel))
        self._reading = self._in_loop(self._begin_to_read())
        live.use_loop(self.loop)

    def stop(self) -> None:
        live.use_loop(None)
        self._in_loop(self._stop_reading())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)
        self.loop.close()

    def publish(self, news: str) -> None:
        live.publish_on_commit(self.group, {"news": news})

    def news(self) -> list[str]:
        return [message["data"]["news"] for message in self.heard]

    def news_until(self, last: str) -> list[str]:
        """What was heard by the time ``last`` came, which is told last."""
        self.publish(last)
        self.wait_for(lambda: last in self.news())
        return self.news()

    def wait_for(self, is_so: Callable[[], object]) -> None:
        """A reader that has ended will hear nothing more: show why, at once."""
        wait_until(lambda: self._reading.done() or is_so())
        if self._reading.done():
            self._reading.result()

    async def _begin_to_read(self) -> asyncio.Task[None]:
        return asyncio.create_task(self._read())

    async def _stop_reading(self) -> None:
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        while True:
            self.heard.append(await self._layer.receive(self._channel))

    def _in_loop(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)


@pytest.fixture
def listener() -> Iterator[Listener]:
    listening = Listener()
    listening.start()
    yield listening
    listening.stop()


@pytest.fixture
def in_memory() -> Iterator[None]:
    with override_settings(CHANNEL_LAYERS=IN_MEMORY):
        yield


def test_news_waits_for_the_commit(listener: Listener) -> None:
    with transaction.atomic():
        listener.publish("committed")
        # Whatever was sent at once would be heard before this, which goes the same way.
        live._send(listener.group, {"type": live.MESSAGE_TYPE, "data": {"news": "not yet"}})
        listener.wait_for(listener.news)
    assert listener.news_until("end") == ["not yet", "committed", "end"]


def test_news_of_what_is_rolled_back_is_never_sent(listener: Listener) -> None:
    with transaction.atomic():
        listener.publish("rolled back")
        transaction.set_rollback(True)
    assert listener.news_until("end") == ["end"]


def test_news_of_a_rolled_back_part_is_never_sent(listener: Listener) -> None:
    with transaction.atomic():
        listener.publish("whole")
        with transaction.atomic():
            listener.publish("part")
            transaction.set_rollback(True)
    assert listener.news_until("end") == ["whole", "end"]


def test_news_keeps_its_order(listener: Listener) -> None:
    told = [str(number) for number in range(50)]
    with transaction.atomic():
        for news in told:
            listener.publish(news)
    assert listener.news_until("end") == [*told, "end"]


def test_news_arrives_as_it_was_when_it_was_told(listener: Listener) -> None:
    data: dict[str, Any] = {"news": "first"}
    with transaction.atomic():
        live.publish_on_commit(listener.group, data)
        data["news"] = "changed afterwards"
    assert listener.news_until("end") == ["first", "end"]
    assert listener.heard[0] == {
        "type": live.MESSAGE_TYPE,
        "group": listener.group,
        "data": {"news": "first"},
    }


@pytest.mark.usefixtures("in_memory")
def test_a_worker_thread_reaches_the_loop_of_the_server_through_memory(listener: Listener) -> None:
    def work() -> None:
        try:
            with transaction.atomic():
                listener.publish("from a worker")
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join(PATIENCE)
    listener.wait_for(lambda: listener.news() == ["from a worker"])


def test_news_is_sent_without_a_server_too(listener: Listener) -> None:
    """A worker process of its own has no server loop; through Redis it reaches those that have."""
    if get_channel_layer().__class__.__name__ == "InMemoryChannelLayer":
        pytest.skip("memory reaches no other loop")
    live.use_loop(None)
    listener.publish("from elsewhere")
    listener.wait_for(lambda: listener.news() == ["from elsewhere"])


@pytest.mark.usefixtures("in_memory")
def test_a_server_that_has_ended_is_not_sent_to(caplog: pytest.LogCaptureFixture) -> None:
    ended = asyncio.new_event_loop()
    ended.close()
    live.use_loop(ended)
    live.publish_on_commit("tests.nobody", {"news": "anyone?"})
    live.use_loop(None)
    assert caplog.records == []


@pytest.mark.parametrize("is_up", [False, True], ids=["down", "hangs"])
def test_a_layer_that_is_down_or_hangs_is_a_log_line(
    is_up: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SEND_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if is_up else free_port()
        layer = {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"redis://127.0.0.1:{port}"]},
        }
        with override_settings(CHANNEL_LAYERS={"default": layer}):
            with transaction.atomic():
                live.publish_on_commit("tests.nobody", {"news": "anyone?"})
            wait_until(lambda: "live.send_failed" in caplog.text)
    assert "anyone?" not in caplog.text


def test_a_layer_that_can_not_be_made_is_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(CHANNEL_LAYERS={"default": {"BACKEND": "nowhere.Layer"}}):
        channel_layers.backends.clear()
        with transaction.atomic():
            live.publish_on_commit("tests.nobody", {"news": "anyone?"})
    assert "on_commit" in caplog.text
