"""Descriptions that the schema's parts have in common: one name means one thing everywhere.

A part describes what is its own where it is defined. What goes by the same name in many inputs and
arguments is described here once; a test fails for whatever is left without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

PROBLEM: Final = "Problem"

# By the name of an argument or of an input's field.
COMMON: Final[Mapping[str, str]] = {
    "input": "What the command needs.",
    "hotelSlug": "The hotel, by its name in addresses.",
    "eventSlug": "The event, by its name in addresses.",
    "bookingId": "The booking, by the hotel's own id.",
    "roomNumber": "The room, by the number on its door.",
    "stayToken": "The key to the stay.",
    "orderToken": "The key to the order.",
    "first": "How many at most: 50 unless said otherwise, and never more than 100.",
    "after": "Go on after this cursor of the page before.",
    "status": "Only those in this state.",
    "since": "The first day, included; 30 days back unless said otherwise.",
    "until": "The last day, included; today unless said otherwise.",
    "quantity": "How many seats, side by side where possible.",
    "category": "Only seats of this price category.",
    "accessible": "How many of them are places for wheelchairs.",
    "labels": "The seats, by their labels on the map.",
    "orderNumber": "The order, by its number.",
    "expectedVersion": "The version that was seen; another one is STALE_VERSION.",
    "holderName": "Who the seats are for.",
    "holderEmail": "Where the holder is told; an e-mail address or a phone number is needed.",
    "holderPhone": "The holder's telephone, in any common form.",
    "fullName": "First and last name.",
    "phoneNumber": "In international form, or as dialled in `phoneRegion`.",
    "email": "Where the link to the stay is sent.",
    "hasCar": "Whether there is a car to be parked.",
    "carRegistration": "The number plate; spaces and case do not matter.",
    "dryRun": "Say what would happen, and change nothing.",
    "reason": "For the log of what happened.",
}
# By type and field, or by operation and argument: where a common name means something of its own.
PARTICULAR: Final[Mapping[str, str]] = {
    "BulkCheckInInput.items": "The bookings, each with a room if it needs another one.",
    "BulkCheckInItem.roomNumber": "Another room than the assigned one.",
    "BulkCheckOutInput.destructive": (
        "Also delete what is kept for the stays: guests, messages, orders. Superusers only."
    ),
    "BulkCheckOutInput.roomIds": "The rooms, by `Room.id`.",
    "ChangeStayInput.checkInDate": "Another day of arrival, in the hotel's zone.",
    "ChangeStayInput.checkOutDate": "Another day of departure, in the hotel's zone.",
    "ChangeStayInput.earlyCheckInTime": "From when on the guest may come on the first day.",
    "ChangeStayInput.lateCheckOutTime": "Until when the guest may stay on the last day.",
    "ConfirmCheckInInput.token": "The key to the check-in.",
    "MoveBookingInput.roomNumber": "The room that the guest moves to.",
    "RecordSeatPaymentInput.receivedAmount": "What came in, in the event's currency.",
    "RegisterPushTokenInput.stayToken": "The key to the stay whose room is told.",
    "ReviewPaymentInput.approve": "Whether the payment is accepted.",
    "ReviewPaymentInput.eventSlug": "The event that `orderNumber` belongs to.",
    "ReviewPaymentInput.orderNumber": "The order's number, in place of its key.",
    "RoomServiceItemInput.menuItemId": "The item, by `MenuItem.id`.",
    "SetRoomServiceOrderStatusInput.orderId": "The order, by `RoomServiceOrder.id`.",
    "SetRoomServiceOrderStatusInput.status": "The state that follows.",
    "SetRoomStatusInput.note": "For the log of what happened.",
    "SetRoomStatusInput.status": "The state that follows.",
    "StartCheckInInput.bookingReference": "As it is on the confirmation.",
    "StartCheckInInput.deviceType": "Counted, and read from the request unless it is said.",
    "StartCheckInInput.hotelSlug": "The hotel, where two might share a reference.",
    "SubmitGuestDetailsInput.token": "The key to the check-in.",
    "SubmitParkingInput.token": "The key to the check-in.",
    "SubmitPaymentProofInput.file": "A JPEG, PNG, WebP or PDF, by a multipart request.",
    "UpdateCarRegistrationInput.carRegistration": "The number plate; null: no car any more.",
    "UpdateHousekeepingTaskInput.assignee": "Who does it; an empty text: nobody yet.",
    "UpdateHousekeepingTaskInput.status": "The state that follows.",
    "UpdateHousekeepingTaskInput.taskId": "The task, by `HousekeepingTask.id`.",
    "Query.bookings(arrivingOn)": "Only those that arrive on this day, in the hotel's zone.",
    "Query.bookings(departingOn)": "Only those that depart on this day, in the hotel's zone.",
    "Query.bookings(inHouse)": "Only those that are in house now, or only the others.",
    "Query.bookings(search)": "A part of an id, a reference, a name or a room's number.",
    "Query.checkInFlow(token)": "The key to the check-in.",
    "Query.hotel(slug)": "The hotel, by its name in addresses.",
    "Query.seatOrder(token)": "The key to the order.",
    "Query.seatOrders(isOverdue)": "Only those whose review is overdue.",
    "Query.seatOrders(mark)": "Only those whose payment is odd in this way.",
    "Query.seatingEvent(slug)": "The event, by its name in addresses.",
    "Query.stay(token)": "The key to the stay.",
    "Query.waitingListEntry(token)": "The key to the place on the list.",
    "Subscription.checkInFlow(token)": "The key to the check-in.",
    "Subscription.hotelEvents(after)": "The last event known; what was missed comes first.",
    "Subscription.messages(after)": "The last message known; what was missed comes first.",
    "Subscription.seatUpdates(afterVersion)": (
        "The last version known; what was missed comes first."
    ),
    "Subscription.stay(token)": "The key to the stay.",
    "BulkOutcome.CHECKED_OUT": "The stay was ended.",
    "BulkOutcome.CHECKED_IN": "The guest is in house.",
    "BulkOutcome.CLEARED": "There was no stay; the room was cleared.",
    "BulkOutcome.NOT_FOUND": "The hotel has no such room or booking.",
    "BulkOutcome.REFUSED": "Something stands against it; `code` and `message` say what.",
}


def describe(schema: GraphQLSchema) -> None:
    """Describe what the parts left to the common words."""
    for name, kind in schema.type_map.items():
        if not name.startswith("__"):
            _describe_type(kind)


def undescribed(schema: GraphQLSchema) -> list[str]:
    """Return what has no description, by its place."""
    return [
        place
        for name, kind in schema.type_map.items()
        if not name.startswith("__")
        for place, part in ((name, kind), *_parts(kind))
        if not part.description
    ]


def _describe_type(kind: GraphQLNamedType) -> None:
    if isinstance(kind, GraphQLUnionType) and not kind.description:
        kind.description = _sentence_of_union(kind)
    for place, part in _parts(kind):
        if part.description:
            continue
        name = place.rstrip(")").replace("(", ".").rpartition(".")[2]
        if isinstance(kind, GraphQLEnumType):
            part.description = PARTICULAR.get(place) or _sentence_of_choice(kind, part.value)
        elif not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) or "(" in place:
            part.description = PARTICULAR.get(place) or COMMON.get(name)


def _parts(kind: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    """Yield what a type is made of, with its place: fields, arguments, values."""
    if isinstance(kind, GraphQLEnumType):
        for name, value in kind.values.items():
            yield f"{kind.name}.{name}", value
    elif isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, shown in kind.fields.items():
            yield f"{kind.name}.{name}", shown
            for argument, taken in shown.args.items():
                yield f"{kind.name}.{name}({argument})", taken


def _sentence_of_union(kind: GraphQLUnionType) -> str:
    """Say what a command answers: its results come first, its problems after them."""
    results = [
        member.name
        for member in kind.types
        if all(interface.name != PROBLEM for interface in member.interfaces)
    ]
    return f"{' or '.join(results)}, or why not."


def _sentence_of_choice(kind: GraphQLEnumType, value: Any) -> str | None:
    """Return what people are shown of a choice, as a sentence."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    choices: type[Enum] | None = getattr(definition, "wrapped_cls", None)
    label = getattr(choices(value), "label", None) if choices else None
    return f"{label[:1].upper()}{label[1:]}." if label else None
