"""The numbers and charts of the first page: of one hotel, in a constant number of queries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.bookings.day_range import days_between
from apps.bookings.desk_lists import IN_HOUSE, list_alerts
from apps.bookings.models import Booking, Hotel, Room
from apps.bookings.services.mornings import EXPECTED, house_day
from apps.bookings.states import BookingStatus, RoomStatus
from apps.bookings.stay_window import hotel_today
from apps.bookings.turnover_report import turnover_report
from apps.checkin.funnel import CheckInFunnel, check_in_funnel
from apps.seating.models import SeatAllocation, SeatOrder
from apps.seating.states import AllocationStatus, OrderStatus
from back_office.subjects.booking_filters import keys_with_code_problems, overdue

AHEAD: Final = 7  # days of the coming week
STAYED: Final = Q(status__in=(BookingStatus.CONFIRMED, BookingStatus.COMPLETED))
STRONG, LIGHT, WARM = "var(--color-primary-600)", "var(--color-primary-300)", "#d97706"
OPTIONS: Final = json.dumps(
    {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "plugins": {"legend": {"position": "top", "align": "end"}},
        "scales": {"x": {"grid": {"display": False}}, "y": {"beginAtZero": True, "grid": {}}},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of today; ``link`` leads to the rows that it counts, within the pages."""

    title: str
    value: int
    link: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line, or one colour of bars; None: nothing to show on that day."""

    name: str
    values: Sequence[float | None]
    colour: str = STRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture, and the same numbers as a table for those who don't see it."""

    title: str
    kind: str
    labels: Sequence[str]
    series: Sequence[Series]
    note: str = ""
    options: str = field(default=OPTIONS, repr=False)

    @property
    def data(self) -> str:
        """The numbers as the picture takes them."""
        return json.dumps(
            {
                "labels": list(self.labels),
                "datasets": [
                    {
                        "label": one.name,
                        "data": list(one.values),
                        "backgroundColor": one.colour,
                        "borderColor": one.colour,
                        "spanGaps": True,
                    }
                    for one in self.series
                ],
            }
        )

    @property
    def table(self) -> dict[str, Any]:
        """The numbers as a table."""
        columns = [one.values for one in self.series]
        return {
            "headers": ["", *(one.name for one in self.series)],
            "rows": [
                [label, *("–" if value is None else value for value in values)]
                for label, *values in zip(self.labels, *columns, strict=True)
            ],
        }


# -- today ---------------------------------------------------------------------------------------


def desk_numbers(hotel: Hotel) -> list[Number]:
    """Return who comes, stays and goes."""
    now = timezone.now()
    today, morning = hotel_today(hotel.zone, now), house_day(hotel, now)
    arriving, leaving = STAYED & Q(check_in_date=today), STAYED & Q(check_out_date=today)
    # Of years of bookings, those that any of the numbers counts.
    counted_at_all = arriving | leaving | IN_HOUSE | overdue(morning)
    counted = Booking.objects.filter(counted_at_all, hotel=hotel).aggregate(
        arriving=Count("pk", filter=arriving),
        arrived=Count("pk", filter=arriving & Q(checked_in_at__isnull=False)),
        in_house=Count("pk", filter=IN_HOUSE),
        leaving=Count("pk", filter=leaving & Q(checked_in_at__isnull=False)),
        left=Count("pk", filter=leaving & Q(status=BookingStatus.COMPLETED)),
        overdue=Count("pk", filter=overdue(morning)),
    )
    bookings = "bookings_booking"
    return [
        Number(
            title="Arriving today",
            value=counted["arriving"],
            note=f"{counted['arrived']} here already",
            link=f"{bookings}?day=arriving",
        ),
        Number(title="In house", value=counted["in_house"], link=f"{bookings}?day=in_house"),
        Number(
            title="Departing today",
            value=counted["leaving"],
            note=f"{counted['left']} gone already",
            link=f"{bookings}?day=departing",
        ),
        Number(title="Overdue", value=counted["overdue"], link=f"{bookings}?day=overdue"),
        Number(
            title="Code problems",
            value=len(keys_with_code_problems([hotel.pk])),
            link=f"{bookings}?codes=problems",
        ),
    ]


def room_numbers(hotel: Hotel) -> list[Number]:
    """Return how the rooms stand, and how much somebody should look at."""
    axes = Room.objects.filter(hotel=hotel).only("is_occupied", "condition", "is_out_of_service")
    standing = Counter(room.status for room in axes)
    rooms = [
        Number(
            title=f"Rooms: {status.label}",
            value=standing[status],
            link=f"bookings_room?status={status}",
        )
        for status in RoomStatus
    ]
    alerts = Number(
        title="Open alerts", value=list_alerts(hotel).count(), link="common_alert?alerts=open"
    )
    return [*rooms, alerts]


def payment_numbers(hotel: Hotel) -> list[Number]:
    """Return how many payments wait for somebody."""
    waiting = SeatOrder.objects.filter(event__hotel=hotel, status=OrderStatus.AWAITING_REVIEW)
    return [
        Number(
            title="Proofs waiting",
            value=waiting.count(),
            link="seating_seatorder?review=waiting",
        )
    ]


# -- charts --------------------------------------------------------------------------------------


def week_chart(hotel: Hotel) -> Chart:
    """Return who comes and goes in the days ahead."""
    today = hotel_today(hotel.zone, timezone.now())
    days = days_between(today, today + timedelta(days=AHEAD - 1))
    stays = Booking.objects.filter(STAYED | EXPECTED, hotel=hotel)
    return Chart(
        title="The week ahead",
        kind="bar",
        labels=[f"{day:%a %d}" for day in days],
        series=[
            Series(name="arrivals", values=_by_day(stays, "check_in_date", days)),
            Series(name="departures", values=_by_day(stays, "check_out_date", days), colour=LIGHT),
        ],
    )


def _by_day(rows: Any, column: str, days: Sequence[date]) -> list[float]:
    counted = rows.filter(**{f"{column}__range": (days[0], days[-1])}).order_by()
    counts: Mapping[date, int] = dict(counted.values_list(column).annotate(count=Count("pk")))
    return [counts.get(day, 0) for day in days]


def turnover_chart(hotel: Hotel, since: date) -> Chart:
    """Return how long rooms took from vacated to ready."""
    report = turnover_report(hotel, since=since)
    return Chart(
        title="Turnover of rooms",
        kind="line",
        note="Median minutes, by the day on which the guest left.",
        labels=[f"{day.day:%d %b}" for day in report.days],
        series=[
            Series(
                name="vacated to ready",
                values=[_minutes(day.figures.turnover.median_seconds) for day in report.days],
            ),
            Series(
                name="cleaning",
                values=[_minutes(day.figures.cleaning.median_seconds) for day in report.days],
                colour=LIGHT,
            ),
        ],
    )


def check_in_charts(funnel: CheckInFunnel) -> list[Chart]:
    """Return the funnel of online check-ins, and how their PINs went."""
    total, days = funnel.total, funnel.days
    return [
        Chart(
            title="Online check-ins: how far they came",
            kind="bar",
            note=f"{total.finished_by_staff} more were finished at the desk.",
            labels=["started", "gave details", "answered parking", "completed"],
            series=[
                Series(
                    name="check-ins",
                    values=[
                        total.started,
                        total.reached_details,
                        total.reached_parking,
                        total.completed,
                    ],
                )
            ],
        ),
        Chart(
            title="PINs: share that never failed",
            kind="line",
            note=_in_all(total.failure_rate),
            labels=[f"{day.day:%d %b}" for day in days],
            series=[
                Series(name="per cent", values=[_success(day.figures.failure_rate) for day in days])
            ],
        ),
        Chart(
            title="PINs: seconds until they were on the locks",
            kind="line",
            note="Median by day.",
            labels=[f"{day.day:%d %b}" for day in days],
            series=[
                Series(
                    name="seconds",
                    values=[_rounded(day.figures.median_seconds_to_pin) for day in days],
                    colour=WARM,
                )
            ],
        ),
    ]


def funnel_of(hotel: Hotel, since: date) -> CheckInFunnel:
    """Return the funnel from that day on."""
    return check_in_funnel(hotel, since=since)


def sales_chart(hotel: Hotel, since: date) -> Chart:
    """Return how many seats were paid for, by the day on which the proof came."""
    days = days_between(since, hotel_today(hotel.zone, timezone.now()))
    booked = SeatAllocation.objects.filter(
        order__event__hotel=hotel, status=AllocationStatus.BOOKED
    ).annotate(day=TruncDate("order__submitted_at", tzinfo=hotel.zone))
    return Chart(
        title="Seats sold",
        kind="bar",
        labels=[f"{day:%d %b}" for day in days],
        series=[Series(name="seats", values=_by_day(booked, "day", days))],
    )


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _success(failure_rate: float | None) -> float | None:
    return None if failure_rate is None else round(100 * (1 - failure_rate), 1)


def _in_all(failure_rate: float | None) -> str:
    share = _success(failure_rate)
    return "No PIN was asked for." if share is None else f"{share} per cent of them all."
