"""Who works where."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

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
