"""Who may log in to the demo. These accounts exist in development only."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from apps.bookings.models import Hotel
from apps.staff.models import Membership
from apps.staff.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A demo login; the password is known to everybody, which is why production refuses it."""

    username: str
    password: str
    is_superuser: bool = False


DESK = Login(username="desk.killarney", password="doorstep-demo-killarney")  # noqa: S106  # public
OTHER_DESK = Login(username="desk.dingle", password="doorstep-demo-dingle")  # noqa: S106  # public
SUPERUSER = Login(
    username="admin",
    password="doorstep-demo-admin",  # noqa: S106  # public
    is_superuser=True,
)


def ensure_membership(user: User, hotel: Hotel) -> None:
    """Let the user work at the hotel, with every right but a superuser's."""
    Membership.objects.get_or_create(user=user, hotel=hotel, defaults={"role": Role.MANAGER})


def ensure_login(login: Login) -> User:
    """Return the account, made on the first call and left alone afterwards."""
    user, is_new = User.objects.get_or_create(
        username=login.username,
        defaults={"is_staff": True, "is_superuser": login.is_superuser},
    )
    if is_new:
        user.set_password(login.password)
        user.save(update_fields=["password"])
    return user
