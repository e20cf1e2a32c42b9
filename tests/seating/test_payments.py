"""Proofs book all or nothing; staff confirm or reject; nobody does either twice."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.common.models import Event
from apps.seating import errors
from apps.seating.changes import current_version, news_after
from apps.seating.models import PaymentProof, SeatAllocation, SeatingEvent
from apps.seating.proof_storage import drop_forgotten_files, read_file
from apps.seating.selectors import OpenOrder, get_open_order, shown_proofs
from apps.seating.services.holders import Holder
from apps.seating.services.payments import MOST_PROOFS, submit_payment_proof
from apps.seating.services.reviews import Review, approve_payment, reject_payment
from apps.seating.states import OrderStatus, SeatStatus
from tests.factories.seating import (
    SeatingEventFactory,
    choose,
    choose_instead,
    picture,
    statuses,
)

pytestmark = pytest.mark.django_db
CountFiles = Callable[[], int]


@pytest.fixture
def event() -> SeatingEvent:
    made: SeatingEvent = SeatingEventFactory(seats=12)
    return made


def pay(opened: OpenOrder, shade: int = 7) -> OpenOrder:
    return submit_payment_proof(order_token=opened.token, file=picture(shade=shade))


def review_of(opened: OpenOrder, *, version: int | None = None, reason: str = "") -> Review:
    return Review(
        order_pk=opened.order.pk,
        reviewed_by="staff:desk",
        expected_version=version,
        reason=reason,
    )


def test_a_proof_books_every_seat(event: SeatingEvent, kept_files: CountFiles) -> None:
    opened = pay(choose(event, "A-1", "A-2"))

    assert opened.order.status == OrderStatus.AWAITING_REVIEW
    assert [label for label, status in statuses(event).items() if status == "BOOKED"] == [
        "A-1",
        "A-2",
    ]
    assert [(news.version, len(news.seats)) for news in news_after(event.pk, 0)] == [(1, 2)]
    assert kept_files() == 1


def test_who_comes_second_keeps_the_order(event: SeatingEvent, kept_files: CountFiles) -> None:
    first, second = choose(event, "A-1", "A-2"), choose(event, "A-2", "A-3")
    pay(first)

    with pytest.raises(errors.SeatsTaken) as refusal:
        pay(second, shade=8)

    assert refusal.value.labels == ["A-2"]
    assert statuses(event)["A-3"] == SeatStatus.AVAILABLE
    assert get_open_order(second.token).order.status == OrderStatus.PENDING
    assert (kept_files(), PaymentProof.objects.count(), current_version(event.pk)) == (1, 1, 1)
    assert pay(choose_instead(second, "A-3"), shade=8).order.status == OrderStatus.AWAITING_REVIEW


def test_a_seat_that_was_blocked_since_is_taken(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    event.seats.filter(label="A-1").update(is_blocked=True, blocked_reason="Broken")

    with pytest.raises(errors.SeatsTaken):
        pay(opened)


def test_the_same_proof_again_is_the_same_success(
    event: SeatingEvent, kept_files: CountFiles
) -> None:
    opened = choose(event, "A-1")
    first = pay(opened).order
    again = pay(opened).order

    assert (again.status, again.version) == (first.status, first.version)
    assert (kept_files(), PaymentProof.objects.count(), current_version(event.pk)) == (1, 1, 1)
    approve_payment(review_of(opened))
    assert pay(opened).order.status == OrderStatus.CONFIRMED


def test_another_proof_is_added_for_the_reviewers(event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1"))
    added = pay(opened, shade=8)

    assert added.order.version == opened.order.version + 1
    for shade in range(9, 9 + MOST_PROOFS - 2):
        pay(opened, shade=shade)
    with pytest.raises(errors.OrderClosed):
        pay(opened, shade=99)
    assert PaymentProof.objects.count() == MOST_PROOFS


def test_a_proof_needs_somebody_to_tell(event: SeatingEvent, kept_files: CountFiles) -> None:
    for holder, field in (
        (Holder(), "holder_name"),
        (Holder(name="Nora Quinn"), "holder_email"),
    ):
        with pytest.raises(errors.HolderMissing) as refusal:
            pay(choose(event, "A-1", holder=holder))
        assert refusal.value.field == field
    assert kept_files() == 0
    opened = choose(event, "A-1", holder=Holder(name="Nora Quinn", phone="020 912 3456"))
    assert opened.order.holder_phone == "+353209123456"
    assert pay(opened).order.status == OrderStatus.AWAITING_REVIEW


def test_a_proof_after_the_sales_is_refused(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    SeatingEvent.objects.update(sales_close_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(errors.EventClosed):
        pay(opened)


def test_a_reused_proof_is_flagged_for_staff(event: SeatingEvent) -> None:
    pay(choose(event, "A-1"))
    assert not any(proof.is_reused for proof in shown_proofs())
    pay(choose(event, "A-2"))
    assert all(proof.is_reused for proof in shown_proofs())
    pay(choose(SeatingEventFactory(seats=6), "A-1"))
    assert [proof.is_reused for proof in shown_proofs()] == [True, True, False]


def test_files_lie_encrypted_under_random_names(event: SeatingEvent, proof_dir: object) -> None:
    opened = pay(choose(event, "A-1"))
    proof = PaymentProof.objects.get()

    assert read_file(proof.file_name).startswith(b"\x89PNG")
    (stored,) = proof_dir.iterdir()  # type: ignore[attr-defined]
    assert not stored.read_bytes().startswith(b"\x89PNG")
    assert opened.order.number not in stored.name


def test_a_file_without_a_row_is_dropped_in_time(
    event: SeatingEvent, kept_files: CountFiles, proof_dir: object
) -> None:
    pay(choose(event, "A-1"))
    (proof_dir / "left-by-a-crash").write_bytes(b"x")  # type: ignore[operator]

    drop_forgotten_files(timezone.now())
    assert kept_files() == 2
    drop_forgotten_files(timezone.now() + timedelta(hours=2))
    assert kept_files() == 1
    assert read_file(PaymentProof.objects.get().file_name)


# -- review ----------------------------------------------------------------------------------------


def test_approving_confirms(event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1"))

    order = approve_payment(review_of(opened, version=opened.order.version))

    assert (order.status, order.reviewed_by) == (OrderStatus.CONFIRMED, "staff:desk")
    assert approve_payment(review_of(opened)).version == order.version
    assert statuses(event)["A-1"] == SeatStatus.BOOKED
    assert current_version(event.pk) == 1
    assert PaymentProof.objects.get().verdict == "APPROVED"
    with pytest.raises(errors.OrderClosed):
        reject_payment(review_of(opened, reason="Changed my mind"))


def test_rejecting_frees_the_seats(event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1", "A-2"))

    order = reject_payment(review_of(opened, reason="  Wrong \n amount "))

    assert (order.status, order.rejection_reason) == (OrderStatus.REJECTED, "Wrong amount")
    assert set(statuses(event).values()) == {SeatStatus.AVAILABLE}
    assert [news.version for news in news_after(event.pk, 0)] == [1, 2]
    assert reject_payment(review_of(opened, reason="Again")).version == order.version
    assert pay(choose(event, "A-1"), shade=9).order.status == OrderStatus.AWAITING_REVIEW
    with pytest.raises(errors.OrderClosed):
        approve_payment(review_of(opened))


def test_a_stale_page_cannot_act(event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1"))
    seen = opened.order.version
    pay(opened, shade=8)

    with pytest.raises(errors.StaleVersion):
        approve_payment(review_of(opened, version=seen))
    with pytest.raises(errors.StaleVersion):
        reject_payment(review_of(opened, version=seen, reason="No"))
    assert get_open_order(opened.token).order.status == OrderStatus.AWAITING_REVIEW


def test_a_rejection_needs_a_reason_and_an_order_a_proof(event: SeatingEvent) -> None:
    opened = choose(event, "A-1")
    with pytest.raises(errors.ReasonMissing):
        reject_payment(review_of(opened, reason=" "))
    with pytest.raises(errors.NoProofYet):
        approve_payment(review_of(opened))


def test_the_hotel_is_told_of_orders_and_not_of_people(event: SeatingEvent) -> None:
    opened = pay(choose(event, "A-1"))
    approve_payment(review_of(opened))

    told = Event.objects.order_by("number")
    assert [row.name for row in told] == ["seat-order-submitted", "seat-order-confirmed"]
    assert "Nora" not in str([row.data for row in told])
    assert told[0].data["order_number"] == opened.order.number


def test_an_unreadable_file_books_nothing(event: SeatingEvent, kept_files: CountFiles) -> None:
    with pytest.raises(errors.InvalidFile):
        submit_payment_proof(order_token=choose(event, "A-1").token, file=io.BytesIO(b"hello"))
    assert (kept_files(), SeatAllocation.objects.filter(status="BOOKED").count()) == (0, 0)
