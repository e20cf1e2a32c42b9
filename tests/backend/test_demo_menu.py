"""The demo hotels' menus."""

from __future__ import annotations

import pytest

from apps.bookings.models import Hotel
from apps.concierge.models import MenuItem
from backend.demo.menu import MENU, ensure_menu
from tests.factories.bookings import HotelFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    ensure_menu(made)
    return made


def test_putting_the_menu_there_again_adds_nothing(hotel: Hotel) -> None:
    ensure_menu(hotel)

    assert MenuItem.objects.count() == len(MENU)


def test_what_somebody_changed_on_the_menu_stays_as_it_is(hotel: Hotel) -> None:
    hotel.menu_items.filter(name="Porridge").update(is_available=False, price="7.00")
    hotel.menu_items.filter(name="Pot of tea").delete()

    ensure_menu(hotel)

    porridge = hotel.menu_items.get(name="Porridge")
    assert (porridge.is_available, str(porridge.price)) == (False, "7.00")
    assert hotel.menu_items.filter(name="Pot of tea").exists()
