"""Which codes a guest was last told of: a digest, so that each change is told once.

Told are the doors and digits that a change ends with, once every door has a code. Neither other
hours of the same codes count, nor the steps between.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils import timezone

from apps.bookings.models import Booking, ToldCodes
from apps.bookings.states import BookingStatus
from apps.bookings.stay_window import stay_window
from apps.common.crypto import keyed_digest, keyed_digests
from apps.common.rekeying import Outcome, in_batches
from apps.common.statements import Given, KnownRead
from apps.locks.selectors import find_live_grant, list_shown_codes
from apps.locks.states import CodeState, GrantState

NO_CODES: Final = ""
TOLD: Final = KnownRead(
    lambda: ToldCodes.objects.filter(booking=Given("booking")).select_related("booking")
)


def remember_codes(booking: Booking) -> None:
    """Keep what the guest sees from now on. The caller holds the lock on ``booking``."""
    digest = keyed_digest(_shown(booking))
    ToldCodes.objects.bulk_create(  # one statement, for this is part of every confirmation
        [ToldCodes(booking=booking, digest=digest)],
        update_conflicts=True,
        unique_fields=["booking"],
        update_fields=["digest"],
    )


def has_other_codes(booking_pk: int) -> bool:
    """Answer whether a guest who was told of codes is shown others now."""
    told = TOLD.one(booking=booking_pk)
    return told is not None and _other_codes(told, told.booking) is not None


def note_other_codes(booking: Booking) -> int | None:
    """Keep what the guest is shown now if it is not what they were told of.

    Returns the number of the change where the guest is to be told; first codes are no change,
    and nobody is told after the stay. The caller holds the lock on ``booking``.
    """
    told = TOLD.one(booking=booking.pk)
    shown = _other_codes(told, booking) if told else None
    if told is None or shown is None:
        return None
    had_codes = told.digest not in keyed_digests(NO_CODES)
    told.digest = keyed_digest(shown)
    told.version += 1
    told.save(update_fields=["digest", "version"])
    return told.version if had_codes and _is_on(booking) else None


def rekey_told_codes(writes: bool) -> Iterator[Outcome]:
    """Go through what guests of coming and present stays were told, or they were told it again.

    A digest of neither what is shown nor of nothing differs under every key, and is left alone.
    """
    rows = ToldCodes.objects.filter(booking__status=BookingStatus.CONFIRMED).exclude(digest="")
    for key, digest in in_batches(rows, "digest"):
        shown = (NO_CODES, _shown(Booking.objects.get(pk=key)))
        meant = next((text for text in shown if digest in keyed_digests(text)), None)
        if meant is None or digest == keyed_digest(meant):
            yield Outcome.CURRENT
        elif not writes:
            yield Outcome.OLD
        else:
            changed = rows.filter(pk=key, digest=digest).update(digest=keyed_digest(meant))
            yield Outcome.WRITTEN if changed else Outcome.OLD


def _other_codes(told: ToldCodes, booking: Booking) -> str | None:
    """Return what is shown where every door has a code and it is not what was told, else None."""
    grant = find_live_grant(booking.lock_holder)
    if grant is None or grant.state != GrantState.READY:
        return None
    shown = _shown(booking)
    return None if told.digest in keyed_digests(shown) else shown


def _shown(booking: Booking) -> str:
    """Return the doors and their digits in one text, for a digest alone."""
    codes = list_shown_codes(booking.lock_holder)
    shown = [code for code in codes if code.state == CodeState.SET]
    return " ".join(sorted(f"{code.lock_id}:{code.digits}" for code in shown))


def _is_on(booking: Booking) -> bool:
    is_over = timezone.now() >= stay_window(booking).ends_at
    return booking.status == BookingStatus.CONFIRMED and not is_over
