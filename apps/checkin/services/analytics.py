"""What is counted of a check-in, written in the transaction of the step that it counts.

Each note is one statement on the flow's own row. The caller holds the lock on the flow, whose
fields are already as they will be stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, cast

from django.db.models import F, Field
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest

from apps.bookings.stay_window import hotel_today
from apps.checkin.models import CheckInAnalytics, CheckInFlow
from apps.checkin.states import DeviceType, PinFailure, PinStatus, Step
from apps.common.statements import Given, KnownInsert, KnownUpdate
from apps.locks.states import GrantState

INSERT: Final = KnownInsert(CheckInAnalytics)
COUNTS: Final = frozenset({"resubmissions", "takeovers"})
FIRSTS: Final = frozenset({"pin_asked_at", "pin_ready_at", "seconds_to_pin"})


def note_started(flow: CheckInFlow) -> None:
    """Begin to count a new flow, on the day that it is at the hotel."""
    hotel = flow.booking.hotel
    INSERT.run(
        CheckInAnalytics(
            hotel=hotel,
            flow=flow,
            started_on=hotel_today(hotel.zone, flow.started_at),
            started_at=flow.started_at,
            device_type=DeviceType(flow.device_type),
        )
    )


def note_step(flow: CheckInFlow, step: Step) -> None:
    """Count a step; called before ``flow.step`` is raised, so that a repetition is seen."""
    again = step == Step.DETAILS and flow.step >= Step.DETAILS
    _store(
        flow,
        furthest_step=step,
        resubmissions=int(again),
        **_pin_facts(flow),
    )


def note_takeover(flow: CheckInFlow) -> None:
    """Count that another device goes on with the flow."""
    _store(flow, takeovers=1)


def note_pin(flow: CheckInFlow) -> None:
    """Count what became of the PIN, as soon as it is known."""
    _store(flow, **_pin_facts(flow))


def note_confirmed(flow: CheckInFlow) -> None:
    """Count that the guest completed the flow."""
    _store(flow, furthest_step=Step.CONFIRMED, **_completion(flow), **_pin_facts(flow))


def note_finished_by_staff(flow: CheckInFlow) -> None:
    """Count that the desk completed what the guest had begun."""
    _store(flow, is_finished_by_staff=True, **_completion(flow), **_pin_facts(flow))


def note_end(flow: CheckInFlow) -> None:
    """Count that the flow ended without completion."""
    _store(flow, status=flow.status, **_pin_facts(flow))


def _completion(flow: CheckInFlow) -> dict[str, Any]:
    return {"status": flow.status, "is_completed": True, "completed_at": flow.completed_at}


def _store(flow: CheckInFlow, **facts: Any) -> None:
    # A flow from before anything was counted has no row, and gets none: half of it is unknown.
    if facts:
        _update_of(tuple(facts)).run(flow=flow.pk, **facts)


@cache
def _update_of(names: Sequence[str]) -> KnownUpdate:
    return KnownUpdate(
        lambda: CheckInAnalytics.objects.filter(flow=Given("flow", CheckInFlow._meta.pk)),
        **{name: _formula(name) for name in names},
    )


def _formula(name: str) -> Combinable:
    """Return how a fact joins what is stored: the step only rises, counts add up, firsts stay."""
    given = Given(name, cast("Field[Any, Any]", CheckInAnalytics._meta.get_field(name)))
    if name == "furthest_step":
        return Greatest(name, given)
    if name in COUNTS:
        return F(name) + given
    return Coalesce(name, given) if name in FIRSTS else given


def _pin_facts(flow: CheckInFlow) -> dict[str, Any]:
    """Return what is known of the PIN. Its first times count; a later PIN changes neither."""
    facts: dict[str, Any] = {}
    asked_at = flow.pin_asked_at
    if asked_at is not None:
        facts["pin_asked_at"] = asked_at
        # A house without locks is always ready: that says nothing of how long a PIN takes.
        if flow.access_grant_id is not None and flow.pin_ready_at is not None:
            facts |= _ready_facts(asked_at, flow.pin_ready_at)
    if flow.pin_status == PinStatus.FAILED:
        facts |= {"had_pin_failure": True, "pin_failure": _failure_of(flow)}
    return facts


def _ready_facts(asked_at: datetime, ready_at: datetime) -> dict[str, Any]:
    # The two instants may come from machines whose clocks differ; statistics stop no check-in.
    ready_at = max(asked_at, ready_at)
    seconds = (ready_at - asked_at).total_seconds()
    return {"pin_ready_at": ready_at, "seconds_to_pin": seconds}


def _failure_of(flow: CheckInFlow) -> PinFailure:
    grant = flow.access_grant
    if flow.booking.assigned_room_id is None:
        return PinFailure.NO_ROOM
    if grant is None or grant.state != GrantState.FAILED:
        return PinFailure.NO_FREE_PIN
    return PinFailure.GIVEN_UP if grant.is_given_up else PinFailure.UNREACHABLE
