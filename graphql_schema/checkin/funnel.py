"""How many guests came how far in their self check-ins."""

from __future__ import annotations

from datetime import date

import strawberry

from apps.checkin import funnel as source
from graphql_schema.checkin.enums import DeviceType


@strawberry.type(description="Counts of check-ins. Shares are from 0 to 1; null: nothing to share.")
class CheckInFigures:
    started: int = strawberry.field(description="Check-ins begun.")
    reached_details: int = strawberry.field(description="Of these, with details given.")
    reached_parking: int = strawberry.field(description="Of these, with parking answered.")
    completed: int = strawberry.field(description="Of these, confirmed by the guest.")
    finished_by_staff: int = strawberry.field(description="Begun online, finished at the desk.")
    completion_rate: float | None = strawberry.field(description="Completed of started.")
    pins_asked: int = strawberry.field(description="Check-ins that asked for a PIN.")
    pins_failed: int = strawberry.field(description="Of these, with a PIN that failed at first.")
    failure_rate: float | None = strawberry.field(description="Failed of asked for.")
    median_seconds_to_pin: float | None = strawberry.field(
        description="From the details to the PIN on the locks."
    )
    p90_seconds_to_pin: float | None = strawberry.field(
        description="Nine of ten guests waited no longer."
    )

    @classmethod
    def of(cls, figures: source.FunnelFigures) -> CheckInFigures:
        """Translate."""
        return cls(
            started=figures.started,
            reached_details=figures.reached_details,
            reached_parking=figures.reached_parking,
            completed=figures.completed,
            finished_by_staff=figures.finished_by_staff,
            completion_rate=figures.completion_rate,
            pins_asked=figures.pins_asked,
            pins_failed=figures.pins_failed,
            failure_rate=figures.failure_rate,
            median_seconds_to_pin=figures.median_seconds_to_pin,
            p90_seconds_to_pin=figures.p90_seconds_to_pin,
        )


@strawberry.type(description="The check-ins that began on one day.")
class CheckInFunnelDay:
    day: date = strawberry.field(description="In the hotel's zone.")
    figures: CheckInFigures = strawberry.field(description="Its counts.")


@strawberry.type(description="The check-ins that began on one kind of device.")
class CheckInFunnelDevice:
    device_type: DeviceType = strawberry.field(description="What the guest held in their hands.")
    figures: CheckInFigures = strawberry.field(description="Its counts.")


@strawberry.type(description="How many of those who began a self check-in came how far.")
class CheckInFunnel:
    since: date = strawberry.field(description="The first day, included.")
    until: date = strawberry.field(description="The last day, included.")
    total: CheckInFigures = strawberry.field(description="Over all days and devices.")
    days: list[CheckInFunnelDay] = strawberry.field(description="Every day, in order.")
    devices: list[CheckInFunnelDevice] = strawberry.field(description="Every kind of device.")

    @classmethod
    def of(cls, funnel: source.CheckInFunnel) -> CheckInFunnel:
        """Translate."""
        return cls(
            since=funnel.since,
            until=funnel.until,
            total=CheckInFigures.of(funnel.total),
            days=[
                CheckInFunnelDay(day=found.day, figures=CheckInFigures.of(found.figures))
                for found in funnel.days
            ],
            devices=[
                CheckInFunnelDevice(
                    device_type=found.device_type, figures=CheckInFigures.of(found.figures)
                )
                for found in funnel.devices
            ],
        )
