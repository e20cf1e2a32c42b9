"""The back office's lists in one process: prints statements and seconds of each page as JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from typing import Any, Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django.setup(set_prefix=False)

# Importable only once Django is set up.
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.bookings.models import Booking, Guest, Hotel, Room  # noqa: E402
from apps.staff.models import Membership  # noqa: E402
from apps.staff.roles import Role  # noqa: E402

ROOMS: Final = 200
BOOKINGS: Final = "/admin/bookings/booking/"
PAGES: Final = {
    "today": "/admin/",
    "bookings": BOOKINGS,
    "bookings, page 100": f"{BOOKINGS}?p=100",
    "bookings, arriving today": f"{BOOKINGS}?day=arriving",
    "bookings, overdue": f"{BOOKINGS}?day=overdue",
    "bookings, code problems": f"{BOOKINGS}?codes=problems",
    "bookings, searched by name": f"{BOOKINGS}?q=Guest+77",
    "guests": "/admin/bookings/guest/",
    "rooms": "/admin/bookings/room/",
}


def main() -> None:
    """Fill a house, open every page so many times, and print what it took."""
    bookings, times = int(sys.argv[1]), int(sys.argv[2])
    client = _fill(bookings)
    print(json.dumps({name: _open(client, path, times) for name, path in PAGES.items()}))


def _fill(count: int) -> Client:
    hotel = Hotel.objects.create(slug="bench", name="Bench", timezone="Europe/Dublin")
    rooms = Room.objects.bulk_create(Room(hotel=hotel, number=str(n)) for n in range(ROOMS))
    today = timezone.localdate()
    stays = Booking.objects.bulk_create(
        Booking(
            hotel=hotel,
            booking_id=f"BK-{n}",
            booking_reference=f"R{n}",
            assigned_room=rooms[n % ROOMS],
            check_in_date=today + timedelta(days=n % 365 - 180),
            check_out_date=today + timedelta(days=n % 365 - 178),
        )
        for n in range(count)
    )
    Guest.objects.bulk_create(Guest(booking=stay, full_name=f"Guest {stay.pk}") for stay in stays)
    user = User.objects.create(username="manager", is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role=Role.MANAGER)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    return client


def _open(client: Client, path: str, times: int) -> dict[str, Any]:
    client.get(path)  # what is looked up once in a process
    with CaptureQueriesContext(connection) as statements:
        answer = client.get(path)
    asked = len(statements)  # the next request begins the log anew
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}.")
    samples = []
    for _ in range(times):
        begun = time.perf_counter()
        client.get(path)
        samples.append(time.perf_counter() - begun)
    return {"statements": asked, "samples": samples}


if __name__ == "__main__":
    main()
