"""What holders of orders are told: by e-mail where there is an address, else by text message.

Each command is called within the transaction of what it tells of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from apps.bookings.models import Hotel
from apps.bookings.services.notices import signature_of
from apps.common.languages import choose_language, day_in_words
from apps.common.notices.asking import notify
from apps.common.notices.models import Channel
from apps.common.notices.wording import REPLY_TO, SENDER, SIGNATURE
from apps.seating.models import SeatOrder

NOTHING_MORE: Final[Mapping[str, str]] = MappingProxyType({})
MOST_SEATS_NAMED: Final = 20


def tell_holder(
    order: SeatOrder,
    template: str,
    more: Mapping[str, str] = NOTHING_MORE,
    *,
    occasion: str = "",
    labels: Sequence[str] | None = None,
) -> None:
    """Tell the holder, once for each ``occasion``; nobody, where they gave no address.

    ``labels``: of the order's seats, for callers who know them.
    """
    channel = Channel.EMAIL if order.holder_email else Channel.SMS
    recipient = order.holder_email or order.holder_phone
    if not recipient:
        return
    hotel = order.event.hotel
    notify(
        channel=channel,
        recipient=recipient,
        template=template,
        language=choose_language(hotel.language),
        context={
            "hotel": hotel.name,
            "event": order.event.name,
            "order": order.number,
            "seats": _listed(_labels_of(order) if labels is None else labels),
            SENDER: hotel.name,
            REPLY_TO: hotel.email,
            SIGNATURE: signature_of(hotel),
            **more,
        },
        dedupe_key=f"seats:{order.pk}:{template}:{occasion}",
        scope=hotel.alert_scope,
        subject=order.number,
    )


def moment(instant: datetime, hotel: Hotel) -> str:
    """Write an instant as the hotel's guests read it."""
    there = instant.astimezone(hotel.zone)
    return f"{day_in_words(there.date(), choose_language(hotel.language))}, {there:%H:%M}"


def _labels_of(order: SeatOrder) -> list[str]:
    rows = order.allocations.order_by("seat_id")
    return list(rows.values_list("seat__label", flat=True))


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - MOST_SEATS_NAMED
    return ", ".join(labels[:MOST_SEATS_NAMED]) + (f" … (+{more})" if more > 0 else "")
