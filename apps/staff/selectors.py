"""Reads of the staff room."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from apps.common.errors import NotAuthenticated
from apps.staff.identity import StaffIdentity
from apps.staff.models import Membership
from apps.staff.roles import Permission, Role, may

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


def admitted(digests: Collection[str], *, hotel_id: int, permission: Permission) -> Collection[str]:
    """Return those of some logins that may still do something at a hotel.

    Logins end and roles are taken away while people listen.
    """
    logins = AuthToken.objects.filter(digest__in=digests, user__is_active=True).filter(
        Q(expiry=None) | Q(expiry__gt=timezone.now())
    )
    people = list(logins.values_list("digest", "user_id", "user__is_superuser"))
    users = {user_id for _, user_id, _ in people}
    members = Membership.objects.filter(user_id__in=users, hotel_id=hotel_id)
    roles = members.values_list("user_id", "role")
    allowed = {user_id for user_id, role in roles if may(Role(role), permission)}
    return {digest for digest, user_id, is_super in people if is_super or user_id in allowed}


def is_login_alive(identity: StaffIdentity) -> bool:
    """Answer whether the login that ``identity`` came from has not ended."""
    if identity.expires_at is not None and identity.expires_at <= timezone.now():
        return False
    logins = AuthToken.objects.filter(digest=identity.token_digest, user__is_active=True)
    return bool(logins.exists())
