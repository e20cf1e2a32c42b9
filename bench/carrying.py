"""What one PostgreSQL and one Valkey take for what grows with hotels: the log and the news."""

from __future__ import annotations

from collections.abc import Sequence

from bench.carrying_log import ROWS, WRITERS, Kept, measure_logs, measure_writers
from bench.carrying_news import LISTENERS, Costs, measure_news
from bench.carrying_queue import SERVERS, SHARES, slowest_of_twenty
from bench.common import Figure, Report, Table, said


def measure(count: int | None) -> Report:
    """Work on logs of ``count`` rows, tell listeners, and simulate the line at the servers."""
    rows = count or ROWS
    kept = measure_logs(rows)
    one, apart = measure_writers()
    news = measure_news()
    return Report(
        bench="carrying",
        title="What one PostgreSQL and one Valkey take for the log and the news",
        rows=[],
        tables=[_logs(kept, rows), _news(news), _line()],
        figures=[*_log_figures(kept, one, apart), *_news_figures(news)],
        notes=[
            f"The log: {rows:,} events of 1,000 hotels over 90 days; one appended takes the "
            "hotel's next number and commits. Processor time is PostgreSQL's, all processes of it.",
            "Forgetting a month: deleted by its age and vacuumed, or its part dropped; seconds of "
            "the wall, for each event. The log is in memory; one that is larger takes longer.",
            "News: processor time of Valkey, which uses one core for it; every listener is a web "
            "process.",
        ],
    )


def _logs(kept: Sequence[Kept], rows: int) -> Table:
    return Table(
        title=f"A log of {rows:,} events",
        headings=["", "append, PostgreSQL", "catch up by 100, PostgreSQL", "forget one"],
        lines=[
            [one.name, said(one.append, "s"), said(one.catch_up, "s"), said(one.forget_a_row, "s")]
            for one in kept
        ],
    )


def _log_figures(kept: Sequence[Kept], one: float, apart: float) -> list[Figure]:
    plain = kept[0]
    beside = ", ".join(f"{form.name} {said(form.append, 's')}" for form in kept[1:])
    forgot = ", ".join(f"{form.name} {said(form.forget_a_row, 's')}" for form in kept[1:])
    return [
        Figure(name="append to the log, PostgreSQL", value=plain.append, beside=beside),
        Figure(name="forget an event", value=plain.forget_a_row, beside=forgot),
        Figure(
            name=f"commits by {WRITERS} writers to one hotel's log",
            value=one,
            unit="a second",
            beside=f"each to its own {apart:,.0f}",
        ),
    ]


def _news(costs: Costs) -> Table:
    return Table(
        title="Valkey's processor time for one message, by listeners",
        headings=["", *map(str, LISTENERS)],
        lines=[[name, *(said(cost, "s") for cost in taken)] for name, taken in costs.items()],
    )


def _news_figures(costs: Costs) -> list[Figure]:
    return [
        Figure(name=f"{name}, {listeners} listeners", value=cost)
        for name, taken in costs.items()
        for listeners, cost in zip(LISTENERS, taken, strict=True)
    ]


def _line() -> Table:
    return Table(
        title="Simulated: the slowest of twenty, in mean service times, by servers and how full",
        headings=["", *(f"{share:.0%}" for share in SHARES)],
        lines=[
            [f"{servers} servers", *(f"{slowest_of_twenty(servers, s):.1f}" for s in SHARES)]
            for servers in SERVERS
        ],
    )
