"""What a self check-in refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from apps.common import errors
from apps.common.errors import Contact


class FlowNotFound(errors.NotFound):
    code = "FLOW_NOT_FOUND"
    sentence = "This check-in is unknown or was continued on another device; start again."


class FlowExpired(errors.Conflict):
    code = "FLOW_EXPIRED"
    sentence = "This check-in has ended; start again with your booking reference."


class StepOutOfOrder(errors.Conflict):
    code = "STEP_OUT_OF_ORDER"
    sentence = "An earlier step of the check-in is still open; complete it first."


class VerificationRequired(errors.Forbidden):
    code = "VERIFICATION_REQUIRED"

    def __init__(self, asked_for: str) -> None:
        super().__init__(f"Please prove who you are: enter {asked_for}.", field="verification")


class VerificationFailed(errors.Forbidden):
    code = "VERIFICATION_FAILED"
    sentence = "That does not match the booking; check it and try again."

    def __init__(self) -> None:
        super().__init__(field="verification")


class PinPending(errors.Pending):
    code = "PIN_PENDING"
    sentence = "Almost ready: your PIN is being set on the locks."


class PinFailed(errors.Conflict):
    """The locks could not be set; the guest needs a person now."""

    code = "PIN_FAILED"
    sentence = "Your PIN could not be set. Please contact the hotel; they can let you in."

    def __init__(self, *, contact: Contact, booking_reference: str) -> None:
        super().__init__()
        self.contact = contact
        self.booking_reference = booking_reference

    @property
    def rest_fields(self) -> Mapping[str, Any]:
        """What REST shows beside the sentence."""
        return {
            "contact": asdict(self.contact),
            "booking_reference": self.booking_reference,
        }
