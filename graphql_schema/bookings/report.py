"""How long rooms take to turn over."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry
import strawberry_django

from apps.bookings import turnover_report as source
from apps.staff.roles import Permission
from graphql_schema.permissions import hotel_for

Info = strawberry.Info[Any, None]


@strawberry.type(description="How often a step was done, and how long it took.")
class StepTimes:
    count: int = strawberry.field(description="How often it was done.")
    median_seconds: float | None = strawberry.field(description="Half took no longer.")
    p90_seconds: float | None = strawberry.field(description="Nine of ten took no longer.")

    @classmethod
    def of(cls, times: source.StepTimes) -> StepTimes:
        """Translate."""
        return cls(
            count=times.count,
            median_seconds=times.median_seconds,
            p90_seconds=times.p90_seconds,
        )


@strawberry.type(description="The turnovers of rooms that were vacated on the days in question.")
class TurnoverFigures:
    vacated: int = strawberry.field(description="Rooms that guests left.")
    ready: int = strawberry.field(description="Of these, made ready again.")
    waiting: StepTimes = strawberry.field(description="From vacated to cleaning begun.")
    cleaning: StepTimes = strawberry.field(description="From cleaning begun to cleaned.")
    inspection: StepTimes = strawberry.field(
        description="From cleaned to ready, or back to cleaning."
    )
    turnover: StepTimes = strawberry.field(description="From vacated to ready.")

    @classmethod
    def of(cls, figures: source.TurnoverFigures) -> TurnoverFigures:
        """Translate."""
        return cls(
            vacated=figures.vacated,
            ready=figures.ready,
            waiting=StepTimes.of(figures.waiting),
            cleaning=StepTimes.of(figures.cleaning),
            inspection=StepTimes.of(figures.inspection),
            turnover=StepTimes.of(figures.turnover),
        )


@strawberry.type(description="The rooms that were vacated on one day.")
class TurnoverDay:
    day: date = strawberry.field(description="In the hotel's zone.")
    figures: TurnoverFigures = strawberry.field(description="Its figures.")


@strawberry.type(description="How long rooms take to turn over, step by step.")
class CheckOutAnalytics:
    since: date = strawberry.field(description="The first day, included.")
    until: date = strawberry.field(description="The last day, included.")
    total: TurnoverFigures = strawberry.field(description="Over all days.")
    days: list[TurnoverDay] = strawberry.field(description="Every day, in order.")

    @classmethod
    def of(cls, report: source.TurnoverReport) -> CheckOutAnalytics:
        """Translate."""
        return cls(
            since=report.since,
            until=report.until,
            total=TurnoverFigures.of(report.total),
            days=[
                TurnoverDay(day=found.day, figures=TurnoverFigures.of(found.figures))
                for found in report.days
            ],
        )


@strawberry.type
class TurnoverReportQuery:
    @strawberry_django.field(
        description="Turnover times by step; at most 366 days, by default the last 30."
    )
    def check_out_analytics(
        self,
        info: Info,
        hotel_slug: str,
        since: date | None = None,
        until: date | None = None,
    ) -> CheckOutAnalytics:
        hotel = hotel_for(info, hotel_slug, Permission.VIEW_REPORTS)
        return CheckOutAnalytics.of(source.turnover_report(hotel, since=since, until=until))
