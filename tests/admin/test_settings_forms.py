"""What managers write about their hotel is checked, kept, and followed by what depends on it."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from apps.bookings.models import Hotel
from apps.bookings.stay_window import stay_window
from apps.concierge.models import MenuItem
from apps.locks.models import AccessGrant
from apps.staff.roles import Role
from tests.admin.test_stay_deeds import in_house_with_codes
from tests.factories.bookings import HotelFactory, RoomFactory
from tests.factories.concierge import MenuItemFactory
from tests.factories.office import at_the_desk

pytestmark = pytest.mark.django_db


def settings_of(hotel: Hotel, **changed: Any) -> dict[str, Any]:
    """Return the form's fields as they are, with changes."""
    page = at_the_desk(hotel).get(reverse("admin:bookings_hotel_change", args=[hotel.pk]))
    initial = page.context["adminform"].form.initial
    return {name: "" if value is None else value for name, value in initial.items()} | changed


def save(hotel: Hotel, **changed: Any) -> Any:
    address = reverse("admin:bookings_hotel_change", args=[hotel.pk])
    return at_the_desk(hotel).post(address, settings_of(hotel, **changed))


def test_codes_follow_the_hotel_s_hours(django_capture_on_commit_callbacks: Any) -> None:
    booking = in_house_with_codes()
    with django_capture_on_commit_callbacks(execute=True):
        assert save(booking.hotel, check_out_time="13:00:00").status_code == 302
    booking.refresh_from_db()
    booking.hotel.refresh_from_db()
    assert booking.hotel.check_out_time == time(13)
    grant = AccessGrant.objects.get(holder=booking.lock_holder)
    assert grant.ends_at == stay_window(booking).ends_at


def test_a_change_is_in_the_history_with_whoever_made_it() -> None:
    hotel = HotelFactory()
    assert save(hotel, name="The Other Inn").status_code == 302
    entry = LogEntry.objects.get(object_id=str(hotel.pk))
    assert "Name" in entry.get_change_message()


@pytest.mark.parametrize(
    "wrong", [{"timezone": "Europe/Nowhere"}, {"pin_length": 3}, {"guest_app_url": "stay"}]
)
def test_what_can_t_be_used_is_refused_in_the_form(wrong: dict[str, Any]) -> None:
    hotel = HotelFactory()
    answer = save(hotel, **wrong)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors


def test_a_number_that_another_room_has_is_refused_in_the_form() -> None:
    room = RoomFactory(number="1")
    RoomFactory(number="2", hotel=room.hotel)
    address = reverse("admin:bookings_room_change", args=[room.pk])
    answer = at_the_desk(room.hotel).post(address, {"number": "2", "notes": ""})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors


def test_the_front_desk_reads_settings_and_writes_none() -> None:
    hotel = HotelFactory(name="Inn")
    desk = at_the_desk(hotel, Role.FRONT_DESK)
    address = reverse("admin:bookings_hotel_change", args=[hotel.pk])
    assert desk.get(address).status_code == 200
    assert desk.post(address, settings_of(hotel, name="Mine")).status_code == 403
    hotel.refresh_from_db()
    assert hotel.name == "Inn"


def test_a_manager_takes_an_item_off_the_menu() -> None:
    item = MenuItemFactory()
    address = reverse("admin:concierge_menuitem_delete", args=[item.pk])
    assert (
        at_the_desk(item.hotel, Role.FRONT_DESK).post(address, {"post": "yes"}).status_code == 403
    )
    at_the_desk(item.hotel).post(address, {"post": "yes"})
    assert not MenuItem.objects.filter(pk=item.pk).exists()
