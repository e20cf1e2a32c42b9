"""What becomes of access codes, told in the hotel's log: on the lock, not to be had, off it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from apps.bookings.events import stamp, tell
from apps.bookings.models import Booking
from apps.bookings.selectors import get_booking_for_update, key_of_holder
from apps.common.events import News
from apps.common.statements import Given, KnownRead
from apps.locks.models import AccessCode, AccessGrant
from apps.locks.states import CodeState
from apps.partners.models import ToldCode

NEWS_OF_STATE: Final[Mapping[str, str]] = {
    CodeState.SET: "access-code-set",
    CodeState.FAILED: "access-code-failed",
    CodeState.REMOVED: "access-code-removed",
    CodeState.REMOVAL_FAILED: "access-code-removal-failed",
}
# Asked at every turn of every code, and nearly always of nothing.
CHANGED: Final = KnownRead(
    lambda: (
        AccessCode.objects.filter(
            grant=Given("grant", AccessGrant._meta.pk), state__in=list(NEWS_OF_STATE)
        )
        .annotate(told=Subquery(ToldCode.objects.filter(code=OuterRef("pk")).values("state")[:1]))
        .filter(
            Q(told__isnull=True) & ~Q(state=CodeState.REMOVED)
            | Q(told__isnull=False) & ~Q(told=F("state"))
        )
        .select_related("lock")
        .order_by("asked_at", "pk")
    )
)


def tell_of_codes(grant: AccessGrant) -> None:
    """Tell of the codes that stand elsewhere than was last told. Idempotent.

    A code that went before anybody heard of it is not told of.
    """
    booking_pk = key_of_holder(grant)
    # Looking first spares the booking's lock a visit for news that is none here.
    if booking_pk is None or not _changes(grant):
        return
    with transaction.atomic():
        booking = get_booking_for_update(booking_pk)
        changed = _changes(grant)
        ToldCode.objects.bulk_create(
            [ToldCode(code=code, state=code.state) for code in changed],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["state"],
        )
        tell(booking.hotel, *(_news(booking, code) for code in changed))


def _changes(grant: AccessGrant) -> Sequence[AccessCode]:
    return CHANGED.all(grant=grant.pk)


def _news(booking: Booking, code: AccessCode) -> News:
    data = {
        "access_code_id": str(code.pk),
        "booking_id": booking.booking_id,
        "status": code.state,
        "kind": code.kind,
        "is_front_door": code.lock.is_front_door,
        "timestamp": stamp(timezone.now()),
    }
    return News(name=NEWS_OF_STATE[code.state], data=data)
