"""What the hotel's people decide about payments, with the proof beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django import forms

from apps.common.errors import DomainError
from apps.seating.errors import NoProofYet, OrderClosed
from apps.seating.models import SeatOrder
from apps.seating.selectors import shown_status, total_of
from apps.seating.services.reviews import (
    Review,
    approve_payment,
    record_payment,
    reject_payment,
    reopen_order,
)
from apps.seating.states import OrderStatus
from apps.staff.roles import Permission
from back_office import inputs
from back_office.cells import NOTHING, moment
from back_office.deeds import Ask, Deed, DeedForm

TEMPLATE = "back_office/review.html"


class ReviewForm(DeedForm):
    """Says which version of the order was on the page."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        """Take down what is shown."""
        self.fields["version"].initial = self.row.version


class RejectForm(ReviewForm):
    """Why the payment is not good."""

    reason = inputs.words("Why?", hint="The holder reads it.")


class ReceivedForm(ReviewForm):
    """What came in."""

    received_amount = inputs.amount("Amount that came in")


def _review(ask: Ask) -> Review:
    return Review(
        order_pk=ask.row.pk,
        reviewed_by=ask.staff.actor,
        expected_version=ask.data["version"],
        reason=ask.data.get("reason", ""),
    )


def _calls(service: Callable[[Review], SeatOrder], said: str) -> Callable[[Ask], str]:
    def call(ask: Ask) -> str:
        return f"{service(_review(ask))} {said}."

    return call


def _record(ask: Ask) -> str:
    order = record_payment(_review(ask), received=ask.data["received_amount"])
    return order.get_mark_display() or "The amount is right."


def _facts(order: SeatOrder) -> Sequence[tuple[str, str]]:
    seats = ", ".join(row.seat.label for row in order.allocations.all())
    received = order.received_amount
    return (
        ("Event", order.event.name),
        ("Holder", order.holder_name or NOTHING),
        ("Seats", seats or NOTHING),
        ("Due", f"{total_of(order)} {order.event.currency}"),
        ("Came in", NOTHING if received is None else f"{received} {order.event.currency}"),
        ("Proof sent", moment(order.submitted_at)),
        ("Odd", order.get_mark_display() or NOTHING),
    )


def _only_while(status: OrderStatus) -> Callable[[SeatOrder], Sequence[DomainError]]:
    """Return the question whether the order is in the one state that the button is for."""

    def ask_state(order: SeatOrder) -> Sequence[DomainError]:
        current = shown_status(order)
        if current == status:
            return ()
        if status == OrderStatus.AWAITING_REVIEW and order.submitted_at is None:
            return (NoProofYet(),)
        return (OrderClosed(current=current.label),)

    return ask_state


REVIEW_DEEDS = (
    Deed(
        name="approve",
        label="Approve the payment",
        icon="check_circle",
        needs=Permission.REVIEW_PAYMENTS,
        facts=_facts,
        tells=lambda _order: (
            "The order is confirmed; its seats stay booked.",
            "The holder is told by e-mail.",
        ),
        does=_calls(approve_payment, "is confirmed"),
        against=_only_while(OrderStatus.AWAITING_REVIEW),
        form=ReviewForm,
        template=TEMPLATE,
    ),
    Deed(
        name="reject",
        label="Reject the payment",
        icon="cancel",
        needs=Permission.REVIEW_PAYMENTS,
        facts=_facts,
        tells=lambda _order: (
            "The seats are free at once, for everybody who looks at the map.",
            "The holder is told by e-mail, with your reason.",
        ),
        does=_calls(reject_payment, "is rejected; its seats are free"),
        against=_only_while(OrderStatus.AWAITING_REVIEW),
        form=RejectForm,
        template=TEMPLATE,
        is_grave=True,
    ),
    Deed(
        name="record-payment",
        label="Note what came in",
        icon="payments",
        needs=Permission.REVIEW_PAYMENTS,
        facts=_facts,
        tells=lambda _order: ("An amount that differs marks the order, and the holder is told.",),
        does=_record,
        against=_only_while(OrderStatus.AWAITING_REVIEW),
        form=ReceivedForm,
        template=TEMPLATE,
    ),
    Deed(
        name="reopen",
        label="Open the order again",
        icon="restart_alt",
        needs=Permission.REVIEW_PAYMENTS,
        facts=_facts,
        tells=lambda _order: (
            "The order has its seats again, if they are all still free, and a new time to pay in.",
            "The holder is told by e-mail.",
        ),
        does=_calls(reopen_order, "is open again"),
        against=_only_while(OrderStatus.EXPIRED),
        form=ReviewForm,
    ),
)
