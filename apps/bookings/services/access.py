"""The doors of a stay: what a booking asks of the locks room."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from apps.bookings.errors import PinIssuesSpent
from apps.bookings.models import Booking
from apps.bookings.selectors import list_doors
from apps.bookings.stay_window import stay_window
from apps.common.alerts import raise_alert
from apps.locks.models import AccessGrant
from apps.locks.selectors import count_grants_since, find_live_grant
from apps.locks.services import grants

LABEL_LENGTH: Final = 40
ISSUES_A_DAY: Final = 5


def open_doors(
    booking: Booking, *, actor: str, reason: str, own_numbers: Iterable[str] = ()
) -> AccessGrant | None:
    """Give the booking's guest codes on the stay's doors for its window; the PIN, once made, stays.

    None: the stay has no doors that could be opened. ``own_numbers`` are numbers of the guest
    that no PIN may repeat. The caller holds the lock on ``booking``.

    Raises NoFreePin.
    """
    doors = list_doors(booking)
    account = booking.hotel.lock_account
    if not doors or account is None:
        return None
    window = stay_window(booking)
    numbers = {booking.booking_reference, booking.booking_id, booking.contact_phone, *own_numbers}
    request = grants.AccessRequest(
        account=account,
        locks=doors,
        holder=booking.lock_holder,
        label=booking.booking_reference[:LABEL_LENGTH],
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        pin_length=booking.hotel.pin_length or settings.PIN_LENGTH,
        own_numbers=frozenset(filter(None, (re.sub(r"\D", "", number) for number in numbers))),
    )
    return grants.grant_access(request, actor=actor, reason=reason)


def require_issues_left(booking: Booking) -> None:
    """Keep guests from making the locks take one PIN after the other; the desk may go on.

    Raises PinIssuesSpent.
    """
    since = timezone.now() - timedelta(days=1)
    if count_grants_since(booking.lock_holder, since) < ISSUES_A_DAY:
        return
    if find_live_grant(booking.lock_holder) is not None:
        return
    raise_alert(
        scope=booking.hotel.alert_scope,
        kind="pin_issues_spent",
        subject=booking.booking_id,
        message=f"Booking {booking.booking_id} asked for more than {ISSUES_A_DAY} PINs in a day.",
    )
    raise PinIssuesSpent


def reissue_codes(booking: Booking, *, actor: str, reason: str) -> AccessGrant | None:
    """Give the stay another PIN and take the old one off the locks. The caller holds the lock on
    ``booking``. Raises NoFreePin."""
    close_doors(booking, actor=actor, reason=reason)
    return open_doors(booking, actor=actor, reason=reason)


def adjust_doors(booking: Booking, *, actor: str, reason: str) -> None:
    """Let codes that the stay has follow its room and hours; a stay without codes gets none.

    The caller holds the lock on ``booking``.
    """
    if find_live_grant(booking.lock_holder) is None:
        return
    if not list_doors(booking):
        close_doors(booking, actor=actor, reason=reason)
        return
    open_doors(booking, actor=actor, reason=reason)


def reopen_doors(booking: Booking, *, actor: str, reason: str) -> None:
    """Give the stay the codes back that it had, the same PIN where it is still free.

    The caller holds the lock on ``booking``.
    """
    grants.revive_access(holder=booking.lock_holder, actor=actor, reason=reason)
    adjust_doors(booking, actor=actor, reason=reason)


def end_access(booking: Booking, *, actor: str, reason: str) -> None:
    """Like ``close_doors``, for the end of a stay: the worker sees to the single codes."""
    grants.end_access(holder=booking.lock_holder, actor=actor, reason=reason)


def close_doors(booking: Booking, *, actor: str, reason: str) -> None:
    """Take the booking's codes off its locks."""
    grants.revoke_access(holder=booking.lock_holder, actor=actor, reason=reason)
