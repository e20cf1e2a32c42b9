"""That guests were forgotten: the record of it, which names none of them."""

from __future__ import annotations

from django.db import models


class GuestErasure(models.Model):
    """One erasure: who did it, when, and how much of it there was."""

    performed_by = models.CharField(max_length=120)
    performed_at = models.DateTimeField()
    hotel = models.ForeignKey(
        "bookings.Hotel",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: all hotels at once.",
    )
    booking_id = models.CharField(
        max_length=40, blank=True, help_text="Of one stay alone; empty: of all before a day."
    )
    departed_before = models.DateField(null=True, blank=True)
    bookings = models.PositiveIntegerField(default=0)
    guests = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Erasure of {self.bookings} bookings, {self.performed_at:%Y-%m-%d %H:%M}"
