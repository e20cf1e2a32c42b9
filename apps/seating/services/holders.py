"""Who an order's seats are for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from apps.bookings.cleaning import clean_email, clean_name, clean_phone
from apps.bookings.models import Hotel
from apps.common.errors import Invalid
from apps.seating.errors import HolderMissing
from apps.seating.models import SeatOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What a caller says of the holder; None leaves what the order has."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


def clean_holder(holder: Holder, hotel: Hotel) -> dict[str, str]:
    """Return the order's columns that change; a bare phone number belongs to the hotel's region.

    Raises InvalidName, InvalidEmail, InvalidPhone.
    """
    columns: dict[str, str] = {}
    if holder.name is not None:
        with _about("holder_name"):
            columns["holder_name"] = clean_name(holder.name)
    if holder.email is not None:
        with _about("holder_email"):
            columns["holder_email"] = clean_email(holder.email)
    if holder.phone is not None:
        with _about("holder_phone"):
            columns["holder_phone"] = _phone(holder.phone, hotel.phone_region)
    return columns


@contextmanager
def _about(field: str) -> Iterator[None]:
    """Let a refusal name the input as orders call it."""
    try:
        yield
    except Invalid as refusal:
        refusal.field = field
        raise


def _phone(text: str, region: str) -> str:
    return clean_phone(text, region) if text.strip() else ""


def require_holder(order: SeatOrder) -> None:
    """Raises HolderMissing."""
    require_reachable(
        {name: getattr(order, name) for name in ("holder_name", "holder_email", "holder_phone")}
    )


def require_reachable(columns: Mapping[str, str]) -> None:
    """Raises HolderMissing for somebody without a name or without an address."""
    if not columns.get("holder_name"):
        raise HolderMissing(field="holder_name")
    if not (columns.get("holder_email") or columns.get("holder_phone")):
        raise HolderMissing(field="holder_email")
