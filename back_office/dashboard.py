"""The first page: what today asks of this person, at one of their hotels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.bookings.models import Hotel
from apps.bookings.stay_window import hotel_today
from apps.staff.roles import Permission
from back_office import figures
from back_office.access import hotels_of, staff_of

PERIODS: Final = (7, 14, 30, 90)
DEFAULT_PERIOD: Final = 14


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context with the numbers and charts that this person's role may see."""
    hotels = hotels_of(request)
    hotel = next((one for one in hotels if one.slug == request.GET.get("at")), None)
    hotel = hotel or next(iter(hotels), None)
    if hotel is None:
        return context
    days = _period(request)
    return context | {
        "hotel": hotel,
        "hotels": hotels,
        "period": days,
        "periods": PERIODS,
        "numbers": [_linked(number, hotel) for number in _numbers(request, hotel)],
        "charts": _charts(request, hotel, days),
    }


def _period(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((days for days in PERIODS if str(days) == asked), DEFAULT_PERIOD)


def _may(request: HttpRequest, permission: Permission, hotel: Hotel) -> bool:
    return staff_of(request).may(permission, hotel_id=hotel.pk)


def _numbers(request: HttpRequest, hotel: Hotel) -> list[figures.Number]:
    numbers: list[figures.Number] = []
    if _may(request, Permission.VIEW_BOOKINGS, hotel):
        numbers += figures.desk_numbers(hotel)
    if _may(request, Permission.REVIEW_PAYMENTS, hotel):
        numbers += figures.payment_numbers(hotel)
    if _may(request, Permission.VIEW_ROOMS, hotel):
        numbers += figures.room_numbers(hotel)
    return numbers


def _linked(number: figures.Number, hotel: Hotel) -> dict[str, Any]:
    page, _, query = number.link.partition("?")
    address = reverse(f"admin:{page}_changelist")
    return {
        "title": number.title,
        "value": number.value,
        "note": number.note,
        "url": f"{address}?{query}&at={hotel.slug}",
    }


def _charts(request: HttpRequest, hotel: Hotel, days: int) -> list[figures.Chart]:
    if not _may(request, Permission.VIEW_REPORTS, hotel):
        return []
    since = hotel_today(hotel.zone, timezone.now()) - timedelta(days=days - 1)
    return [
        figures.week_chart(hotel),
        figures.turnover_chart(hotel, since),
        *figures.check_in_charts(figures.funnel_of(hotel, since)),
        figures.sales_chart(hotel, since),
    ]
