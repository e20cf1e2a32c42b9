"""A payment proof books the order's seats, all of them or none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import IO, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.common.queries import DATABASE_AWAY
from apps.common.statements import Given, KnownInsert, KnownUpdate, give_related
from apps.seating.errors import (
    EventClosed,
    OrderClosed,
    OrderExpired,
    OrderNotFound,
    SeatsTaken,
)
from apps.seating.events import order_event
from apps.seating.models import PaymentProof, SeatAllocation, SeatOrder
from apps.seating.proof_files import CheckedFile, check_file
from apps.seating.proof_storage import drop_file, keep_file
from apps.seating.selectors import (
    OpenOrder,
    find_order,
    get_open_order,
    is_on_sale,
    occupied_labels,
)
from apps.seating.services.expiry import end_lapsed_holds
from apps.seating.services.holders import require_holder
from apps.seating.services.notices import tell_holder
from apps.seating.services.order_rows import (
    LostUpdate,
    get_order_for_update,
    lock_seats_of,
    mark_order,
    move_order,
    require_open,
    update_order,
)
from apps.seating.services.waiting import tell_change
from apps.seating.states import BOOKING, AllocationStatus, OrderStatus, PaymentMark, SeatStatus

# Whether the file is needed, and the order as it is now, where this proof has booked it.
_Outcome = tuple[bool, SeatOrder | None]

MOST_PROOFS: Final = 5
TRIES: Final = 3  # holds that lapse in the very moment
INSERT_PROOF: Final = KnownInsert(PaymentProof)
BOOK: Final = KnownUpdate(
    lambda: SeatAllocation.objects.filter(
        order=Given("order"), status__in=(AllocationStatus.SELECTED, AllocationStatus.HELD)
    ),
    status=AllocationStatus.BOOKED,
    held_until=None,
)


def submit_payment_proof(*, order_token: str, file: IO[bytes]) -> OpenOrder:
    """Book all seats of the order, or none of them. The same proof again is the same success.

    Another proof for an order under review is added to what the reviewers see. Whoever is refused
    leaves no file behind.

    Raises OrderNotFound, OrderExpired, OrderClosed, EventClosed, HolderMissing, FileTooLarge,
    InvalidFile, SeatsTaken, and Unavailable where the file can't be stored.
    """
    order = find_order(order_token)
    if order is None:
        raise OrderNotFound
    try:
        _require_wanted(order, timezone.now())
    except (OrderExpired, EventClosed):
        mark_order(order.pk, PaymentMark.LATE)
        raise
    checked = check_file(file, most_bytes=settings.MAX_PROOF_BYTES)
    name = keep_file(checked.content)
    is_needed, booked = False, None
    try:
        is_needed, booked = _submit_or_explain(order, checked, name)
    except DATABASE_AWAY:
        # It may be committed all the same; a file that no row names is dropped in time.
        is_needed = True
        raise
    except SeatsTaken:
        mark_order(order.pk, PaymentMark.SEATS_GONE)
        raise
    finally:
        if not is_needed:
            drop_file(name)
    if booked is None:
        return get_open_order(order_token)
    return OpenOrder(order=booked, token=order_token)


def _submit_or_explain(order: SeatOrder, file: CheckedFile, name: str) -> _Outcome:
    """Book. Raises SeatsTaken.

    The constraint says that a seat is somebody else's, and only then is it asked whose: nobody who
    is first waits for that question. A hold that has lapsed gives way.
    """
    for _ in range(TRIES):
        try:
            return _submit(order.pk, file, name)
        except IntegrityError:
            _make_way(order)
    raise SeatsTaken([row.seat.label for row in order.allocations.all()])


@transaction.atomic
def _end_lapsed_holds(order: SeatOrder) -> list[str]:
    """Let go of what has lapsed of an order's seats; return the labels that somebody has."""
    seats = [row.seat for row in lock_seats_of(order)]
    tell_change(order.event, end_lapsed_holds(seats, timezone.now()))
    return occupied_labels(seats, apart_from=order)


def _make_way(order: SeatOrder) -> None:
    taken = _end_lapsed_holds(order)
    if taken:
        raise SeatsTaken(taken)


def _require_wanted(order: SeatOrder, now: datetime) -> None:
    """Raises what is wrong with any proof for this order, whatever is in it."""
    if order.status in BOOKING:
        return
    require_open(order, now)
    if not is_on_sale(order.event, now):
        raise EventClosed
    require_holder(order)


@transaction.atomic
def _submit(pk: int, file: CheckedFile, name: str) -> _Outcome:
    """Book. Raises IntegrityError for seats in other hands.

    The hotel's log and the event's version are taken last: whoever else sells waits from there on.
    """
    order = get_order_for_update(pk)
    now = timezone.now()
    if order.status in BOOKING:
        return _add_proof(order, file, name, now), None
    _require_wanted(order, now)
    rows = _book(order)
    seats = [row.seat for row in rows]
    due_at = now + timedelta(hours=order.event.review_hours)
    move_order(order, OrderStatus.AWAITING_REVIEW, submitted_at=now, due_at=due_at, mark="")
    _store_proof(order, file, name, now)
    labels = [seat.label for seat in seats]
    give_related(order, "allocations", rows)
    tell_holder(order, "seats_submitted", occasion=str(order.version), labels=labels)
    order_event(order, "seat-order-submitted")
    tell_change(order.event, dict.fromkeys(seats, SeatStatus.BOOKED))
    return True, order


def _book(order: SeatOrder) -> list[SeatAllocation]:
    """Make the order's choice its own. Raises SeatsTaken, OrderExpired, IntegrityError."""
    rows = lock_seats_of(order)
    if any(row.seat.is_blocked for row in rows):
        raise SeatsTaken(occupied_labels([row.seat for row in rows], apart_from=order))
    booked = BOOK.run(order=order.pk)
    if not booked:
        raise OrderExpired
    if booked != len(rows):
        raise LostUpdate
    for row in rows:
        row.status, row.held_until = AllocationStatus.BOOKED, None
    return rows


def _add_proof(order: SeatOrder, file: CheckedFile, name: str, now: datetime) -> bool:
    """Add another proof to an order that is booked. Raises OrderClosed."""
    hashes = set(order.proofs.values_list("content_hash", flat=True))
    if file.content_hash in hashes:
        return False
    if order.status != OrderStatus.AWAITING_REVIEW or len(hashes) >= MOST_PROOFS:
        raise OrderClosed(current=OrderStatus(order.status).label)
    update_order(order)
    _store_proof(order, file, name, now)
    return True


def _store_proof(order: SeatOrder, file: CheckedFile, name: str, now: datetime) -> None:
    INSERT_PROOF.run(
        PaymentProof(
            order=order,
            content_hash=file.content_hash,
            file_name=name,
            media_type=file.media_type,
            size_bytes=len(file.content),
            submitted_at=now,
        )
    )
