"""What people do with rooms: clean, inspect, close and open them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from apps.bookings.errors import InvalidRoomTransition
from apps.bookings.models import Room
from apps.bookings.services.maintenance import MaintenancePlan, plan_maintenance
from apps.bookings.services.turnover import set_room_status
from apps.bookings.states import CONDITION_OF_STATUS, RoomStatus, can_turn
from apps.common.errors import DomainError
from apps.staff.roles import Permission
from back_office import inputs
from back_office.deeds import Ask, Deed, DeedForm
from back_office.subjects.door_deeds import CHOOSE_LOCKS

SOURCE = "back_office"
S = RoomStatus


class NoteForm(DeedForm):
    """A note for the record."""

    note = inputs.words("Note", required=False, hint="Kept with the change.")


class OutOfServiceForm(DeedForm):
    """Why nobody can have the room."""

    note = inputs.words("What is wrong with it?")


class BackForm(DeedForm):
    """What the room is when it comes back."""

    status = inputs.choice(
        "What it is now", [(status.value, status.label) for status in CONDITION_OF_STATUS]
    )
    note = inputs.words("Note", required=False)


class MaintenanceForm(DeedForm):
    """A room out of service for some nights."""

    starts_on = inputs.day("First night", required=True)
    ends_on = inputs.day("Back on", required=True, hint="The day on which the room is back.")
    reason = inputs.words("Why?")
    return_status = inputs.choice(
        "What it is when it comes back",
        [(status.value, status.label) for status in CONDITION_OF_STATUS],
    )


def _turns_to(status: RoomStatus) -> Callable[[Ask], None]:
    def turn(ask: Ask) -> None:
        set_room_status(
            room=ask.row,
            status=status,
            performed_by=ask.staff.actor,
            source=SOURCE,
            note=ask.data.get("note", ""),
        )

    return turn


def _against(
    *targets: RoomStatus, now: RoomStatus | None = None
) -> Callable[[Any], Sequence[DomainError]]:
    """Return the question whether a room can be set to one of ``targets``; a button whose place
    is one status ``now`` is shown there alone."""

    def ask_rules(room: Room) -> Sequence[DomainError]:
        inspects = room.hotel.inspects_rooms
        fits = now is None or room.status == now
        if fits and any(can_turn(room.status, target, inspects=inspects) for target in targets):
            return ()
        return (InvalidRoomTransition(room.status.label, targets[0].label),)

    return ask_rules


def _bring_back(ask: Ask) -> None:
    _turns_to(RoomStatus(ask.data["status"]))(ask)


def _plan(ask: Ask) -> None:
    starts_on: date = ask.data["starts_on"]
    plan = MaintenancePlan(
        room=ask.row,
        starts_on=starts_on,
        ends_on=ask.data["ends_on"],
        reason=ask.data["reason"],
        return_status=RoomStatus(ask.data["return_status"]),
    )
    plan_maintenance(plan, performed_by=ask.staff.actor)


ROOM_DEEDS = (
    Deed(
        name="start-cleaning",
        label="Start cleaning",
        icon="mop",
        needs=Permission.TURN_ROOMS,
        tells=lambda room: (
            f"{room} is being cleaned from now on; its task is yours if it is nobody's yet.",
        ),
        does=_turns_to(S.CLEANING_IN_PROGRESS),
        against=_against(S.CLEANING_IN_PROGRESS),
        form=NoteForm,
    ),
    Deed(
        name="finish-cleaning",
        label="Finish cleaning",
        icon="cleaning_services",
        needs=Permission.TURN_ROOMS,
        tells=lambda room: (
            f"{room} waits for its inspection."
            if room.hotel.inspects_rooms
            else f"{room} is ready: a guest who waits for it is let in.",
        ),
        does=lambda ask: _turns_to(
            S.CLEANED_UNINSPECTED if ask.row.hotel.inspects_rooms else S.READY_FOR_GUEST
        )(ask),
        against=_against(S.CLEANED_UNINSPECTED, S.READY_FOR_GUEST, now=S.CLEANING_IN_PROGRESS),
        form=NoteForm,
    ),
    Deed(
        name="pass-inspection",
        label="Pass inspection",
        icon="verified",
        needs=Permission.TURN_ROOMS,
        tells=lambda room: (f"{room} is ready: a guest who waits for it is let in.",),
        does=_turns_to(S.READY_FOR_GUEST),
        against=_against(S.READY_FOR_GUEST, now=S.CLEANED_UNINSPECTED),
        form=NoteForm,
    ),
    Deed(
        name="out-of-service",
        label="Take out of service",
        icon="block",
        needs=Permission.TURN_ROOMS,
        tells=lambda room: (
            f"Nobody can be checked into {room} until somebody brings it back.",
            "Bookings that have the room keep it; move them where that takes long.",
        ),
        does=_turns_to(S.OUT_OF_SERVICE),
        against=_against(S.OUT_OF_SERVICE),
        form=OutOfServiceForm,
        is_grave=True,
    ),
    Deed(
        name="back-in-service",
        label="Bring back into service",
        icon="undo",
        needs=Permission.TURN_ROOMS,
        tells=lambda room: (f"{room} can be given to guests again.",),
        does=_bring_back,
        against=_against(*CONDITION_OF_STATUS, now=S.OUT_OF_SERVICE),
        form=BackForm,
    ),
    Deed(
        name="plan-maintenance",
        label="Plan maintenance",
        icon="build",
        needs=Permission.TURN_ROOMS,
        tells=lambda room: (
            f"{room} is out of service from the first night on, as soon as nobody is in it.",
            "It comes back by itself on the day that you name.",
        ),
        does=_plan,
        form=MaintenanceForm,
    ),
    CHOOSE_LOCKS,
)
