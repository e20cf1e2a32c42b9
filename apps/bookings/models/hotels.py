"""Hotels and their rooms."""

from __future__ import annotations

from datetime import time
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from apps.bookings.states import RoomCondition, RoomStatus, room_status
from apps.common.crypto import EncryptedTextField
from apps.common.languages import DEFAULT_LANGUAGE, Language
from apps.locks.models import Lock, LockAccount


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
    morning_time = models.TimeField(
        default=time(8, 0),
        help_text="When the day's work begins: what is overdue by then is told to staff.",
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
