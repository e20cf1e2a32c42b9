"""The filters that a front desk lives by. Days are the hotels' own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.bookings.desk_lists import IN_HOUSE
from apps.bookings.models import HOLDER_PREFIX, Hotel
from apps.bookings.services.mornings import EXPECTED, house_day
from apps.bookings.states import BookingStatus
from apps.bookings.stay_window import hotel_today
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import CodeState, GrantState
from back_office.access import hotels_of
from back_office.filters import ChoiceFilter

DayOf = Callable[[Hotel, datetime], date]

BROKEN = (CodeState.DELAYED, CodeState.FAILED)


def today(hotel: Hotel, now: datetime) -> date:
    """Return the day on the hotel's calendar."""
    return hotel_today(hotel.zone, now)


def by_day(request: HttpRequest, day_of: DayOf, condition: Callable[[date], Q]) -> Q:
    """Return ``condition`` of each hotel's own day, for all hotels that one sees."""
    now = timezone.now()
    hotels: dict[date, list[int]] = defaultdict(list)
    for hotel in hotels_of(request):
        hotels[day_of(hotel, now)].append(hotel.pk)
    found = Q(pk__in=())
    for day, keys in hotels.items():
        found |= Q(hotel__in=keys) & condition(day)
    return found


class DayFilter(ChoiceFilter):
    """What is to be done today, and what should have been done."""

    title = "today"
    parameter_name = "day"
    choices_offered = (
        ("arriving", "arriving today"),
        ("in_house", "in house"),
        ("departing", "departing today"),
        ("overdue", "overdue"),
    )

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return the bookings of the choice."""
        if choice == "in_house":
            return rows.filter(IN_HOUSE)
        if choice == "arriving":
            arriving = Q(status=BookingStatus.CONFIRMED)
            return rows.filter(arriving, by_day(request, today, lambda day: Q(check_in_date=day)))
        if choice == "departing":
            leaving = IN_HOUSE | Q(status=BookingStatus.COMPLETED)
            return rows.filter(leaving, by_day(request, today, lambda day: Q(check_out_date=day)))
        return rows.filter(by_day(request, house_day, overdue))


def overdue(day: date) -> Q:
    """Return who was to arrive before ``day`` and has not, or to leave and has not."""
    return (EXPECTED & Q(check_in_date__lt=day)) | (IN_HOUSE & Q(check_out_date__lt=day))


class CodesFilter(ChoiceFilter):
    """Bookings whose codes need somebody."""

    title = "codes"
    parameter_name = "codes"
    choices_offered = (("problems", "with problems"),)

    def matching(self, request: HttpRequest, rows: QuerySet[Any], choice: str) -> QuerySet[Any]:
        """Return bookings with a door that has no code, or has lost its own."""
        return rows.filter(pk__in=keys_with_code_problems([h.pk for h in hotels_of(request)]))


def keys_with_code_problems(hotels: list[int]) -> list[int]:
    """Return the bookings of ``hotels`` that have a code which is not on its lock in good time."""
    grants = AccessGrant.objects.filter(account__hotel__in=hotels).exclude(state=GrantState.ENDED)
    broken = AccessCode.objects.filter(grant__in=grants, state__in=BROKEN)
    holders = grants.filter(Q(state=GrantState.FAILED) | Q(pk__in=broken.values("grant")))
    keys = (
        holder.removeprefix(HOLDER_PREFIX) for holder in holders.values_list("holder", flat=True)
    )
    return [int(key) for key in keys if key.isdigit()]
