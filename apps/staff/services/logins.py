"""Logging staff in and out. A login is a token that is shown once and kept as a digest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from knox.models import AuthToken

from apps.common.errors import NotAuthenticated
from apps.common.live import publish_on_commit
from apps.common.maintenance import delete_portion
from apps.staff.errors import OtpInvalid
from apps.staff.identity import StaffIdentity
from apps.staff.services.authenticators import prove, require_set_up
from apps.staff.services.lockouts import count_wrong_try, forget_tries, try_from
from apps.staff.services.login_limits import limit_logins, note_wrong_login

LOGINS: Final = "staff.logins"  # the live group that hears when logins end


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A new login: the only moment at which its token is known."""

    token: str = field(repr=False)
    digest: str = field(repr=False)
    expires_at: datetime


def log_in(*, username: str, password: str, client_address: str, otp: str = "") -> Login:
    """Return a new login; earlier ones go on.

    Raises NotAuthenticated, alike for every reason and after the same time; with the right password
    OtpRequired, OtpInvalid, OtpNotSetUp; RateLimited.
    """
    user = prove_identity(
        username=username, password=password, client_address=client_address, otp=otp
    )
    require_set_up(user)
    return open_login(user)


def prove_identity(*, username: str, password: str, client_address: str, otp: str = "") -> User:
    """Return who typed that. ``otp``: a code of the person's app, or a recovery code.

    Raises as ``log_in`` does, except OtpNotSetUp: the person may have come to set one up.
    """
    limit_logins(username, client_address)
    tried = try_from(client_address)
    user = authenticate(tried, username=username, password=password)
    if user is None:
        note_wrong_login(username, is_locked=getattr(tried, "axes_locked_out", False))
        raise NotAuthenticated("The username or the password is wrong.")
    try:
        prove(user, otp)
    except OtpInvalid:
        note_wrong_login(username, is_locked=count_wrong_try(username, client_address))
        raise
    forget_tries(username, client_address)
    return user


def open_login(user: User, *, lifetime: timedelta | None = None) -> Login:
    """Return a new login of a user who has proved themselves otherwise.

    ``lifetime`` None: as long as logins last.
    """
    given = {} if lifetime is None else {"expiry": lifetime}
    row, token = AuthToken.objects.create(user=user, **given)
    return Login(token=token, digest=row.digest, expires_at=row.expiry)


def log_out(identity: StaffIdentity) -> None:
    """End the login that ``identity`` came from."""
    end_logins([identity.token_digest])


def end_logins(digests: Collection[str]) -> None:
    """End the logins of these digests, as far as they have not ended by themselves."""
    with transaction.atomic():
        AuthToken.objects.filter(digest__in=digests).delete()
        publish_on_commit(LOGINS, {})


def log_out_everywhere(user: User) -> None:
    """End every login of the user, as after a change of password or role."""
    with transaction.atomic():
        AuthToken.objects.filter(user=user).delete()
        publish_on_commit(LOGINS, {})


def purge_logins(now: datetime) -> bool:
    """Delete some logins whose time is over; return whether any may be left."""
    return delete_portion(AuthToken.objects.filter(expiry__lt=now), oldest_by="expiry")


def purge_sessions(now: datetime) -> bool:
    """Delete some sessions of browsers whose time is over; return whether any may be left."""
    return delete_portion(Session.objects.filter(expire_date__lt=now), oldest_by="expire_date")
