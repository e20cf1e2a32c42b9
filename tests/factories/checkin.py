"""Check-in flows and the keys to them. Rows only: no grant stands behind a flow made here."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.bookings.stay_window import hotel_today
from apps.checkin.models import CheckInAnalytics, CheckInFlow, CheckInToken
from apps.checkin.services.starting import flow_lifetime
from apps.checkin.states import DeviceType, FlowStatus, PinStatus, Step
from apps.common.crypto import new_token, token_digest
from tests.factories.bookings import OTHER_PHONE, BookingFactory, HotelFactory

DETAILS = {"full_name": "Séamus Ó Sé", "phone_number": OTHER_PHONE, "email": "seamus@example.com"}


class CheckInFlowFactory(DjangoModelFactory):
    """A flow just started, for a booking that arrives today with a ready room.

    ``overdue=True``: past its time, and the worker has not been there yet.
    """

    class Meta:
        model = CheckInFlow

    class Params:
        with_details = factory.Trait(
            **DETAILS,
            step=Step.DETAILS,
            pin_status=PinStatus.GENERATING,
            pin_asked_at=factory.LazyFunction(timezone.now),
        )
        with_parking = factory.Trait(with_details=True, step=Step.PARKING, has_car=False)
        pin_ready = factory.Trait(
            pin_status=PinStatus.READY, pin_ready_at=factory.LazyFunction(timezone.now)
        )
        pin_failed = factory.Trait(pin_status=PinStatus.FAILED)
        completed = factory.Trait(
            **DETAILS,
            status=FlowStatus.COMPLETED,
            step=Step.CONFIRMED,
            has_car=False,
            pin_status=PinStatus.READY,
            pin_ready_at=factory.LazyFunction(timezone.now),
            completed_at=factory.LazyFunction(timezone.now),
            due_at=None,
        )
        expired = factory.Trait(status=FlowStatus.EXPIRED, overdue=True, due_at=None)
        cancelled = factory.Trait(status=FlowStatus.CANCELLED, due_at=None)
        overdue = factory.Trait(
            started_at=factory.LazyFunction(
                lambda: timezone.now() - flow_lifetime() - timedelta(seconds=1)
            )
        )

    booking = factory.SubFactory(BookingFactory, arriving_today=True, with_room=True)
    started_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda flow: flow.started_at + flow_lifetime())
    due_at = factory.SelfAttribute("expires_at")


class CheckInAnalyticsFactory(DjangoModelFactory):
    """What is counted of a flow that was started just now, without the flow."""

    class Meta:
        model = CheckInAnalytics

    class Params:
        completed = factory.Trait(
            is_completed=True,
            status=FlowStatus.COMPLETED,
            furthest_step=Step.CONFIRMED,
            completed_at=factory.SelfAttribute("started_at"),
        )

    hotel = factory.SubFactory(HotelFactory)
    started_at = factory.LazyFunction(timezone.now)
    started_on = factory.LazyAttribute(lambda row: hotel_today(row.hotel.zone, row.started_at))
    device_type = DeviceType.MOBILE


def key_to(flow: CheckInFlow) -> str:
    """Return a new token that opens ``flow``."""
    token = new_token()
    CheckInToken.objects.create(flow=flow, digest=token_digest(token))
    return token
