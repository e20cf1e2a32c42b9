"""Reads of the check-in room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.bookings.desk_lists import primary_guests
from apps.bookings.models import Hotel
from apps.checkin.models import CheckInFlow, CheckInToken
from apps.checkin.states import FlowStatus
from apps.common.crypto import token_digest
from apps.common.log_context import note
from apps.common.statements import Given, KnownRead

READABLE_AFTER_END: Final = timedelta(days=1)
KEY: Final = KnownRead(
    lambda: CheckInToken.objects.filter(
        digest=Given("digest"), ended_at__isnull=True
    ).select_related("flow__booking__hotel", "flow__booking__assigned_room")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFlow:
    """A flow together with the key that its reader holds; keys are not kept, only digests."""

    flow: CheckInFlow
    token: str


def find_open_flow(token: str) -> OpenFlow | None:
    """Return the flow that ``token`` opens; None: unknown, taken over, or ended a day ago."""
    key = KEY.one(digest=token_digest(token))
    if key is None or _is_forgotten(key.flow):
        return None
    note(flow=key.flow.pk, booking=key.flow.booking_id)
    return OpenFlow(flow=key.flow, token=token)


def _is_forgotten(flow: CheckInFlow) -> bool:
    ended = shown_status(flow) != FlowStatus.IN_PROGRESS
    return ended and timezone.now() >= flow.updated_at + READABLE_AFTER_END


def shown_status(flow: CheckInFlow) -> FlowStatus:
    """Return the status, with a flow past its time shown as EXPIRED before the worker ends it."""
    if flow.status == FlowStatus.IN_PROGRESS and timezone.now() >= flow.expires_at:
        return FlowStatus.EXPIRED
    return FlowStatus(flow.status)


def list_flows(hotel: Hotel, *, status: FlowStatus | None = None) -> QuerySet[CheckInFlow]:
    """Return the hotel's check-ins with booking, hotel, room and the booking's
    ``primary_guests``; a past one counts as EXPIRED."""
    flows = CheckInFlow.objects.filter(booking__hotel=hotel).select_related(
        "booking__hotel", "booking__assigned_room"
    )
    flows = flows.prefetch_related(primary_guests("booking__guests"))
    now = timezone.now()
    if status == FlowStatus.IN_PROGRESS:
        return flows.filter(status=status, expires_at__gt=now)
    if status == FlowStatus.EXPIRED:
        overdue = Q(status=FlowStatus.IN_PROGRESS, expires_at__lte=now)
        return flows.filter(Q(status=status) | overdue)
    return flows if status is None else flows.filter(status=status)
