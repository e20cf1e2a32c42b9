"""What is owed to a booking: its arrival, and word of codes that changed."""

from __future__ import annotations

from django.db import models

from apps.bookings.models.bookings import Booking
from apps.common.jobs import WorkRow


class ExpectedArrival(WorkRow):
    """A guest who has checked in online and is not in house yet.

    As a ``WorkRow`` it owes the arrival at check-in time; the first use of a code brings it
    forward, and so does a room that becomes ready.
    """

    booking = models.OneToOneField(
        Booking, on_delete=models.CASCADE, related_name="expected_arrival"
    )

    def __str__(self) -> str:
        return f"Arrival of {self.booking}"


class ToldCodes(models.Model):
    """What the guest was last told of the stay's codes; the row begins with the stay link.

    ``digest`` is keyed and stands for the shown codes; ``version`` counts their changes.
    """

    booking = models.OneToOneField(
        Booking, on_delete=models.CASCADE, primary_key=True, related_name="told_codes"
    )
    digest = models.CharField(max_length=64, blank=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name_plural = "told codes"

    def __str__(self) -> str:
        return f"Codes of {self.booking}, change {self.version}"
