"""Many followers of one thing share the work, and each is told everything exactly once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db.models import F
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from apps.seating.models import Seat, SeatChange, SeatingEvent
from graphql_schema.live import Feed
from graphql_schema.sockets import operations, sharing
from graphql_schema.sockets.dialects import Close
from graphql_schema.sockets.outbox import Outbox
from graphql_schema.sockets.sharing import following
from tests.factories.seating import SeatingEventFactory, choose
from tests.graphql.socket_client import Talk, talking

PATIENCE = 20.0
VERSIONS = """subscription($s: String!, $a: Int) {
  seatUpdates(eventSlug: $s, afterVersion: $a) { version } }"""
LABELS = """subscription($s: String!, $a: Int) {
  all: seatUpdates(eventSlug: $s, afterVersion: $a) { seats { label } } }"""


class Diary:
    """A log in memory, which forgets what is older than ``kept`` entries."""

    def __init__(self, length: int = 0) -> None:
        self.length = length

    def feed(self, *, start: int | None = None) -> Feed[int, str]:
        return Feed(
            key=("diary", id(self)),
            group=f"tests.diary.{id(self)}",
            newest=lambda: self.length,
            read=self._read,
            shown=str,
            start=start,
        )

    def _read(self, seen: int) -> list[tuple[int, int]]:
        if seen > self.length:
            return [(self.length, -1)]  # ahead of the log: begin anew
        return [(place, place) for place in range(seen + 1, min(self.length, seen + 3) + 1)]


async def until(is_so: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await asyncio.sleep(0.005)


@given(
    joins=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=8),
    remembered=st.integers(1, 4),
)
@profile(max_examples=25, deadline=None)
def test_whoever_comes_whenever_is_told_what_follows_their_position(
    joins: list[tuple[int, int]], remembered: int
) -> None:
    """Followers join between entries at any position; nothing is missed, nothing comes twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharing, "REMEMBERED", remembered)
        patch.setattr("apps.common.hearing.QUIET_SECONDS", 0.005)
        asyncio.run(_play(joins))


async def _play(joins: list[tuple[int, int]]) -> None:
    diary, told = Diary(), [list[str]() for _ in joins]
    over = asyncio.Event()

    async def follow(place: int, start: int) -> None:
        async with following(
            diary.feed(start=start), form="plain", render=str, deliver=told[place].append
        ):
            await over.wait()

    tasks = []
    starts = []
    for length in range(13):
        diary.length = length
        for place, (when, start) in enumerate(joins):
            if when == length:
                starts.append((place, min(start, length)))
                tasks.append(asyncio.create_task(follow(place, min(start, length))))
        await asyncio.sleep(0.002)
    for place, start in starts:
        expected = [str(number) for number in range(start + 1, 13)]
        await until(lambda place=place, expected=expected: told[place] == expected)
    over.set()
    await asyncio.gather(*tasks)


async def test_a_follower_who_is_ahead_of_the_log_is_told_to_begin_anew() -> None:
    diary, told = Diary(5), list[str]()
    async with (
        following(diary.feed(), form="f", render=str, deliver=told.append),
        following(diary.feed(start=99), form="f", render=str, deliver=told.append),
    ):
        assert told == ["-1"]
        diary.length = 6
        await until(lambda: told == ["-1", "6", "6"])


async def test_nothing_goes_on_once_everybody_has_left() -> None:
    async with following(Diary().feed(), form="f", render=str, deliver=str):
        assert sharing._pumps[asyncio.get_running_loop()]
    assert not sharing._pumps[asyncio.get_running_loop()]
    others = asyncio.all_tasks() - {asyncio.current_task()}
    # The layer keeps its one reader for whoever comes next.
    assert [task for task in others if "channels_redis" not in repr(task)] == []


async def test_a_slow_reader_is_closed_and_keeps_no_more_than_the_limit() -> None:
    sent: list[dict[str, Any]] = []
    stuck = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            await stuck.wait()
        sent.append(message)

    outbox = Outbox(send)
    running = asyncio.create_task(outbox.run())
    for number in range(5000):
        outbox.put(str(number))
        assert len(outbox._frames) <= 1000
    await asyncio.wait_for(running, PATIENCE)
    assert [(message["type"], message["code"]) for message in sent] == [
        ("websocket.close", Close.TOO_SLOW)
    ]


@given(waits=st.lists(st.integers(0, 2), min_size=1, max_size=30), pauses=st.integers(1, 5))
@profile(max_examples=50, deadline=None)
def test_frames_keep_their_order_whether_the_server_waits_or_not(
    waits: list[int], pauses: int
) -> None:
    asyncio.run(_send_with(waits, pauses))


async def _send_with(waits: list[int], pauses: int) -> None:
    sent: list[str] = []

    async def send(message: dict[str, Any]) -> None:
        for _ in range(waits[int(message.get("text", 0))]):
            await asyncio.sleep(0)
        sent.append(message.get("text", "closed"))

    outbox = Outbox(send)
    running = asyncio.create_task(outbox.run())
    for number in range(len(waits)):
        outbox.put(str(number))
        if number % pauses == 0:
            await asyncio.sleep(0)
    outbox.close(Close.NORMAL)
    await running
    assert sent == [*map(str, range(len(waits))), "closed"]


async def test_what_was_said_before_the_farewell_is_sent_before_it() -> None:
    sent: list[Any] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message.get("text", message.get("code")))

    outbox = Outbox(send)
    outbox.put("last words")
    outbox.close(Close.REFUSED, "first reason")
    outbox.close(Close.NORMAL, "second reason")
    outbox.put("too late")
    await outbox.run()
    assert sent == ["last words", Close.REFUSED]


@sync_to_async
def _event() -> SeatingEvent:
    event: SeatingEvent = SeatingEventFactory(seats=6, exclusive=True)
    return event


async def _next(talk: Talk) -> Any:
    message = await talk.hear()
    assert message["type"] == "next", message
    return message["payload"]["data"]


@pytest.mark.django_db(transaction=True)
async def test_an_entry_is_shown_once_for_each_form_however_many_follow(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []
    render = operations.render

    def counted(executor: Any, event: Any) -> str:
        shown.append(event.version)
        return render(executor, event)

    monkeypatch.setattr(operations, "render", counted)
    event = await _event()
    for label in ("A-1", "A-2"):
        await sync_to_async(choose)(event, label)
    async with talking(server) as one, talking(server) as two:
        for talk in (one, two):
            for place in range(20):
                # Where they begin has no part in the form.
                await talk.subscribe(VERSIONS, id=f"v{place}", s=event.slug, a=place % 2)
        await one.subscribe(LABELS, id="other", s=event.slug, a=1)
        # Whoever has heard of the second change follows by now.
        for talk, known in ((one, 31), (two, 30)):
            for _ in range(known):
                await _next(talk)
        await sync_to_async(choose)(event, "A-3")
        told = [await _next(one) for _ in range(21)] + [await _next(two) for _ in range(20)]
    assert told.count({"seatUpdates": {"version": 3}}) == 40
    assert told.count({"all": {"seats": [{"label": "A-3"}]}}) == 1
    assert shown.count(3) == 2


@pytest.mark.django_db(transaction=True)
async def test_what_another_process_wrote_arrives_without_a_word_from_it(server: str) -> None:
    event = await _event()
    async with talking(server) as talk:
        await talk.subscribe(VERSIONS, s=event.slug, a=0)
        await sync_to_async(_write_silently)(event)
        assert await _next(talk) == {"seatUpdates": {"version": 1}}


def _write_silently(event: SeatingEvent) -> None:
    """What a process leaves behind that died between its commit and its message."""
    seat = Seat.objects.filter(event=event).first()
    assert seat is not None
    SeatingEvent.objects.filter(pk=event.pk).update(seq=F("seq") + 1)
    SeatChange.objects.create(
        event=event,
        version=1,
        seats=[(seat.pk, seat.label, "BOOKED")],
        changed_at=event.starts_at,
    )
