"""The check-in's enums, named for the schema before anything there uses them."""

from __future__ import annotations

import strawberry

from apps.checkin.states import DeviceType, FlowStatus, PinStatus

strawberry.enum(DeviceType, name="DeviceType", description="What the guest holds in their hands.")
strawberry.enum(
    FlowStatus, name="CheckInFlowStatus", description="Where a check-in stands as a whole."
)
strawberry.enum(PinStatus, name="PinStatus", description="Whether the PIN is on the locks.")

__all__ = ["DeviceType", "FlowStatus", "PinStatus"]
