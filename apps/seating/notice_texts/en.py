"""English."""

from __future__ import annotations

from typing import Final

from apps.common.notices.wording import Text
from apps.seating.notice_texts.catalogue import SeatTexts

TEXTS: Final = SeatTexts(
    seats_submitted=Text(
        subject="{hotel}: your payment is being checked, order {order}",
        paragraphs=(
            "We have your proof of payment for {event}. Your seats are booked: {seats}.",
            "As soon as the payment is checked, we write to you again.",
        ),
        short=(
            "{hotel}: your seats for {event} are booked ({seats}); the payment of order {order} "
            "is being checked."
        ),
    ),
    seats_confirmed=Text(
        subject="{hotel}: your seats are confirmed, order {order}",
        paragraphs=(
            "Your payment for {event} is confirmed. Your seats: {seats}.",
            "We look forward to seeing you.",
        ),
        short="{hotel}: your seats for {event} are confirmed: {seats}. Order {order}.",
    ),
    seats_rejected=Text(
        subject="{hotel}: your payment could not be confirmed, order {order}",
        paragraphs=(
            "Your payment for {event} could not be confirmed: {reason}",
            (
                "Your seats have been released: {seats}. If you think that this is a mistake, "
                "please contact us."
            ),
        ),
        short=(
            "{hotel}: the payment of order {order} could not be confirmed: {reason} Your seats "
            "have been released."
        ),
    ),
    seats_payment_differs=Text(
        subject="{hotel}: the amount differs, order {order}",
        paragraphs=(
            "For your order for {event} we have received {received}; the total is {total}.",
            (
                "Your seats stay booked for now: {seats}. Please contact us, or send a proof of "
                "the rest."
            ),
        ),
        short="{hotel}: for order {order} we received {received} of {total}. Please contact us.",
    ),
    seats_reopened=Text(
        subject="{hotel}: your order is open again, order {order}",
        paragraphs=(
            "Your order for {event} had run out of time and is open again. Your seats: {seats}.",
            "Please send your proof of payment until {until}.",
        ),
        short=(
            "{hotel}: order {order} for {event} is open again until {until}. Please send your "
            "proof of payment."
        ),
    ),
    seats_offered=Text(
        subject="{hotel}: seats for {event} are held for you",
        paragraphs=(
            "Seats for {event} have come free and are held for you: {seats}.",
            (
                "They are yours if you pay until {until}. Open your place on the waiting list to "
                "do so."
            ),
        ),
        short=(
            "{hotel}: seats for {event} ({seats}) are held for you until {until}. Open your place "
            "on the waiting list."
        ),
    ),
)
