"""A hotel, a partner who has a key for it, and the partner's server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from tests.factories.bookings import HotelFactory
from tests.factories.partners import partner_of
from tests.partners.receiver import Receiver


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def partner(hotel: Hotel) -> APIClient:
    """A client with every scope at the one hotel."""
    return partner_of(hotel)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """Takes webhooks on the loopback, where they may go to here."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with Receiver() as running:
        yield running
