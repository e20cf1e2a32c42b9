"""What the desk does with a booking: from check-in to check-out, and with its codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from apps.bookings.errors import CodesMissing
from apps.bookings.models import Booking
from apps.bookings.selectors import get_hotel_room
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.closing import cancel_booking, mark_no_show
from apps.bookings.services.desk_codes import (
    reissue_at_desk,
    resend_stay_link,
    revoke_at_desk,
    show_codes_at_desk,
    swap_at_desk,
)
from apps.bookings.services.moves import StayChange, change_stay, move_booking
from apps.bookings.services.undo import undo_check_out
from apps.checkin.services.desk import DeskCheckIn, DeskGuest, check_in_at_desk
from apps.common.errors import DomainError
from apps.concierge.services.messages import send_staff_message
from apps.staff.roles import Permission
from back_office.cells import NOTHING
from back_office.deeds import Ask, Deed, Panel
from back_office.subjects.guest_deeds import ERASE_BOOKING
from back_office.subjects.stay_forms import (
    CheckInForm,
    DoorForm,
    MessageForm,
    MoveForm,
    ReasonForm,
    StayForm,
)

SOURCE: Final = "back_office"

# The rule that answers, before and after, whether a deed can be done.
RULE_OF_DEED: Final[Mapping[str, str]] = {
    "check-in": "CHECK_IN",
    "check-out": "CHECK_OUT",
    "undo-check-out": "UNDO_CHECK_OUT",
    "move": "MOVE",
    "change-stay": "CHANGE_STAY",
    "reissue-codes": "REISSUE_CODES",
    "cancel": "CANCEL",
    "no-show": "CANCEL",
}


def _room(booking: Booking) -> str:
    return str(booking.assigned_room or "the room")


def _facts(booking: Booking) -> Sequence[tuple[str, str]]:
    """Return what one makes sure of before pressing the button."""
    return (
        ("Room", booking.assigned_room.number if booking.assigned_room else NOTHING),
        ("Arrival", f"{booking.check_in_date:%a %d %b %Y}"),
        ("Departure", f"{booking.check_out_date:%a %d %b %Y}"),
    )


def _against_codes(booking: Booking) -> Sequence[DomainError]:
    """Every list and page of bookings is read together with the state of their codes."""
    return () if getattr(booking, "codes_state", None) else (CodesMissing(),)


# -- what each calls ------------------------------------------------------------------------------


def _check_in(ask: Ask) -> str:
    data, name = ask.data, ask.data["full_name"]
    guest = DeskGuest(
        full_name=name,
        phone_number=data["phone_number"],
        email=data["email"],
        car_registration=data["car_registration"],
    )
    wanted = DeskCheckIn(
        booking=ask.row,
        performed_by=ask.staff.actor,
        room=get_hotel_room(ask.row.hotel, data["room_number"]),
        guest=guest if name else None,
    )
    done = check_in_at_desk(wanted)
    return f"{done} is in house, {_room(done)}."


def _check_out(ask: Ask) -> str:
    done = checkout_booking(booking=ask.row, performed_by=ask.staff.actor, source=SOURCE)
    return f"{done} is checked out; {_room(done)} is to be cleaned."


def _undo(ask: Ask) -> str:
    done = undo_check_out(booking=ask.row, performed_by=ask.staff.actor, reason=ask.data["reason"])
    return f"{done} is in house again."


def _move(ask: Ask) -> str:
    room = get_hotel_room(ask.row.hotel, ask.data["room_number"])
    done = move_booking(booking=ask.row, room=room, performed_by=ask.staff.actor)
    return f"{done} has {room} now."


def _change(ask: Ask) -> None:
    names = ("check_in_date", "check_out_date", "early_check_in_time", "late_check_out_time")
    change = StayChange(**{name: ask.data[name] for name in names})
    change_stay(booking=ask.row, change=change, performed_by=ask.staff.actor)


def _calls(service: Callable[..., object]) -> Callable[[Ask], None]:
    """Return a deed's half for a service that is told the booking and the person alone."""

    def call(ask: Ask) -> None:
        service(booking=ask.row, performed_by=ask.staff.actor)

    return call


def _swap(ask: Ask) -> str:
    name = ask.data["lock_name"]
    swap_at_desk(booking=ask.row, lock_name=name, performed_by=ask.staff.actor)
    return f"{name} gets another code; the guest is told."


def _write(ask: Ask) -> str:
    send_staff_message(
        hotel=ask.row.hotel,
        booking_id=ask.row.booking_id,
        body=ask.data["body"],
        identity=ask.staff,
    )
    return "Sent."


def _reveal(ask: Ask) -> Panel:
    codes = show_codes_at_desk(booking=ask.row, performed_by=ask.staff.actor)
    return Panel(
        title="Codes",
        headers=("Door", "Code", "State"),
        rows=[
            (code.lock.name, code.shown_digits or "not on the lock yet", code.get_state_display())
            for code in codes
        ],
    )


STAY_DEEDS: Final = (
    Deed(
        name="check-in",
        label="Check in",
        icon="login",
        needs=Permission.MANAGE_STAYS,
        facts=_facts,
        tells=lambda _booking: (
            "The guest is in house and the room is occupied.",
            "Codes are set on the doors of the stay, and the guest is sent the link to it.",
            "An online check-in that has begun is finished with it.",
        ),
        does=_check_in,
        form=CheckInForm,
    ),
    Deed(
        name="check-out",
        label="Check out",
        icon="logout",
        needs=Permission.MANAGE_STAYS,
        facts=_facts,
        tells=lambda booking: (
            f"The stay ends; {_room(booking)} is vacant and to be cleaned.",
            "The codes leave the locks, and the guest's app shows none any more.",
            "Chat and open orders are hidden; they are deleted when this can't be undone any more.",
            _undo_window(booking),
        ),
        does=_check_out,
    ),
    Deed(
        name="undo-check-out",
        label="Undo check-out",
        icon="undo",
        needs=Permission.MANAGE_STAYS,
        facts=_facts,
        tells=lambda booking: (
            f"The guest is in house again, in {_room(booking)}.",
            "Codes, chat and orders come back.",
        ),
        does=_undo,
        form=ReasonForm,
    ),
    Deed(
        name="move",
        label="Move to another room",
        icon="swap_horiz",
        needs=Permission.MANAGE_STAYS,
        facts=_facts,
        tells=lambda _booking: (
            "The booking has the new room for the whole stay.",
            "Codes move along: those of the new door are set first. The guest is told.",
            "Of a guest in house, the room left behind is to be cleaned.",
        ),
        does=_move,
        form=MoveForm,
    ),
    Deed(
        name="change-stay",
        label="Change dates or hours",
        icon="edit_calendar",
        needs=Permission.MANAGE_STAYS,
        facts=_facts,
        tells=lambda _booking: (
            "The room is held for the new nights, if it is free.",
            "The PIN stays the same and opens for the new time.",
        ),
        does=_change,
        form=StayForm,
    ),
    Deed(
        name="show-codes",
        label="Show the codes",
        icon="visibility",
        needs=Permission.MANAGE_STAYS,
        tells=lambda _booking: (
            "The digits are shown once, on the next page.",
            "It is written down that you were shown them.",
        ),
        shows=_reveal,
        against=_against_codes,
    ),
    Deed(
        name="swap-code",
        label="Swap a code",
        icon="sync_problem",
        needs=Permission.MANAGE_STAYS,
        tells=lambda _booking: (
            "The door gets another code: one that was put there for such a day, or one that needs "
            "no gateway.",
            "The old one is taken off once the other one opens. The guest is told.",
        ),
        does=_swap,
        against=_against_codes,
        form=DoorForm,
    ),
    Deed(
        name="reissue-codes",
        label="Issue a new PIN",
        icon="autorenew",
        needs=Permission.MANAGE_STAYS,
        tells=lambda _booking: (
            "The stay gets another PIN on all of its doors, and the guest is told.",
            "The old one is taken off the locks at once.",
        ),
        does=_calls(reissue_at_desk),
        is_grave=True,
    ),
    Deed(
        name="revoke-codes",
        label="Revoke the codes",
        icon="key_off",
        needs=Permission.MANAGE_STAYS,
        tells=lambda _booking: (
            "The codes are taken off all locks: the guest can't open a door any more.",
            "The stay goes on; a new PIN can be issued at any time.",
        ),
        does=_calls(revoke_at_desk),
        against=_against_codes,
        is_grave=True,
    ),
    Deed(
        name="resend-link",
        label="Resend the stay link",
        icon="forward_to_inbox",
        needs=Permission.MANAGE_STAYS,
        tells=lambda _booking: (
            "The guest is sent another link to the stay; earlier ones go on working.",
        ),
        does=_calls(resend_stay_link),
    ),
    Deed(
        name="cancel",
        label="Cancel the booking",
        icon="event_busy",
        needs=Permission.MANAGE_STAYS,
        facts=_facts,
        tells=lambda _booking: (
            "The room is free again for these nights.",
            "Codes leave the locks, and an online check-in under way ends.",
        ),
        does=_calls(cancel_booking),
        is_grave=True,
    ),
    Deed(
        name="no-show",
        label="Mark as no-show",
        icon="person_off",
        needs=Permission.MANAGE_STAYS,
        facts=_facts,
        tells=lambda _booking: (
            "The guest never came: the room is free again for the nights that are left.",
            "Codes leave the locks.",
        ),
        does=_calls(mark_no_show),
        is_grave=True,
    ),
    Deed(
        name="write",
        label="Write to the guest",
        icon="chat",
        needs=Permission.TALK_TO_GUESTS,
        tells=lambda _booking: ("The guest reads it in the app of the stay, under your name.",),
        does=_write,
        form=MessageForm,
    ),
    ERASE_BOOKING,
)


def _undo_window(booking: Booking) -> str:
    minutes = booking.hotel.undo_check_out_minutes
    return f"It can be undone for {minutes} minutes." if minutes else "It can't be undone."
