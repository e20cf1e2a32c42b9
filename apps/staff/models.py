"""Who works where."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.common.crypto import EncryptedTextField
from apps.staff.roles import Role


class Membership(models.Model):
    """A user works at a hotel in a role. Hotels are known here by their key alone."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    hotel = models.ForeignKey(
        "bookings.Hotel", on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=14, choices=Role.choices, default=Role.FRONT_DESK)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "hotel"], name="staff_one_role_per_hotel")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"


class Authenticator(models.Model):
    """The app that shows somebody's codes: TOTP of RFC 6238, six digits, a new code each 30 s."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="authenticator"
    )
    secret = EncryptedTextField(editable=False, help_text="Base32, 160 bits.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(
        default=0, help_text="The time step of the last code that was taken: none is taken twice."
    )
    wrong_in_a_row = models.PositiveIntegerField(default=0)
    tries_again_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"authenticator of {self.user}"


class RecoveryCode(models.Model):
    """A code for the day on which the app is lost. It is deleted when it is used."""

    authenticator = models.ForeignKey(
        Authenticator, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["authenticator", "digest"], name="staff_recovery_code_once"
            )
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.authenticator}"
