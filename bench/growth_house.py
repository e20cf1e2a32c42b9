"""A hotel of 200 rooms with more or less behind it: ``python -m bench.growth_house SCALE SEATS``.

At scale 1 it has 2,000 past bookings with all that belongs to each, six events in its log for each
and 20 messages in a chat; at scale 10 ten times as much. As many people arrive today in each.
Prints a ``Made`` as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypedDict

import django

if TYPE_CHECKING:
    from apps.bookings.models import Booking, Hotel

ROOMS: Final = 200
MESSAGES: Final = 20


class Keys(TypedDict):
    """What opens the doors of staff, back office and partners."""

    token: str
    session: str
    key: str


class Made(Keys):
    """What a bench needs to know of it. ``guests``: ``[reference, booking_id]`` of each arrival."""

    slug: str
    bookings: int
    events: int
    today: str
    departure: str
    chat: str
    guests: list[tuple[str, str]]
    gala: str
    group: str


def build(scale: int, seats: int) -> Made:
    """Fill the database."""
    from django.db import connection
    from django.utils import timezone

    from apps.bookings.stay_window import hotel_today
    from bench.eight_houses import make_arrivals, make_hotel, make_rooms
    from bench.growth_history import EVENTS_OF_A_STAY, add_history
    from bench.seat_house import gala

    hotel = make_hotel(0)
    rooms = make_rooms(hotel, 0, ROOMS)
    bookings = add_history(hotel, rooms, scale - 1)
    chatting, *guests = make_arrivals(hotel, 0, rooms)
    _chat(chatting, MESSAGES * scale)
    event = gala(seats)
    today = hotel_today(hotel.zone, timezone.now())
    made = Made(
        slug=hotel.slug,
        **_keys(hotel),
        bookings=bookings,
        events=bookings * EVENTS_OF_A_STAY,
        today=today.isoformat(),
        departure=(today + timedelta(days=2)).isoformat(),
        chat=chatting.booking_id,
        guests=[(guest.booking_reference, guest.booking_id) for guest in guests],
        gala=event["slug"],
        group=event["group"],
    )
    with connection.cursor() as cursor:
        # As the guide to deployments says for disks without moving parts; for the sessions too
        # that are open already.
        cursor.execute("ALTER SYSTEM SET random_page_cost = 1.1")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("VACUUM ANALYZE")  # as a database has it that did not grow within seconds
    return made


def _chat(booking: Booking, messages: int) -> None:
    from django.utils import timezone

    from apps.bookings.models import Guest
    from apps.concierge.models import Conversation, Message
    from apps.concierge.states import Side

    now = timezone.now()
    booking.checked_in_at = now
    booking.save()
    Guest.objects.create(booking=booking, room=booking.assigned_room, full_name="Maeve O'Sullivan")
    conversation = Conversation.objects.create(booking=booking, last_message_at=now)
    Message.objects.bulk_create(
        Message(
            id=uuid.uuid4(),
            hotel=booking.hotel,
            conversation=conversation,
            sender=Side.GUEST,
            body="Could we have two more towels?",
            sent_at=now,
            read_at=now,
            number=number,
            changed_number=number,
        )
        for number in range(1, messages + 1)
    )


def _keys(hotel: Hotel) -> Keys:
    from django.contrib.auth.models import User
    from django.test import Client

    from apps.partners.scopes import Scope
    from apps.partners.services.keys import NewKey, create_key
    from apps.staff.models import Membership
    from apps.staff.roles import Role
    from apps.staff.services.logins import open_login

    manager = User.objects.create(username="manager", is_staff=True)
    Membership.objects.create(user=manager, hotel=hotel, role=Role.MANAGER)
    browser = Client()
    browser.force_login(manager)
    wanted = NewKey(partner="Bench PMS", name="bench", hotels=[hotel], scopes=list(Scope))
    return Keys(
        token=open_login(manager).token,
        session=browser.cookies["sessionid"].value,
        key=create_key(wanted, performed_by="bench").secret,
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    print(json.dumps(build(int(sys.argv[1]), int(sys.argv[2]))))
