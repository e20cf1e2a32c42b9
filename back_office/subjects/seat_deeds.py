"""What is done with an event's seats: taken off sale, and put back."""

from __future__ import annotations

from typing import ClassVar

from apps.seating.services.blocks import BlockRequest, block_seats, unblock_seats
from apps.staff.roles import Permission
from back_office import inputs
from back_office.deeds import Ask, Deed, DeedForm


class SeatsForm(DeedForm):
    """Which seats."""

    prefilled: ClassVar = ("labels",)
    labels = inputs.words("Seats", hint="Their labels with commas between, such as A-1, A-2.")


class BlockForm(SeatsForm):
    """Which seats, and why."""

    reason = inputs.line("Why?", required=True, hint="Stays with the hotel.")


def _request(ask: Ask) -> BlockRequest:
    return BlockRequest(
        event=ask.row,
        labels=[label.strip() for label in ask.data["labels"].split(",") if label.strip()],
        performed_by=ask.staff.actor,
        reason=ask.data.get("reason", ""),
    )


def _block(ask: Ask) -> str:
    return f"Not for sale any more: {', '.join(block_seats(_request(ask)))}."


def _unblock(ask: Ask) -> str:
    return f"On sale again: {', '.join(unblock_seats(_request(ask)))}."


EVENT_DEEDS = (
    Deed(
        name="block-seats",
        label="Block seats",
        icon="block",
        needs=Permission.BLOCK_SEATS,
        tells=lambda _event: (
            "Nobody can choose these seats any more; everybody who looks at the map sees it now.",
            "All of them or none: seats that are somebody's are refused.",
        ),
        does=_block,
        form=BlockForm,
    ),
    Deed(
        name="unblock-seats",
        label="Put seats back on sale",
        icon="event_seat",
        needs=Permission.BLOCK_SEATS,
        tells=lambda _event: (
            "The seats can be chosen again; whoever is on the waiting list is offered them first.",
        ),
        does=_unblock,
        form=SeatsForm,
    ),
)
