"""People who work at hotels, and their logins."""

from __future__ import annotations

import factory
from django.contrib.auth.models import User
from factory.django import DjangoModelFactory
from rest_framework.test import APIClient

from apps.bookings.models import Hotel
from apps.staff.models import Membership
from apps.staff.roles import Role
from apps.staff.services.logins import open_login

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory):
    """Somebody who works nowhere yet. ``with_password=True``: can log in by ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        with_password = factory.Trait(password=factory.django.Password(PASSWORD))

    username = factory.Sequence(lambda n: f"desk-{n}")
    password = factory.django.Password(None)


def works_at(hotel: Hotel, role: Role = Role.FRONT_DESK) -> User:
    """Return a new member of the hotel's staff."""
    user: User = UserFactory()
    Membership.objects.create(user=user, hotel=hotel, role=role)
    return user


def logged_in(user: User) -> APIClient:
    """Return a client that calls with a new login of ``user``."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_login(user).token}")
    return client
