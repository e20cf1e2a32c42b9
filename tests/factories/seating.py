"""Events with seats, orders, and files that show payments."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from apps.seating.models import Seat, SeatingEvent, Section
from apps.seating.seat_map import read_seat_map
from apps.seating.selectors import OpenOrder
from apps.seating.services.holders import Holder
from apps.seating.services.orders import SeatChoice, select_seats
from apps.seating.states import HoldPolicy, SeatStatus
from tests.factories.bookings import HotelFactory

HOLDER = Holder(name="Nora Quinn", email="nora@example.com")


class SeatingEventFactory(DjangoModelFactory):
    """An event in a month, on sale. ``seats=12``: rows A, B … of six, at 30.00."""

    class Meta:
        model = SeatingEvent
        skip_postgeneration_save = True

    class Params:
        exclusive = factory.Trait(hold_policy=HoldPolicy.EXCLUSIVE)

    hotel = factory.SubFactory(HotelFactory)
    slug = factory.Sequence(lambda n: f"gala-{n}")
    name = "Gala"
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))

    @factory.post_generation
    def seats(event: Any, create: bool, count: int | None, **_: Any) -> None:  # noqa: N805  # factory_boy's way
        """Make the seats."""
        if create and count:
            make_seats(event, count)


def make_seats(event: SeatingEvent, count: int) -> list[Seat]:
    """Add seats to an event."""
    section, _ = Section.objects.get_or_create(event=event, name="Stalls")
    return Seat.objects.bulk_create(
        Seat(
            event=event,
            section=section,
            row=chr(ord("A") + place // 6),
            number=place % 6 + 1,
            label=f"{chr(ord('A') + place // 6)}-{place % 6 + 1}",
            x=place % 6,
            y=place // 6,
            price=Decimal("30.00"),
        )
        for place in range(count)
    )


def choose(event: SeatingEvent, *labels: str, holder: Holder = HOLDER) -> OpenOrder:
    """Return a new order of these seats."""
    return select_seats(SeatChoice(event_slug=event.slug, labels=labels, holder=holder))


def choose_instead(opened: OpenOrder, *labels: str) -> OpenOrder:
    """Return the order with these seats in place of the earlier ones."""
    return select_seats(
        SeatChoice(event_slug=opened.order.event.slug, labels=labels, order_token=opened.token)
    )


def picture(*, shade: int = 7, size: tuple[int, int] = (2, 2), kind: str = "PNG") -> io.BytesIO:
    """Return a file with a picture in it; another shade is another file."""
    file = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(file, format=kind)
    file.seek(0)
    return file


def statuses(event: SeatingEvent) -> dict[str, SeatStatus]:
    """Return the states of all seats by their labels, as the map shows them."""
    shown = read_seat_map(event)
    return dict(zip(shown.chart["label"], shown.statuses, strict=True))
