"""The flow's PIN status follows its grant."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from apps.checkin.events import flow_changed, pin_event
from apps.checkin.models import CheckInFlow
from apps.checkin.services.analytics import note_pin
from apps.checkin.states import PIN_STATUS_OF_GRANT, FlowStatus, PinStatus
from apps.common.statements import store
from apps.locks.models import AccessGrant
from apps.locks.selectors import find_live_grant
from apps.locks.states import GrantState


def follow_grant(grant: AccessGrant) -> None:
    """Copy the present state of the holder's access onto the flow that waits for it. Idempotent.

    A grant that was replaced hands its flow over to the one that is live.
    """
    with transaction.atomic():
        flows = CheckInFlow.objects.select_for_update(of=("self",)).filter(access_grant=grant.pk)
        for flow in flows.filter(status=FlowStatus.IN_PROGRESS):
            live = find_live_grant(grant.holder)
            if live is not None:
                is_other = live.pk != flow.access_grant_id
                flow.access_grant = live
                if is_other:
                    flow.save(update_fields=["access_grant", "updated_at"])
            if apply_grant_state(flow):
                pin_event(flow)


def apply_grant_state(flow: CheckInFlow) -> bool:
    """Bring ``pin_status`` up to date, save, tell the guest and return whether it has changed.

    The caller holds the lock on ``flow``.
    """
    if flow.access_grant is None:
        return False
    status = PIN_STATUS_OF_GRANT[GrantState(flow.access_grant.state)]
    if status == flow.pin_status:
        return False
    flow.pin_status = status
    if status == PinStatus.READY and flow.pin_ready_at is None:
        flow.pin_ready_at = timezone.now()
    if status == PinStatus.NOT_STARTED:
        flow.pin_ready_at = None
    store(flow, "pin_status", "pin_ready_at", "updated_at")
    note_pin(flow)
    flow_changed(flow)
    return True
