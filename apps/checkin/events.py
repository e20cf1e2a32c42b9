"""Live news of this room."""

from __future__ import annotations

from apps.checkin.models import CheckInFlow
from apps.common.live import publish_on_commit


def flow_changed(flow: CheckInFlow) -> None:
    """Tell the flow's watchers to look again, once the transaction commits."""
    publish_on_commit(flow.live_group, {"flow_id": str(flow.pk), "status": flow.status})
