"""What PostgreSQL does for a statement, and whether that grows with the house.

Statements are those that the product really sends: they are overheard, then sent again behind
``EXPLAIN (ANALYZE, BUFFERS)`` with the same parameters, within the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction

EXPLAINED: Final = ("SELECT", "UPDATE", "DELETE", "WITH")
EXPLAIN: Final = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
TABLES: Final = """SELECT relname, reltuples FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= %s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a statement may cost: a constant, and a part for each row that it gives or changes.

    The constant lets it look at all bookings that one hotel ever had, which takes milliseconds;
    what grows with the number of hotels exceeds it many times. ``big_table``: so many rows make a
    table one that is not to be read from end to end.
    """

    big_table: int = 10_000
    rows: int = 12_500
    rows_each: int = 20
    buffers: int = 20_000
    buffers_each: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A statement with what it cost. ``touched`` counts rows read, also those thrown away."""

    sql: str
    returned: int
    touched: int
    buffers: int
    seconds: float
    indexes: frozenset[str]
    faults: tuple[str, ...]


@dataclass(slots=True)
class Overheard:
    """The statements of one piece of work, each wording once."""

    statements: dict[str, Any] = field(default_factory=dict)

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if not many and sql.lstrip().upper().startswith(EXPLAINED):
            self.statements.setdefault(sql, params)
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[None]:
    """Undo whatever is done within, also what insists on a transaction of its own."""
    block = transaction.atomic()
    # As Django's own test cases say it: there is a block around, and it does not count.
    block._from_testcase = True  # type: ignore[attr-defined]  # noqa: SLF001
    with block:
        yield
        transaction.set_rollback(True)


def judge_all(work: Callable[[], Any], limits: Limits) -> list[Judged]:
    """Do ``work``, judge the plan of every statement that it sent, and undo it."""
    with undone():
        overheard = Overheard()
        with connection.execute_wrapper(overheard):
            work()
        big = big_tables(limits.big_table)
        return [
            judge(sql, explain(sql, params), limits, big)
            for sql, params in overheard.statements.items()
        ]


def big_tables(rows: int) -> Mapping[str, int]:
    """Return the tables with at least so many rows, as of the last ANALYZE."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [rows])
        return {name: int(count) for name, count in cursor.fetchall()}


def explain(sql: str, params: Any) -> Mapping[str, Any]:
    """Return the plan of a statement as it went; what it changed is changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(EXPLAIN + sql, params)
        plan: Mapping[str, Any] = cursor.fetchone()[0][0]
        transaction.set_rollback(True)
    return plan


def judge(sql: str, explained: Mapping[str, Any], limits: Limits, big: Mapping[str, int]) -> Judged:
    """Judge one plan. ``big``: tables that are not to be read from end to end."""
    root = explained["Plan"]
    nodes = list(_nodes(root))
    returned, touched = _returned(root), sum(map(_touched, nodes))
    buffers = root["Shared Hit Blocks"] + root["Shared Read Blocks"]
    faults = [
        f"reads {node['Relation Name']} from end to end"
        for node in nodes
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in big and _ran(node)
    ]
    if touched > limits.rows + limits.rows_each * returned:
        faults.append(f"reads {touched:,} rows for {returned:,}")
    if buffers > limits.buffers + limits.buffers_each * returned:
        faults.append(f"reads {buffers:,} pages for {returned:,} rows")
    return Judged(
        sql=sql,
        returned=returned,
        touched=touched,
        buffers=buffers,
        seconds=explained["Execution Time"] / 1000,
        indexes=frozenset(node["Index Name"] for node in nodes if "Index Name" in node),
        faults=tuple(dict.fromkeys(faults)),
    )


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _ran(node: Mapping[str, Any]) -> bool:
    return bool(node["Actual Loops"])


def _returned(root: Mapping[str, Any]) -> int:
    """Return the rows that a statement gives; of one that writes, those that it writes."""
    counted = root["Plans"][0] if root["Node Type"] == "ModifyTable" and "Plans" in root else root
    rows: float = counted["Actual Rows"] * counted["Actual Loops"]
    return round(rows)


def _touched(node: Mapping[str, Any]) -> int:
    if "Relation Name" not in node or node["Node Type"] == "ModifyTable":
        return 0
    thrown_away = sum(
        node.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    )
    rows: float = (node["Actual Rows"] + thrown_away) * node["Actual Loops"]
    return round(rows)
