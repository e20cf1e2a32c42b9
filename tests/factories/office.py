"""People at their desks: logged in to the back office."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from apps.bookings.models import Hotel
from apps.staff.roles import Role
from tests.factories.staff import UserFactory, works_at


def at_the_desk(hotel: Hotel, role: Role = Role.MANAGER) -> Client:
    """Return a browser in which somebody of the hotel is logged in."""
    user = works_at(hotel, role)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    return _browser(user)


def of_the_platform() -> Client:
    """Return a browser in which a superuser is logged in."""
    return _browser(UserFactory(is_staff=True, is_superuser=True))


def _browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
