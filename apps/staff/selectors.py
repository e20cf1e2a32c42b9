"""Reads of the staff room."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from apps.common.errors import NotAuthenticated
from apps.staff.identity import StaffIdentity
from apps.staff.models import Membership
from apps.staff.roles import Role

SCHEME = "bearer"
LONGEST_TOKEN = 256


def identify(authorization: str) -> StaffIdentity:
    """Return who an ``Authorization`` value names. Raises NotAuthenticated."""
    scheme, _, token = authorization.strip().partition(" ")
    token = token.strip()
    is_plain = token.isascii() and token.isprintable() and 0 < len(token) <= LONGEST_TOKEN
    if scheme.lower() != SCHEME or not is_plain:
        raise NotAuthenticated
    try:
        user, login = TokenAuthentication().authenticate_credentials(token.encode())
    except AuthenticationFailed:
        raise NotAuthenticated from None
    return identity_of(user, login)


def identity_of(user: User, login: AuthToken | None = None) -> StaffIdentity:
    """Return the identity of a user who is known already, such as in the admin."""
    roles = Membership.objects.filter(user=user).values_list("hotel_id", "role")
    return StaffIdentity(
        user_id=user.pk,
        username=user.get_username(),
        display_name=user.get_full_name() or user.get_username(),
        is_superuser=user.is_superuser,
        roles={hotel_id: Role(role) for hotel_id, role in roles},
        expires_at=login.expiry if login else None,
        token_digest=login.digest if login else "",
    )


def is_login_alive(identity: StaffIdentity) -> bool:
    """Answer whether the login that ``identity`` came from has not ended."""
    if identity.expires_at is not None and identity.expires_at <= timezone.now():
        return False
    return bool(AuthToken.objects.filter(digest=identity.token_digest).exists())
