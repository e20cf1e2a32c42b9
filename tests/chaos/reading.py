"""Reads what the checks judge: ``python -m tests.chaos.reading`` prints ``Facts`` as JSON.

In a process of its own, in the product's environment: it sees what the product would.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import django

from tests.chaos.facts import (
    Allocation,
    Booking,
    Code,
    Delivery,
    Event,
    Facts,
    Flow,
    Grant,
    Order,
    SeatChart,
)

if TYPE_CHECKING:
    from apps.bookings import models as bookings
    from apps.seating import models as seating


def read() -> Facts:
    """Read everything. Nothing is under way any more."""
    from apps.common.events import last_number
    from backend.consistency import find_inconsistencies

    hotels = list(_hotels())
    return Facts(
        last_numbers={hotel.slug: last_number(hotel.event_stream) for hotel in hotels},
        events=[event for hotel in hotels for event in _events(hotel)],
        charts=list(_charts()),
        allocations=list(_allocations()),
        orders=list(_orders()),
        bookings=list(_bookings()),
        grants=list(_grants()),
        codes=list(_codes()),
        flows=list(_flows()),
        deliveries=list(_deliveries()),
        inconsistencies=[str(finding) for finding in find_inconsistencies()],
    )


def _hotels() -> Iterator[bookings.Hotel]:
    from apps.bookings.models import Hotel

    yield from Hotel.objects.order_by("pk")


def _events(hotel: bookings.Hotel) -> Iterator[Event]:
    from apps.common.models import Event as Row
    from apps.partners.webhooks.event_types import TYPE_OF_NEWS
    from apps.partners.webhooks.messages import message_id

    for row in Row.objects.filter(stream__name=hotel.event_stream).order_by("number"):
        is_told = row.name in TYPE_OF_NEWS
        yield Event(
            hotel=hotel.slug,
            number=row.number,
            name=row.name,
            booking_id=row.data.get("booking_id") or "",
            message_id=message_id(hotel.pk, row.number) if is_told else "",
        )


def _charts() -> Iterator[SeatChart]:
    from apps.seating.models import SeatingEvent
    from apps.seating.seat_map import read_seat_map

    for event in SeatingEvent.objects.order_by("pk"):
        shown = read_seat_map(event)
        states = zip(shown.chart["label"], shown.statuses, strict=True)
        yield SeatChart(
            event=event.slug,
            version=event.seq,
            versions=list(event.changes.order_by("version").values_list("version", flat=True)),
            states={label: str(status) for label, status in states},
        )


def _allocations() -> Iterator[Allocation]:
    from apps.seating.models import SeatAllocation

    rows = SeatAllocation.objects.select_related("seat__event", "order")
    for row in rows:
        seat = f"{row.seat.event.slug}/{row.seat.label}"
        yield Allocation(seat=seat, order=row.order.number, status=row.status)


def _orders() -> Iterator[Order]:
    from apps.seating.models import SeatOrder

    for row in SeatOrder.objects.prefetch_related("proofs"):
        proofs = [_is_readable(proof) for proof in row.proofs.all()]
        yield Order(number=row.number, status=row.status, proofs=proofs)


def _is_readable(proof: seating.PaymentProof) -> bool:
    from apps.seating.proof_storage import read_file

    try:
        return len(read_file(proof.file_name)) == proof.size_bytes
    except (OSError, ValueError):
        return False


def _bookings() -> Iterator[Booking]:
    from apps.bookings.models import Booking as Row

    rows = Row.objects.select_related("hotel", "assigned_room")
    for row in rows.prefetch_related("guests", "check_outs"):
        check_outs = row.check_outs.all()
        yield Booking(
            hotel=row.hotel.slug,
            booking_id=row.booking_id,
            reference=row.booking_reference,
            holder=row.lock_holder,
            status=row.status,
            is_arrived=row.checked_in_at is not None,
            room=row.assigned_room.number if row.assigned_room else "",
            check_out_date=row.check_out_date.isoformat(),
            guests=[guest.full_name for guest in row.guests.all()],
            check_outs=len(check_outs),
            undone=sum(one.undone_at is not None for one in check_outs),
        )


def _grants() -> Iterator[Grant]:
    from apps.locks.models import AccessGrant
    from apps.locks.states import GrantState

    for row in AccessGrant.objects.exclude(state=GrantState.ENDED).prefetch_related("locks"):
        yield Grant(
            key=str(row.pk),
            holder=row.holder,
            state=row.state,
            pin=row.pin,
            locks=[lock.vendor_lock_id for lock in row.locks.all()],
        )


def _codes() -> Iterator[Code]:
    from apps.locks.models import AccessCode
    from apps.locks.states import LIVE

    for row in AccessCode.objects.filter(state__in=LIVE).select_related("lock"):
        yield Code(
            grant=str(row.grant_id),
            lock=row.lock.vendor_lock_id,
            kind=row.kind,
            state=row.state,
            digits=row.digits,
            is_unrecallable=row.is_unrecallable,
        )


def _flows() -> Iterator[Flow]:
    from apps.checkin.models import CheckInFlow

    for row in CheckInFlow.objects.select_related("booking__hotel"):
        name = f"{row.booking.hotel.slug}/{row.booking.booking_id}"
        yield Flow(booking_id=name, status=row.status, pin_status=row.pin_status)


def _deliveries() -> Iterator[Delivery]:
    from apps.partners.models import WebhookDelivery

    for row in WebhookDelivery.objects.only("message_id", "state"):
        yield Delivery(message_id=row.message_id, state=row.state)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    sys.stdout.write(json.dumps(asdict(read())))
