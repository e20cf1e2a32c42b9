"""Invented data are as lawful as real ones, and come nowhere by mistake."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from pytest_django import Settings

from apps.bookings.models import Booking, Hotel
from apps.bookings.states import BookingStatus
from apps.common.models import Event
from apps.locks.models import AccessCode
from apps.locks.states import CodeState
from apps.partners.models import WebhookDelivery
from apps.seating.models import Seat
from backend.consistency import find_inconsistencies
from backend.volume.filling import VolumeRequest, fill
from tests.factories.bookings import BookingFactory, HotelFactory

pytestmark = pytest.mark.django_db


def make(**options: int) -> str:
    out = StringIO()
    call_command("make_volume", "--anyway", stdout=out, **options)
    return out.getvalue()


def keys_that_lead_nowhere() -> list[str]:
    """Return the foreign keys, as table and column, that point to rows which are not there."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey):
                continue
            there = field.related_model.objects.filter(pk=models.OuterRef(field.attname))
            lost = model.objects.filter(~models.Exists(there), **{f"{field.name}__isnull": False})
            if lost.exists():
                found.append(f"{model._meta.db_table}.{field.column}")
    return found


@pytest.mark.once("postgres")
def test_what_is_made_is_lawful_and_all_there() -> None:
    told = make(bookings=1000, seats=700, hotels=3)

    assert Booking.objects.count() == 1000
    assert Seat.objects.count() == 700
    assert "3 of 3 hotels" in told
    assert set(Booking.objects.values_list("status", flat=True)) == {
        *(BookingStatus.CONFIRMED, BookingStatus.COMPLETED),
        *(BookingStatus.CANCELLED, BookingStatus.NO_SHOW),
    }
    assert AccessCode.objects.filter(state=CodeState.SET).first().digits.isdigit()  # type: ignore[union-attr]  # some guest has one
    assert Event.objects.exists()
    assert WebhookDelivery.objects.exists()
    assert not keys_that_lead_nowhere()
    assert not [str(finding) for finding in find_inconsistencies()]


@pytest.mark.once("postgres")
def test_what_is_there_already_stays_and_can_be_added_to() -> None:
    before = BookingFactory()
    make(bookings=50, seats=0, hotels=1)
    make(bookings=50, seats=0, hotels=1)

    after = BookingFactory()  # the tables number on behind what was copied
    assert after.pk > before.pk + 100
    assert Hotel.objects.count() == 4


@pytest.mark.once("postgres")
def test_the_same_seed_makes_the_same_people() -> None:
    for _ in range(2):
        fill(VolumeRequest(bookings=40, seats=0, hotels=1, seed=7), tell=lambda _progress: None)

    first, second = Hotel.objects.order_by("pk")
    names = Booking.objects.order_by("pk").values_list("contact_name", "check_in_date")
    assert list(names.filter(hotel=first)) == list(names.filter(hotel=second))


def in_production(settings: Settings) -> None:
    settings.DEBUG = False


def beside_a_hotel(settings: Settings) -> None:
    settings.DEBUG = True
    HotelFactory()


@pytest.mark.once("postgres")
@pytest.mark.parametrize("place", [in_production, beside_a_hotel])
def test_where_somebody_may_live_nothing_is_made_unasked(
    settings: Settings, place: Callable[[Any], None]
) -> None:
    place(settings)

    with pytest.raises(CommandError, match="--anyway"):
        call_command("make_volume", bookings=1)

    assert not Booking.objects.exists()


@pytest.mark.once("embedded")
def test_another_database_than_postgresql_is_refused() -> None:
    with pytest.raises(CommandError, match="PostgreSQL"):
        call_command("make_volume", "--anyway", bookings=1)
