"""Shapes of orders as staff see them, and of what staff decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.common.api.fields import HotelTimeField, TextField, TrueOrFalseField
from apps.seating.api.serializers import MONEY, OrderedSeatSerializer
from apps.seating.models import PaymentProof, SeatOrder
from apps.seating.proof_links import link_to
from apps.seating.selectors import review_due_at, shown_status, total_of
from apps.seating.states import OrderStatus, PaymentMark, Verdict


class OrderFilterSerializer(serializers.Serializer[Any]):
    """Which orders of the queue are wanted."""

    status = serializers.ChoiceField(
        OrderStatus.choices, default=None, allow_null=True, help_text="Where they stand."
    )
    mark = serializers.ChoiceField(
        PaymentMark.choices, default=None, allow_null=True, help_text="What is odd about them."
    )
    is_overdue = serializers.BooleanField(default=False, help_text="Whose review is overdue.")


class ReviewSerializer(serializers.Serializer[Any]):
    """A decision about an order."""

    approve = TrueOrFalseField(help_text="Confirm it, or reject it.")
    reason = TextField(default="", help_text="Of a rejection; the holder reads it.")
    expected_version = serializers.IntegerField(
        default=None, allow_null=True, help_text="The version that was seen: others are stale."
    )


class ReopenSerializer(serializers.Serializer[Any]):
    """The order to open again, as it was seen."""

    expected_version = serializers.IntegerField(
        default=None, allow_null=True, help_text="The version that was seen: others are stale."
    )


class ReceivedSerializer(ReopenSerializer):
    """How much came in."""

    received_amount = serializers.DecimalField(**MONEY, help_text="In the event's currency.")


class ProofSerializer(serializers.Serializer[PaymentProof]):
    """A proof of payment."""

    id = serializers.CharField(source="pk", help_text="The proof's own.")
    media_type = serializers.CharField(help_text="What its content is.")
    size_bytes = serializers.IntegerField(help_text="How large it is.")
    submitted_at = HotelTimeField(help_text="When it came.")
    is_reused = serializers.BooleanField(help_text="It came with another order of the hotel too.")
    verdict = serializers.ChoiceField(Verdict.choices, help_text="What was made of it.")
    view_url = serializers.SerializerMethodField(help_text="Shows it for five minutes.")

    def get_view_url(self, proof: PaymentProof) -> str:
        """Return a signed link."""
        return link_to(proof)


class StaffSeatOrderSerializer(serializers.Serializer[SeatOrder]):
    """An order, as staff see it. Its key stays with the holder."""

    order_number = serializers.CharField(source="number", help_text="For people to name it by.")
    status = serializers.SerializerMethodField(help_text="Where it stands.")
    version = serializers.IntegerField(help_text="Send it as `expected_version`.")
    mark = serializers.SerializerMethodField(help_text="What is odd about the payment, or null.")
    seats = OrderedSeatSerializer(many=True, source="allocations.all", help_text="What is ordered.")
    total = serializers.SerializerMethodField(help_text="Of all seats.")
    currency = serializers.CharField(source="event.currency", help_text="ISO 4217.")
    received_amount = serializers.DecimalField(
        **MONEY, allow_null=True, help_text="What came in, as far as noted."
    )
    holder_name = serializers.CharField(help_text="Who the seats are for.")
    holder_email = serializers.CharField(help_text="Where the holder is told.")
    holder_phone = serializers.CharField(help_text="In E.164.")
    created_at = HotelTimeField(help_text="When it began.")
    expires_at = HotelTimeField(help_text="When it ends without a proof.")
    submitted_at = HotelTimeField(allow_null=True, help_text="When the first proof came.")
    review_due_at = serializers.SerializerMethodField(help_text="When its review is overdue.")
    reviewed_by = serializers.CharField(help_text="Who decided.")
    rejection_reason = serializers.CharField(help_text="Why it was rejected.")
    proofs = ProofSerializer(many=True, source="proofs.all", help_text="None is ever deleted.")

    def get_status(self, order: SeatOrder) -> OrderStatus:
        """Return the status, EXPIRED from the first moment on."""
        return shown_status(order)

    def get_mark(self, order: SeatOrder) -> PaymentMark | None:
        """Return the mark, or None."""
        return PaymentMark(order.mark) if order.mark else None

    def get_total(self, order: SeatOrder) -> str:
        """Return the sum as a decimal string."""
        return str(total_of(order))

    def get_review_due_at(self, order: SeatOrder) -> datetime | None:
        """Return the instant with the hotel's offset, or None."""
        due_at = review_due_at(order)
        return due_at.astimezone(self.context["zone"]) if due_at else None


class StaffSeatOrderEnvelopeSerializer(serializers.Serializer[Any]):
    """``{"order": {…}}``."""

    order = StaffSeatOrderSerializer()
