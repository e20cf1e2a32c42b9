"""Who waits for seats that are given back."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from apps.common.crypto import EncryptedTextField


class WaitingListEntry(models.Model):
    """Somebody who waits. With an ``order``, seats are offered: a hold with a key of its own.

    What became of the offer is what became of its order. The order's key is kept encrypted until
    then, since its reader comes later.
    """

    event = models.ForeignKey(
        "seating.SeatingEvent", on_delete=models.CASCADE, related_name="waiting"
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    quantity = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    category = models.CharField(max_length=40, blank=True, help_text="Empty: any.")
    holder_name = models.CharField(max_length=200)
    holder_email = models.EmailField(blank=True)
    holder_phone = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    order = models.OneToOneField(
        "seating.SeatOrder",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="waiting_entry",
    )
    offer_token = EncryptedTextField(blank=True, editable=False)
    offered_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="seating_waits_for_some"),
            models.CheckConstraint(
                condition=Q(order__isnull=True, offered_at__isnull=True)
                | Q(order__isnull=False, offered_at__isnull=False),
                name="seating_offer_has_instant",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["event", "created_at"],
                condition=Q(order__isnull=True),
                name="seating_waiting_in_line",
            )
        ]

    def __str__(self) -> str:
        return f"Waiting list entry {self.pk}"
