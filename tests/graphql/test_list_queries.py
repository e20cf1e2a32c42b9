"""Lists ask the database as often for twenty rows as for one.

Every list of the schema is read by a case or excused with a reason; a new one fails until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from django.test import Client
from django.utils import timezone
from graphql import (
    FieldNode,
    GraphQLList,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    parse,
    visit,
)

from apps.bookings.models import Booking, Hotel, HousekeepingTask, Maintenance
from apps.bookings.services.stays import mint_stay_token
from apps.common.alerts import raise_alert
from apps.seating.models import SeatingEvent
from apps.seating.selectors import OpenOrder
from apps.seating.services.payments import submit_payment_proof
from apps.staff.models import Membership
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from graphql_schema.schema import schema
from tests.bookings.stays import leave
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.checkin import CheckInAnalyticsFactory, CheckInFlowFactory
from tests.factories.concierge import MenuItemFactory, RoomServiceOrderFactory, guest_writes
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory
from tests.factories.seating import SeatingEventFactory, choose, picture
from tests.factories.staff import works_at

CountQueries = Callable[[Callable[[], Any]], int]

MANY: Final = 20
EXCUSED: Final[Mapping[str, str]] = {
    "BulkCheckIn.items": "a command: each item is a transaction of its own",
    "BulkCheckOut.items": "a command: each item is a transaction of its own",
    "SeatBlock.labels": "a command: repeats what was asked",
    "SeatsTakenProblem.labels": "repeats what was asked",
    "SeatUpdate.seats": "of a subscription: an entry of the log holds its seats",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A hotel with so many of everything that the lists show."""

    hotel: Hotel
    event: SeatingEvent
    authorization: str
    booking_id: str
    stay_token: str
    order_token: str
    quantity: int
    shown: dict[str, int] = field(default_factory=dict)  # bytes of each answer


def house_of(count: int) -> House:
    """Return a new hotel with ``count`` rows in every list."""
    hotel = HotelFactory()
    manager = works_at(hotel, Role.MANAGER)
    for other in HotelFactory.create_batch(count - 1):
        Membership.objects.create(user=manager, hotel=other, role=Role.FRONT_DESK)
    stay = BookingFactory(hotel=hotel, in_house=True)
    event = SeatingEventFactory(hotel=hotel, seats=3 * count + 10)
    _fill_desk(hotel, count)
    _fill_stay(stay, count)
    return House(
        hotel=hotel,
        event=event,
        authorization=f"Bearer {open_login(manager).token}",
        booking_id=stay.booking_id,
        stay_token=mint_stay_token(stay),
        order_token=_fill_event(event, count).token,
        quantity=min(count, 4),
    )


def _fill_desk(hotel: Hotel, count: int) -> None:
    for number in range(count):
        raise_alert(scope=f"hotel:{hotel.pk}", kind="tests", subject=str(number), message="Look.")
        CheckInFlowFactory(booking__hotel=hotel, with_details=True)
        CheckInAnalyticsFactory(hotel=hotel, started_at=timezone.now())
        HousekeepingTask.objects.create(
            hotel=hotel, room=RoomFactory(hotel=hotel, dirty=True), created_at=timezone.now()
        )
        Maintenance.objects.create(room=RoomFactory(hotel=hotel), reason="Paint")
        SeatingEventFactory(hotel=hotel, seats=1)
        guest = BookingFactory(hotel=hotel, in_house=True)
        guest_writes(guest)
        RoomServiceOrderFactory(booking=guest)
        leave(BookingFactory(hotel=hotel, in_house=True))


def _fill_stay(stay: Booking, count: int) -> None:
    grant = AccessGrantFactory(holder=stay.lock_holder, ready=True)
    AccessCodeFactory.create_batch(count, grant=grant, on_the_lock=True)
    MenuItemFactory.create_batch(count, hotel=stay.hotel)
    for number in range(count):
        guest_writes(stay, f"Question {number}")
        RoomServiceOrderFactory(booking=stay)


def _fill_event(event: SeatingEvent, count: int) -> OpenOrder:
    """Fill the review queue, and return another order, whose seats are as many as may be."""
    labels = [seat.label for seat in event.seats.order_by("pk")]
    for number in range(count):
        opened = choose(event, *labels[2 * number : 2 * number + 2])
        for shade in range(2):
            file = picture(shade=2 * number + shade)
            submit_payment_proof(order_token=opened.token, file=file)
    return choose(event, *labels[2 * count :][: min(count, event.most_seats_per_order)])


BOOKING = "bookingId guestName assignedRoom { number } allowedActions { action reasons { code } }"
ORDER = "number total lines { name quantity }"
SEAT = "id label section row number category price status"
SHOWN: Final[Mapping[str, str]] = {  # what is asked of each item of a page of the hotel
    "rooms": "id number status",
    "bookings": BOOKING,
    "checkInFlows": f"step fullName booking {{ {BOOKING} }}",
    "housekeepingTasks": "id room { number status }",
    "alerts": "kind message",
    "maintenance": "reason returnStatus room { number status }",
    "conversations": "guestName roomNumber unreadCount",
    "roomServiceOrders": f"roomNumber {ORDER}",
    "seatingEvents": "slug name startsAt",
}
PAGES: Final = [
    f"{{ {name}(hotelSlug: HOTEL, first: 100) {{ edges {{ cursor node {{ {shown} }} }} "
    "pageInfo { hasNextPage endCursor } } }"
    for name, shown in SHOWN.items()
]
OTHERS: Final = [
    "{ messages(hotelSlug: HOTEL, bookingId: BOOKING) { edges { node { body sender } } } }",
    "{ seatOrders(eventSlug: EVENT) { edges { node { orderNumber total reviewedBy "
    "seats { label section price } proofs { id verdict } } } } }",
    "{ seatOrder(token: ORDER) { total seats { label section price } } }",
    f"{{ seatMap(eventSlug: EVENT) {{ seats {{ {SEAT} }} }} }}",
    f"{{ bestAvailableSeats(eventSlug: EVENT, quantity: QUANTITY) {{ {SEAT} }} }}",
    f"{{ seatSuggestion(eventSlug: EVENT, quantity: QUANTITY) {{ seats {{ {SEAT} }} }} }}",
    "{ me { username memberships { role hotel { name } } } }",
    "{ stay(token: STAY) { pin room { number } hotel { name } accessCodes { lockName code } "
    f"messages {{ body senderName }} menu {{ name price }} orders {{ {ORDER} }} }} }}",
    "{ checkInFunnel(hotelSlug: HOTEL) { days { day figures { started } } "
    "devices { deviceType figures { started } } } }",
    "{ checkOutAnalytics(hotelSlug: HOTEL) { days { day figures { vacated } } } }",
]


def _lists() -> set[str]:
    """Return every list that the schema's objects have; edges belong to their connection."""
    found = set()
    for kind in schema._schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        for name, shown in kind.fields.items():
            is_list = isinstance(get_nullable_type(shown.type), GraphQLList)
            is_page = get_named_type(shown.type).name.endswith("Connection")
            if (is_list and name != "edges") or is_page:
                found.add(f"{kind.name}.{name}")
    return found


def _asked(document: str) -> set[str]:
    """Return every field that a document names, with its type."""
    types = TypeInfo(schema._schema)
    found = set()

    class Names(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = types.get_parent_type()
            assert parent is not None
            found.add(f"{parent.name}.{node.name.value}")

    visit(parse(document), TypeInfoVisitor(types, Names()))
    return found


def test_every_list_of_the_schema_is_read_here_or_excused() -> None:
    read = {name for document in [*PAGES, *OTHERS] for name in _asked(document)}

    assert _lists() - read == set(EXCUSED), "ask for the list in PAGES or OTHERS, and fill it"


def _count(client: Client, document: str, house: House, queries_of: CountQueries) -> int:
    """Return how many queries the document costs; it is asked once before, to be remembered."""
    values = {
        "HOTEL": house.hotel.slug,
        "EVENT": house.event.slug,
        "BOOKING": house.booking_id,
        "STAY": house.stay_token,
        "ORDER": house.order_token,
    }
    for name, value in values.items():
        document = document.replace(f": {name}", f': "{value}"')
    document = document.replace("QUANTITY", str(house.quantity))
    headers = {"Authorization": house.authorization}

    def ask() -> None:
        answer = client.post(
            "/graphql/", {"query": document}, content_type="application/json", headers=headers
        )
        assert "errors" not in answer.json(), answer.json()
        shown.append(len(answer.content))

    shown: list[int] = []
    ask()
    count = queries_of(ask)
    house.shown[document] = shown[-1]
    return count


@pytest.mark.django_db
def test_twenty_rows_cost_as_many_queries_as_one(client: Client, queries_of: CountQueries) -> None:
    one, many = house_of(1), house_of(MANY)

    costs = {
        document: (
            _count(client, document, one, queries_of),
            _count(client, document, many, queries_of),
        )
        for document in [*PAGES, *OTHERS]
    }

    assert {document: pair for document, pair in costs.items() if pair[0] != pair[1]} == {}
    # The lists were longer, indeed.
    assert all(few < lot for few, lot in zip(one.shown.values(), many.shown.values(), strict=True))
