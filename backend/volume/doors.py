"""What check-ins online leave behind: the flow, the access, its codes, their history and use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from apps.checkin.models import CheckInAnalytics, CheckInFlow
from apps.checkin.states import DeviceType, FlowStatus, PinStatus, Step
from apps.common.crypto import keyed_digest
from apps.locks.models import AccessCode, AccessGrant, AccessHistory, LockUse
from apps.locks.states import CodeState, GrantState
from apps.partners.models import ToldCode
from backend.volume.bookings import DESK, Booked
from backend.volume.hotel_log import HotelLog
from backend.volume.houses import House
from backend.volume.layout import Kind
from backend.volume.sheets import Sheets

ONLINE: Final = 0.5  # the share of guests who check in by themselves
USES: Final = 2  # of each code
FLOW_MINUTES: Final = 30
CALL: Final = timedelta(seconds=2)


def add_online_check_in(sheets: Sheets, log: HotelLog, house: House, booked: Booked) -> None:
    """Add what an arrived guest's check-in by themselves left behind."""
    at = booked.arrived_at
    assert at is not None  # noqa: S101  # the caller asks for guests who have come
    asked_at = at - timedelta(minutes=5)
    grant = _grant(sheets, log, house, booked, asked_at)
    flow = sheets[CheckInFlow].add(
        booking_id=booked.pk,
        status=FlowStatus.COMPLETED,
        step=Step.CONFIRMED,
        pin_status=PinStatus.READY,
        access_grant_id=grant,
        full_name=booked.person.name,
        phone_number=booked.person.phone,
        email=booked.person.email,
        has_car=False,
        device_type=DeviceType.MOBILE,
        started_at=asked_at - timedelta(minutes=1),
        expires_at=at + timedelta(minutes=FLOW_MINUTES),
        pin_asked_at=asked_at,
        pin_ready_at=asked_at + CALL,
        completed_at=at,
        updated_at=at,
    )
    _count(
        sheets,
        house,
        flow_id=flow,
        started_at=asked_at - timedelta(minutes=1),
        furthest_step=Step.CONFIRMED,
        status=FlowStatus.COMPLETED,
        is_completed=True,
        completed_at=at,
        pin_asked_at=asked_at,
        pin_ready_at=asked_at + CALL,
        seconds_to_pin=CALL.total_seconds(),
    )


def add_begun_check_in(sheets: Sheets, house: House, booked: Booked) -> None:
    """Add the flow of a guest who is looking at the first step just now."""
    started_at = house.ago(timedelta(minutes=FLOW_MINUTES / 2))
    expires_at = started_at + timedelta(minutes=FLOW_MINUTES)
    flow = sheets[CheckInFlow].add(
        booking_id=booked.pk,
        started_at=started_at,
        expires_at=expires_at,
        due_at=expires_at,
        updated_at=started_at,
    )
    _count(sheets, house, flow_id=flow, started_at=started_at)


def _count(sheets: Sheets, house: House, *, started_at: datetime, **columns: Any) -> None:
    sheets[CheckInAnalytics].add(
        hotel_id=house.hotel.pk,
        started_on=started_at.astimezone(house.hotel.zone).date(),
        started_at=started_at,
        device_type=DeviceType.MOBILE,
        **columns,
    )


def _grant(sheets: Sheets, log: HotelLog, house: House, booked: Booked, asked_at: datetime) -> UUID:
    # One guest at a time has the room, so no two of the house open the front door with the same.
    pin = f"{booked.door.lock * 7919 % 10_000:04d}"
    is_live = booked.stay.kind is Kind.IN_HOUSE
    grant: UUID = sheets[AccessGrant].add(
        account_id=house.account,
        holder=booked.holder,
        label=booked.booking_id,
        pin=pin,
        pin_length=len(pin),
        starts_at=booked.starts_at,
        ends_at=booked.ends_at,
        state=GrantState.READY if is_live else GrantState.ENDED,
        asked_at=asked_at,
        ready_at=asked_at + CALL,
        ended_at=booked.left_at,
    )
    _note(sheets, grant, None, "granted", asked_at, actor="guest")
    for lock, is_front_door in ((house.front_door, True), (booked.door.lock, False)):
        sheets[AccessGrant.locks.through].add(accessgrant_id=grant, lock_id=lock)
        code = _code(sheets, booked, grant, lock, pin, asked_at)
        _tell(log, booked, code, is_front_door=is_front_door, set_at=asked_at + CALL)
    _note(sheets, grant, None, "ready", asked_at + CALL)
    if booked.left_at is not None:
        _note(sheets, grant, None, "revoked", booked.left_at, actor=DESK)
    return grant


def _code(
    sheets: Sheets, booked: Booked, grant: UUID, lock: int, pin: str, asked_at: datetime
) -> UUID:
    left_at, first_used_at = booked.left_at, booked.arrived_at
    code: UUID = sheets[AccessCode].add(
        grant_id=grant,
        lock_id=lock,
        state=CodeState.REMOVED if left_at else CodeState.SET,
        digits=pin,
        digits_digest=keyed_digest(pin),
        starts_at=booked.starts_at,
        ends_at=booked.ends_at,
        vendor_code_id=booked.pk,
        asked_at=asked_at,
        sent_at=asked_at,
        accepted_at=asked_at + CALL,
        verified_at=asked_at + CALL,
        first_used_at=first_used_at,
        removed_at=left_at and left_at + CALL,
        due_at=None if left_at else booked.ends_at,
    )
    _note(sheets, grant, code, "asked", asked_at)
    _note(sheets, grant, code, "set", asked_at + CALL)
    if left_at is not None:
        _note(sheets, grant, code, "removed", left_at + CALL)
    state = CodeState.REMOVED if left_at else CodeState.SET
    sheets[ToldCode].add(code_id=code, state=state)
    for place in range(USES):
        assert first_used_at is not None  # noqa: S101  # the guest has come
        at = first_used_at + timedelta(minutes=place)
        sheets[LockUse].add(lock_id=lock, code_id=code, happened_at=at)
    return code


def _tell(
    log: HotelLog, booked: Booked, code: UUID, *, is_front_door: bool, set_at: datetime
) -> None:
    known = {
        "access_code_id": str(code),
        "booking_id": booked.booking_id,
        "kind": "CUSTOM",
        "is_front_door": is_front_door,
    }
    log.tell("access-code-set", set_at, known | {"status": CodeState.SET.value})
    if booked.left_at is not None:
        removed = known | {"status": CodeState.REMOVED.value}
        log.tell("access-code-removed", booked.left_at + CALL, removed)


def _note(
    sheets: Sheets,
    grant: UUID,
    code: UUID | None,
    event: str,
    at: datetime,
    *,
    actor: str = "worker",
) -> None:
    sheets[AccessHistory].add(
        grant_id=grant, code_id=code, happened_at=at, event=event, actor=actor
    )
