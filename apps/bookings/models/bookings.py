"""Bookings, their guests, the nights they have a room for and the keys of stay links."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from apps.bookings.models.hotels import Hotel, Room
from apps.bookings.models.turnover import Maintenance
from apps.bookings.states import BookingStatus

HOLDER_PREFIX = "booking:"  # how the locks room knows bookings


class Booking(models.Model):
    """One stay of one party. Dates are local to the hotel; the departure date is not slept in."""

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="bookings")
    booking_id = models.CharField(max_length=40)
    booking_reference = models.CharField(max_length=64)
    status = models.CharField(
        max_length=10, choices=BookingStatus.choices, default=BookingStatus.CONFIRMED
    )
    check_in_date = models.DateField()
    check_out_date = models.DateField()
    early_check_in_time = models.TimeField(null=True, blank=True)
    late_check_out_time = models.TimeField(null=True, blank=True)
    assigned_room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    contact_name = models.CharField(max_length=200, blank=True, help_text="The name on file.")
    contact_phone = models.CharField(max_length=20, blank=True, help_text="On file, E.164.")
    contact_email = models.EmailField(blank=True, help_text="The e-mail address on file.")
    language = models.CharField(
        max_length=35, blank=True, help_text="The guest's, such as de or de-AT; empty: not known."
    )
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_out_at = models.DateTimeField(null=True, blank=True)
    anonymised_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its people were last forgotten."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hotel", "booking_id"], name="bookings_id_unique"),
            models.UniqueConstraint(
                fields=["hotel", "booking_reference"], name="bookings_reference_unique"
            ),
            models.CheckConstraint(
                condition=Q(check_in_date__lt=F("check_out_date")),
                name="bookings_one_night_or_more",
            ),
            models.CheckConstraint(
                condition=~Q(status=BookingStatus.COMPLETED) | Q(checked_out_at__isnull=False),
                name="bookings_completed_has_instant",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["booking_reference"], name="bookings_reference"),
            models.Index(fields=["hotel", "check_in_date"], name="bookings_arrivals"),
            models.Index(fields=["hotel", "updated_at"], name="bookings_changes"),
            models.Index(fields=["hotel", "check_out_date"], name="bookings_departures"),
            # Of years of bookings, those that are still to come or in house.
            models.Index(
                fields=["hotel", "check_in_date"],
                condition=Q(status=BookingStatus.CONFIRMED),
                name="bookings_open",
            ),
            models.Index(
                fields=["assigned_room"],
                condition=Q(status=BookingStatus.CONFIRMED, checked_in_at__isnull=False),
                name="bookings_in_house",
            ),
        ]

    def __str__(self) -> str:
        return self.booking_id

    @property
    def lock_holder(self) -> str:
        """How the locks room knows this booking."""
        return f"{HOLDER_PREFIX}{self.pk}"

    def name_of(self, guest: Guest | None) -> str:
        """Return who stays: as ``guest``, the primary one, checked in, or as on file before that.

        Who told of a car by the stay link has a row before anybody knows a name.
        """
        return (guest.full_name if guest else "") or self.contact_name


class Guest(models.Model):
    """A person of a booking. The row is kept after check-out; only the room is let go."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="guests")
    room = models.ForeignKey(
        Room, on_delete=models.SET_NULL, null=True, blank=True, related_name="guests"
    )
    is_primary = models.BooleanField(default=True)
    full_name = models.CharField(max_length=200)
    phone_number = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    car_registration = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(is_primary=True), name="bookings_one_primary_guest"
            )
        ]

    def __str__(self) -> str:
        return f"Guest {self.pk} of {self.booking}"


class StayToken(models.Model):
    """A key to a stay. Only its digest is kept; each reveal mints another one."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="stay_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="bookings_stay_token_end")]

    def __str__(self) -> str:
        return f"Key {self.pk} to {self.booking}"


class RoomNight(models.Model):
    """A night that a booking, or a maintenance, has a room for.

    The constraint is what keeps two of them apart.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="nights")
    night = models.DateField(help_text="The day on which the night begins.")
    booking = models.ForeignKey(
        Booking, on_delete=models.CASCADE, null=True, blank=True, related_name="nights"
    )
    maintenance = models.ForeignKey(
        Maintenance, on_delete=models.CASCADE, null=True, blank=True, related_name="nights"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "night"], name="bookings_room_taken_once"),
            models.CheckConstraint(
                condition=Q(booking__isnull=True, maintenance__isnull=False)
                | Q(booking__isnull=False, maintenance__isnull=True),
                name="bookings_night_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.night}"
