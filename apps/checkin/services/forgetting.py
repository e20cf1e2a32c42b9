"""What this room forgets when a guest is forgotten."""

from __future__ import annotations

from apps.bookings.models import Booking
from apps.checkin.models import CheckInFlow, CheckInToken, VerificationFailure

NO_DETAILS = {
    "full_name": "",
    "phone_number": "",
    "email": "",
    "has_car": None,
    "car_registration": "",
}


def forget_guest(booking: Booking) -> None:
    """Empty the booking's flows and end their keys; what was counted stays, for it names nobody.

    The caller holds the lock on ``booking``.
    """
    CheckInFlow.objects.filter(booking=booking).update(**NO_DETAILS)
    CheckInToken.objects.filter(flow__booking=booking).delete()
    VerificationFailure.objects.filter(booking=booking).delete()
