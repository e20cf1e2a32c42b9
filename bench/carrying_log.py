"""The event log as one table and in partitions: what appending, catching up and purging take.

Raw SQL on a PostgreSQL that syncs every commit to the disk. Numbers are taken as the product does:
by an update of the stream's row, which stays locked until the commit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

import psycopg

from bench.common.processor import processor_seconds_of_tree
from tests.services import PostgresServer

ROWS: Final = 1_000_000
STREAMS: Final = 1_000
DAYS: Final = 90  # as long as the product keeps its log
PARTS: Final = 3
APPENDED: Final = 2_000
READ: Final = 1_000
PAGE: Final = 100
WRITERS: Final = 8
WRITING_SECONDS: Final = 3.0

COLUMNS: Final = """stream_id bigint NOT NULL, number bigint NOT NULL, name varchar(60) NOT NULL,
 data jsonb NOT NULL, happened_at timestamptz NOT NULL"""
PLAIN: Final[Sequence[LiteralString]] = (
    f"CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {COLUMNS})",
    "CREATE UNIQUE INDEX ON log (stream_id, number)",
    "CREATE INDEX ON log (happened_at)",
)
# A unique index of a partitioned table must hold the columns that it is partitioned by.
# Source: PostgreSQL documentation, "Table Partitioning", limitations.
BY_TIME: Final[Sequence[LiteralString]] = (
    f"CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY, {COLUMNS})"
    " PARTITION BY RANGE (happened_at)",
    *(
        f"CREATE TABLE log_{part} PARTITION OF log FOR VALUES FROM"
        f" (current_date - {(PARTS - part) * DAYS // PARTS}) TO"
        f" (current_date - {(PARTS - part - 1) * DAYS // PARTS})"
        for part in range(PARTS)
    ),
    "CREATE TABLE log_now PARTITION OF log DEFAULT",
    "CREATE UNIQUE INDEX ON log (stream_id, number, happened_at)",
)
BY_STREAM: Final[Sequence[LiteralString]] = (
    f"CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY, {COLUMNS})"
    " PARTITION BY HASH (stream_id)",
    *(
        f"CREATE TABLE log_{part} PARTITION OF log FOR VALUES WITH (MODULUS 8, REMAINDER {part})"
        for part in range(8)
    ),
    "CREATE UNIQUE INDEX ON log (stream_id, number)",
    "CREATE INDEX ON log (happened_at)",
)
FILL: Final = """
INSERT INTO log (stream_id, number, name, data, happened_at)
SELECT n %% %(streams)s + 1, n / %(streams)s + 1, 'room-status-changed',
  '{"room_number": "101", "old_status": "OCCUPIED", "new_status": "CHECKOUT_DIRTY"}',
  current_date - %(days)s + n * (interval '1 day' * %(days)s / %(rows)s)
FROM generate_series(0, %(rows)s - 1) n"""
TAKE: Final = "UPDATE stream SET last = last + 1 WHERE id = %s RETURNING last"
APPEND: Final = """
INSERT INTO log (stream_id, number, name, data, happened_at)
VALUES (%s, %s, 'room-status-changed', '{"room_number": "101"}', now())"""
AFTER: Final = "SELECT * FROM log WHERE stream_id = %s AND number > %s ORDER BY number LIMIT %s"
FORGET: Final = "DELETE FROM log WHERE happened_at < current_date - 60"  # the oldest third


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one form of the log takes: processor seconds of PostgreSQL for each."""

    name: str
    append: float
    catch_up: float
    forget_a_row: float  # seconds of the wall, for each row that is gone


class DurablePostgres(PostgresServer):
    """One whose commits survive the machine: they wait for the disk."""

    def _command(self) -> list[str]:
        return [*super()._command(), "-c", "fsync=on", "-c", "full_page_writes=on"]


def measure_logs(rows: int) -> Sequence[Kept]:
    """Fill each form with as many rows and work on it."""
    with PostgresServer() as postgres:
        return [
            _measure(postgres, name, tables, forget, rows)
            for name, tables, forget in (
                ("one table", PLAIN, FORGET),
                ("parts by time", BY_TIME, "DROP TABLE log_0"),
                ("parts by hotel", BY_STREAM, FORGET),
            )
        ]


def _measure(
    postgres: PostgresServer,
    name: str,
    tables: Sequence[LiteralString],
    forget: LiteralString,
    rows: int,
) -> Kept:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        for statement in tables:
            connection.execute(statement)
        connection.execute(FILL, {"rows": rows, "streams": STREAMS, "days": DAYS})
        _make_streams(connection, rows // STREAMS)
        connection.execute("VACUUM ANALYZE log")
        connection.execute("CHECKPOINT")

        def append(index: int) -> None:
            _append(connection, index % STREAMS + 1)

        def catch_up(index: int) -> None:
            stream = index * 7 % STREAMS + 1
            connection.execute(AFTER, [stream, rows // STREAMS - PAGE, PAGE]).fetchall()

        kept = Kept(
            name=name,
            append=_cost(postgres, append, APPENDED),
            catch_up=_cost(postgres, catch_up, READ),
            forget_a_row=_seconds(lambda: _forget(connection, forget)) / (rows / PARTS),
        )
        connection.execute("DROP TABLE log, stream")
    return kept


def _forget(connection: psycopg.Connection, forget: LiteralString) -> None:
    """Forget, and clear up behind it: what is deleted is only marked."""
    connection.execute(forget)
    if forget == FORGET:
        connection.execute("VACUUM log")


def _make_streams(connection: psycopg.Connection, last: int) -> None:
    connection.execute("CREATE TABLE stream (id bigint PRIMARY KEY, last bigint NOT NULL)")
    connection.execute("INSERT INTO stream SELECT generate_series(1, %s), %s", [STREAMS, last])


def _append(connection: psycopg.Connection, stream: int) -> None:
    with connection.transaction():
        row = connection.execute(TAKE, [stream]).fetchone()
        connection.execute(APPEND, [stream, row[0] if row else 0])


def _cost(postgres: PostgresServer, action: Callable[[int], None], times: int) -> float:
    """Return PostgreSQL's processor seconds for each of so many, after a few to wake up."""
    for index in range(20):
        action(index)
    before = processor_seconds_of_tree(postgres.pid) or 0.0
    for index in range(times):
        action(index)
    return ((processor_seconds_of_tree(postgres.pid) or 0.0) - before) / times


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def measure_writers() -> tuple[float, float]:
    """Return commits a second of eight writers: all to one stream, each to a stream of its own."""
    with (
        DurablePostgres() as postgres,
        psycopg.connect(postgres.url, autocommit=True) as connection,
    ):
        for statement in PLAIN:
            connection.execute(statement)
        _make_streams(connection, 0)
        one = _write(postgres.url, [1] * WRITERS)
        return one, _write(postgres.url, [2 + writer for writer in range(WRITERS)])


def _write(url: str, streams: Sequence[int]) -> float:
    written, over = [0] * len(streams), threading.Event()

    def write(place: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.is_set():
                _append(connection, streams[place])
                written[place] += 1

    writers = [threading.Thread(target=write, args=(place,)) for place in range(len(streams))]
    for writer in writers:
        writer.start()
    over.wait(WRITING_SECONDS)
    over.set()
    for writer in writers:
        writer.join()
    return sum(written) / WRITING_SECONDS
