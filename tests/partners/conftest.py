"""A hotel, and a partner who has a key for it."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from tests.factories.bookings import HotelFactory
from tests.factories.partners import partner_of


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def partner(hotel: Hotel) -> APIClient:
    """A client with every scope at the one hotel."""
    return partner_of(hotel)
