"""Check-outs over HTTP on the servers that production has: their statements and their times."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from bench.common import (
    BenchFailed,
    Figure,
    Floor,
    LockCloud,
    ProductionHouse,
    Report,
    Row,
    new_directory,
    said,
)
from bench.common.crowd import Answered, Crowd, in_turns

ONE_BY_ONE: Final = 50
AT_A_TIME: Final = 500
CLIENTS: Final = 16
IN_BULK: Final = 200
BOARD: Final = 500
BOARDS: Final = 20
MOST_EACH_IN_BULK: Final = 15
SHARED_OUT: Final = 0.1  # of what a bulk request asks once
MOST_FOR_A_BOARD: Final = 5
CHEAPEST: Final = "{ __typename }"
QUICK_LOCK_MS: Final = 5
STATEMENTS: Final = "x-statements"  # as ``bench.counting`` names the header

# Every stay has one check-out and one event of each of its two kinds, or it is named here.
NOT_ONCE: Final = """
SELECT b.booking_id FROM bookings_booking b
WHERE b.status <> 'COMPLETED'
   OR (SELECT count(*) FROM bookings_checkout c WHERE c.booking_id = b.id) <> 1
   OR (SELECT count(*) FROM common_event e WHERE e.name = 'booking-checked-out'
       AND e.data ->> 'booking_id' = b.booking_id) <> 1
   OR (SELECT count(*) FROM common_event e JOIN bookings_room r ON r.id = b.assigned_room_id
       WHERE e.name = 'room-status-changed' AND e.data ->> 'room_number' = r.number) <> 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    alone: Sequence[Answered]
    crowded: Sequence[Answered]
    bulk: Answered
    boards: Sequence[Answered]
    bare_boards: Sequence[Answered]
    cheapest: Sequence[float]
    cheapest_crowded: Sequence[float]


def measure(count: int | None) -> Report:
    """One after the other, all at once, in bulk; and the board that the desk looks at."""
    crowded = count or AT_A_TIME
    with (
        new_directory() as directory,
        LockCloud(directory, latency_ms=QUICK_LOCK_MS) as cloud,
        ProductionHouse(directory, cloud.url, settings="bench.counted_settings") as house,
    ):
        stays = str(1 + ONE_BY_ONE + crowded + IN_BULK)
        made = house.run_for_json("-m", "bench.full_house", stays)
        used = house.web.processor_seconds() or 0.0
        measured = asyncio.run(_all(house, made, crowded))
        used = (house.web.processor_seconds() or 0.0) - used
        _require_each_once(house)
    return Report(
        bench="checkout",
        title="Check-outs of a full house, and its board, on PostgreSQL and Valkey",
        rows=_rows(measured),
        figures=_figures(measured),
        notes=_notes(measured, used),
    )


async def _all(house: ProductionHouse, made: dict[str, Any], crowded: int) -> _Measured:
    crowd = Crowd(house.url, token=made["token"])
    desk = f"/api/staff/hotels/{made['slug']}"
    (first, _), *stays = made["stays"]
    ids: list[str] = [booking_id for booking_id, _ in stays]
    cheapest: list[float] = []
    cheapest_crowded: list[float] = []

    async def check_out(booking_id: str) -> Answered:
        return await crowd.call("POST", f"{desk}/room-bookings/{booking_id}/check-out/", {})

    async def alone(index: int) -> Answered:
        cheapest.append((await crowd.ask(CHEAPEST))[1])
        return await check_out(ids[index])

    async def crowded_twice(index: int) -> Answered:
        cheapest_crowded.append((await crowd.ask(CHEAPEST))[1])
        return await check_out(asked[index])

    async def board(path: str) -> list[Answered]:
        return await in_turns(BOARDS, 1, lambda _: crowd.call("GET", path))

    boards = await board(f"{desk}/rooms/?limit={BOARD}")
    bare_boards = await board(f"/bench/board/{made['slug']}/{BOARD}/")
    await check_out(first)  # a hotel's first event makes its stream
    one_by_one = await in_turns(ONE_BY_ONE, 1, alone)
    # Everybody is asked for twice, by two clients at about the same time.
    asked = [booking_id for booking_id in ids[ONE_BY_ONE : ONE_BY_ONE + crowded] for _ in range(2)]
    together = await in_turns(len(asked), CLIENTS, crowded_twice)
    rooms = [room_id for _, room_id in stays[ONE_BY_ONE + crowded :]]
    bulk = await crowd.call(
        "POST",
        f"/api/staff/hotel/{made['slug']}/rooms/checkout/",
        {"room_ids": rooms, "destructive": False},
    )
    if len(bulk.body["results"]["checked_out_bookings"]) != len(rooms):
        raise BenchFailed("The bulk check-out left somebody in.")
    return _Measured(
        alone=one_by_one,
        crowded=together,
        bulk=bulk,
        boards=boards,
        bare_boards=bare_boards,
        cheapest=cheapest,
        cheapest_crowded=cheapest_crowded,
    )


def _require_each_once(house: ProductionHouse) -> None:
    wrong = house.select(NOT_ONCE)
    if wrong:
        raise BenchFailed(f"Not checked out once and told of once: {wrong[:5]}")
    house.run("manage.py", "check_consistency")  # fails the bench where anything disagrees


def _rows(measured: _Measured) -> list[Row]:
    floor = Floor(name=CHEAPEST, samples=measured.cheapest)
    crowded = Floor(name=CHEAPEST, samples=measured.cheapest_crowded)
    bare = Floor(name="bare", samples=_seconds(measured.bare_boards))
    each = measured.bulk.seconds / len(measured.bulk.body["results"]["checked_out_bookings"])
    return [
        Row(name="check-out, one after the other", samples=_seconds(measured.alone), floor=floor),
        Row(
            name=f"check-out, {CLIENTS} clients, each stay twice",
            samples=_seconds(measured.crowded),
            floor=crowded,
        ),
        Row(name="check-out in bulk, each room", samples=[each], floor=floor),
        Row(name=f"floor: {CHEAPEST}, one after the other", samples=floor.samples),
        Row(name=f"floor: {CHEAPEST}, {CLIENTS} clients", samples=crowded.samples),
        Row(name="the room board in one answer", samples=_seconds(measured.boards), floor=bare),
        Row(name="floor: the same rows by .values() and orjson", samples=bare.samples),
    ]


def _figures(measured: _Measured) -> list[Figure]:
    alone, bare = median(_seconds(measured.alone)), median(_seconds(measured.bare_boards))
    rooms = len(measured.bulk.body["results"]["checked_out_bookings"])
    board = median(_seconds(measured.boards))
    return [
        Figure(
            name="check-out, one after the other, median",
            value=alone,
            beside=f"{CHEAPEST} {said(median(measured.cheapest), 's')}",
        ),
        Figure(name="check-out, statements", value=_statements(measured.alone[0]), unit=""),
        Figure(
            name=f"each of {rooms} rooms in bulk, the request's own shared out, statements",
            value=_statements(measured.bulk) / rooms,
            unit="",
            aim=MOST_EACH_IN_BULK + SHARED_OUT,
        ),
        Figure(
            name=f"board of {BOARD} rooms, statements",
            value=max(map(_statements, measured.boards)),
            unit="",
            aim=MOST_FOR_A_BOARD,
        ),
        Figure(
            name="board ÷ the same rows by .values() and orjson, median",
            value=board / bare,
            unit="×",
            beside=f"bare rows {said(bare, 's')}",
        ),
    ]


def _notes(measured: _Measured, used: float) -> list[str]:
    alone = {_statements(answered) for answered in measured.alone}
    boards = {_statements(answered) for answered in measured.boards}
    rooms = len(measured.bulk.body["results"]["checked_out_bookings"])
    in_bulk = _statements(measured.bulk) / rooms
    if len(alone) != 1:
        raise BenchFailed(f"Not every check-out makes as many statements: {sorted(alone)}")
    if in_bulk > MOST_EACH_IN_BULK + SHARED_OUT or max(boards) > MOST_FOR_A_BOARD:
        raise BenchFailed(f"Too many statements: {in_bulk:.2f} a room, {max(boards)} a board.")
    return [
        f"Statements that read or write, login included: {alone.pop()} for a check-out, "
        f"{in_bulk:.2f} for each of {rooms} rooms in bulk, {max(boards)} for a board of "
        f"{len(measured.boards[0].body['results'])} rooms.",
        f"{len(measured.crowded)} requests of {CLIENTS} clients for {len(measured.crowded) // 2} "
        "stays: none failed; each stay has one check-out and one event of each kind, and "
        "check_consistency finds nothing, while a worker takes two codes of each off the locks.",
        f"The web process used {used:.1f} s of processor time for all of it.",
    ]


def _seconds(answers: Sequence[Answered]) -> list[float]:
    return [answered.seconds for answered in answers]


def _statements(answered: Answered) -> int:
    return int(answered.headers[STATEMENTS])
