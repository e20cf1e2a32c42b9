"""Hotels, their rooms, bookings, guests and the keys of stay links."""

from __future__ import annotations

from datetime import time
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q

from apps.bookings.privacy_models import GuestErasure
from apps.bookings.states import BookingStatus, RoomCondition, RoomStatus, room_status
from apps.bookings.turnover_models import (
    CheckOut,
    HousekeepingTask,
    Maintenance,
    RemovalRecord,
    RoomStatusChange,
)
from apps.common.crypto import EncryptedTextField
from apps.common.jobs import WorkRow
from apps.common.languages import DEFAULT_LANGUAGE, Language
from apps.locks.models import Lock, LockAccount

HOLDER_PREFIX = "booking:"  # how the locks room knows bookings


def validate_zone(name: str) -> None:
    """Refuse a time zone that the machine does not know."""
    if name not in available_timezones():
        raise ValidationError("Use an IANA time zone, such as Europe/Dublin.")


def validate_region(region: str) -> None:
    """Refuse a region that has no phone numbers."""
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValidationError("Use a two-letter region, such as IE.")


def validate_guest_app_url(template: str) -> None:
    """Refuse an address that is none, or that has no one place for the key of a stay."""
    if template.count("{token}") != 1:
        raise ValidationError("Say once where the key goes, by {token}.")
    try:
        URLValidator(schemes=["http", "https"])(template.replace("{token}", "key"))
    except ValidationError as error:
        raise ValidationError(
            "Use a whole address, such as https://stay.example.com/#/{token}."
        ) from error


class Verification(models.TextChoices):
    """What a guest is asked for before a check-in starts."""

    NONE = "NONE", "nothing"
    LAST_NAME = "LAST_NAME", "the last name on the booking"
    PHONE = "PHONE", "the last four digits of the phone on the booking"
    AUTO = "AUTO", "whatever the booking has on file"


class Hotel(models.Model):
    """A property: the tenant that everything else belongs to."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=64, validators=[validate_zone])
    check_in_time = models.TimeField(default=time(15, 0))
    check_out_time = models.TimeField(default=time(11, 0))
    phone_region = models.CharField(max_length=2, default="GB", validators=[validate_region])
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    whatsapp_number = models.CharField(
        max_length=32, blank=True, help_text="In international form, such as +353 1 555 0100."
    )
    language = models.CharField(
        max_length=2,
        choices=Language.choices,
        default=DEFAULT_LANGUAGE,
        help_text="For guests whose own language is not known or not among these.",
    )
    guest_app_url = models.CharField(
        max_length=300,
        blank=True,
        validators=[validate_guest_app_url],
        help_text="Where guests open their stay, such as https://stay.example.com/#/{token}.",
    )
    parking_info = models.TextField(blank=True)
    wifi_name = models.CharField(max_length=64, blank=True, help_text="The network of the guests.")
    wifi_password = EncryptedTextField(
        blank=True, help_text="Shown to guests until they have left; empty for an open network."
    )
    house_notes = models.TextField(
        blank=True, help_text="For every guest, such as where breakfast is."
    )
    checkin_verification = models.CharField(
        max_length=10, choices=Verification.choices, default=Verification.AUTO
    )
    online_checkin_opens_days = models.PositiveSmallIntegerField(
        default=3, help_text="How many days before arrival guests may check in online."
    )
    pin_length = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="4 to 9; empty: as the whole installation."
    )
    undo_check_out_minutes = models.PositiveSmallIntegerField(
        default=30, help_text="How long a check-out can be undone; 0: never."
    )
    inspects_rooms = models.BooleanField(
        default=True, help_text="A cleaned room is ready only after an inspection."
    )
    lock_account = models.OneToOneField(
        LockAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="hotel"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(pin_length__isnull=True) | Q(pin_length__range=(4, 9)),
                name="bookings_hotel_pin_length",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event_stream(self) -> str:
        """The stream of what happens at this hotel."""
        return f"hotel:{self.pk}"

    @property
    def alert_scope(self) -> str:
        """Whose alerts the hotel's own are."""
        return f"hotel:{self.pk}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone that the hotel's people live in."""
        return ZoneInfo(self.timezone)


class Room(models.Model):
    """A room that guests sleep in. Occupancy, condition and maintenance are separate facts."""

    hotel = models.ForeignKey(Hotel, on_delete=models.CASCADE, related_name="rooms")
    number = models.CharField(max_length=16)
    is_occupied = models.BooleanField(default=False)
    condition = models.CharField(
        max_length=20, choices=RoomCondition.choices, default=RoomCondition.CLEAN
    )
    is_out_of_service = models.BooleanField(default=False)
    locks = models.ManyToManyField(Lock, related_name="rooms", blank=True)
    push_token = EncryptedTextField(
        blank=True, editable=False, help_text="Of the guest's app; cleared at check-out."
    )
    notes = models.TextField(
        blank=True, help_text="For the guests of this room, such as how the shower works."
    )

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hotel", "number"], name="bookings_room_number_unique")
        ]

    def __str__(self) -> str:
        return f"Room {self.number}"

    @property
    def status(self) -> RoomStatus:
        """The one word that front ends show."""
        return room_status(
            is_occupied=self.is_occupied,
            condition=RoomCondition(self.condition),
            is_out_of_service=self.is_out_of_service,
        )


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
        ]

    def __str__(self) -> str:
        return self.booking_id

    @property
    def lock_holder(self) -> str:
        """How the locks room knows this booking."""
        return f"{HOLDER_PREFIX}{self.pk}"


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

    def __str__(self) -> str:
        return f"Key {self.pk} to {self.booking}"


class RoomNight(models.Model):
    """A night that a booking has a room for. The constraint is what keeps two parties apart."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="nights")
    night = models.DateField(help_text="The day on which the night begins.")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="nights")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "night"], name="bookings_room_taken_once")
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.night}"


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


__all__ = [
    "Booking",
    "CheckOut",
    "ExpectedArrival",
    "Guest",
    "GuestErasure",
    "Hotel",
    "HousekeepingTask",
    "Maintenance",
    "RemovalRecord",
    "Room",
    "RoomNight",
    "RoomStatusChange",
    "StayToken",
    "Verification",
]
