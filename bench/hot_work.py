"""What the product does all day, to be asked in a full database: by its own doors and jobs.

Django is set up by whoever imports this. Everything is to be undone afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.bookings.models import Booking, Hotel
from apps.bookings.selectors import find_booking_for_guest
from apps.bookings.services.checkout import checkout_booking
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.services.undo import undo_check_out
from apps.bookings.states import BookingStatus
from apps.common.events import events_after, resume
from apps.common.jobs.presence import Presence, count_workers
from apps.common.jobs.sweeper import due_rows
from apps.common.maintenance import all_duties
from apps.common.metrics import Figures, all_figures
from apps.partners.scopes import Scope
from apps.partners.services.keys import NewKey, create_key
from apps.seating.models import SeatingEvent
from apps.staff.models import Membership
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from back_office.site import site

Work = Mapping[str, Callable[[], Any]]
HOST: Final = "127.0.0.1"
SOON: Final = timedelta(hours=6)  # a sweep finds some work even in a house that is up to date
CONNECTIONS: Final[Mapping[str, str]] = {  # a list of GraphQL, and what is asked of its rows
    "rooms": "number status",
    "bookings(inHouse: true)": "bookingId guestName",
    "alerts": "message",
    "checkInFlows": "status",
    "housekeepingTasks(status: OPEN)": "id",
    "maintenance": "id",
    "conversations": "guestName",
    "messages": "body",
    "roomServiceOrders": "number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A hotel in the midst of many, somebody who runs it, and a partner who follows it."""

    hotel: Hotel
    in_house: Booking
    arriving: Booking
    event: SeatingEvent
    manager: User
    bearer: str
    key: str

    @classmethod
    def of(cls, hotel: Hotel) -> House:
        """Make the people that the work is done as."""
        manager = User.objects.create(username="manager", is_staff=True)
        Membership.objects.create(user=manager, hotel=hotel, role=Role.MANAGER)
        wanted = NewKey(partner="A partner", name="a key", hotels=[hotel], scopes=frozenset(Scope))
        confirmed = hotel.bookings.filter(status=BookingStatus.CONFIRMED).order_by("pk")
        return cls(
            hotel=hotel,
            in_house=confirmed.filter(checked_in_at__isnull=False)[0],
            arriving=confirmed.filter(checked_in_at__isnull=True).order_by("check_in_date")[0],
            event=hotel.seating_events.order_by("pk")[0],
            manager=manager,
            bearer=open_login(manager).token,
            key=create_key(wanted, performed_by="bench").secret,
        )

    def get(self, path: str, **headers: str) -> None:
        """Ask for a path. Raises AssertionError for a refusal."""
        client = Client(headers={"host": HOST, **headers})
        _require_success(path, client.get(path))

    def desk(self, path: str) -> Callable[[], None]:
        """Return the asking of a REST path below the hotel's, by its staff."""
        whole = f"/api/staff/hotels/{self.hotel.slug}/{path}"
        return lambda: self.get(whole, authorization=f"Bearer {self.bearer}")

    def partner(self, path: str) -> Callable[[], None]:
        """Return the asking of a partner's path."""
        whole = f"/api/partner/v1/{path}"
        return lambda: self.get(whole, authorization=f"Api-Key {self.key}")

    def graphql(self, query: str, **variables: Any) -> Callable[[], None]:
        """Return the sending of a document, by the hotel's staff."""

        def ask() -> None:
            client = Client(headers={"host": HOST, "authorization": f"Bearer {self.bearer}"})
            body = json.dumps({"query": query, "variables": variables})
            answer = client.post("/graphql/", body, content_type="application/json")
            _require_success(query, answer)
            if "errors" in answer.json():
                raise AssertionError(f"{query}: {answer.json()['errors']}")

        return ask

    def page(self, path: str, user: User | None = None) -> Callable[[], None]:
        """Return the opening of a page of the back office."""

        def open_page() -> None:
            client = Client(headers={"host": HOST})
            client.force_login(user or self.manager)
            _require_success(path, client.get(path))

        return open_page


def _require_success(what: str, answer: Any) -> None:
    if answer.status_code != 200:
        raise AssertionError(f"{what} answered {answer.status_code}: {answer.content[:300]!r}")


def all_work(house: House) -> Work:
    """Return everything, by names for people."""
    return {
        **guests(house),
        **desk(house),
        **graphql(house),
        **partners(house),
        **seats(house),
        **jobs(),
        **pages(house),
    }


def guests(house: House) -> Work:
    """What guests' apps ask."""
    reference, stay = house.arriving.booking_reference, house.in_house
    start = (
        "mutation ($of: String!) { startCheckIn(input: {bookingReference: $of}) { __typename } }"
    )
    return {
        "guest: reference": lambda: find_booking_for_guest(reference, None),
        "guest: reference at a hotel": lambda: find_booking_for_guest(reference, house.hotel.slug),
        "guest: start": house.graphql(start, of=reference),
        "guest: stay": lambda: house.get(f"/api/stays/{mint_stay_token(stay)}/"),
    }


def desk(house: House) -> Work:
    """What the desk's front ends ask over REST, and a check-out with its undo."""
    today = house.arriving.check_in_date.isoformat()

    def leave_and_return() -> None:
        left = checkout_booking(booking=house.in_house, performed_by="bench", source="bench")
        undo_check_out(booking=left, performed_by="bench", reason="A mistake.")

    return {
        "desk: rooms": house.desk("rooms/"),
        "desk: bookings": house.desk("room-bookings/"),
        "desk: arriving": house.desk(f"room-bookings/?arriving_on={today}"),
        "desk: departing": house.desk(f"room-bookings/?departing_on={today}"),
        "desk: in house": house.desk("room-bookings/?in_house=true"),
        "desk: search": house.desk("room-bookings/?search=BK-000123"),
        "desk: booking": house.desk(f"room-bookings/{house.in_house.booking_id}/"),
        "desk: tasks": house.desk("housekeeping-tasks/"),
        "desk: alerts": house.desk("alerts/"),
        "desk: flows": house.desk("checkin-flows/"),
        "desk: conversations": house.desk("conversations/"),
        "desk: messages": house.desk("messages/"),
        "desk: orders": house.desk("orders/"),
        "desk: funnel": house.desk("analytics/checkin/"),
        "desk: check-out and undo": leave_and_return,
    }


def graphql(house: House) -> Work:
    """The lists of GraphQL."""
    lists = {}
    for field, columns in CONNECTIONS.items():
        name, _, given = field.partition("(")
        arguments = f'hotelSlug: "{house.hotel.slug}", first: 50'
        arguments += f", {given.rstrip(')')}" if given else ""
        query = f"{{ {name}({arguments}) {{ edges {{ node {{ {columns} }} }} }} }}"
        lists[f"GraphQL: {field}"] = house.graphql(query)
    return lists


def partners(house: House) -> Work:
    """What partners' systems ask over REST."""
    slug = house.hotel.slug
    lately = (timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    day = house.arriving.check_in_date.isoformat()

    def follow_cursors() -> None:
        path: str | None = f"/api/partner/v1/reservations/?hotel={slug}&limit=50"
        for _ in range(3):
            assert path is not None  # noqa: S101  # a house has more than that
            client = Client(headers={"host": HOST, "authorization": f"Api-Key {house.key}"})
            answer = client.get(path)
            _require_success(path, answer)
            path = answer.json()["next"]

    return {
        "partner: reservations, page after page": follow_cursors,
        "partner: updated since": house.partner(f"reservations/?updated_since={lately}"),
        "partner: arriving": house.partner(f"reservations/?arriving_on={day}"),
        "partner: in house": house.partner(f"reservations/?in_house_on={day}"),
        "partner: one": house.partner(f"reservations/{house.arriving.booking_reference}/"),
        "partner: rooms": house.partner("rooms/"),
        "partner: codes": house.partner(
            f"access-codes/?booking_reference={house.in_house.booking_reference}"
        ),
        "partner: events": house.partner(f"events/?after=5&hotel_slug={slug}"),
        "partner: deliveries": house.partner("webhook-deliveries/"),
    }


def seats(house: House) -> Work:
    """Maps, choices and the reviewers' queue."""
    slug = house.event.slug
    best = "query ($slug: String!) { bestAvailableSeats(eventSlug: $slug, quantity: 2) { label } }"
    return {
        "seats: map": lambda: house.get(f"/api/seating/events/{slug}/seats/"),
        "seats: chart": lambda: house.get(f"/api/seating/events/{slug}/chart/"),
        "seats: availability": lambda: house.get(f"/api/seating/events/{slug}/availability/"),
        "seats: best": house.graphql(best, slug=slug),
        "seats: review queue": house.desk(f"seating-events/{slug}/orders/?status=AWAITING_REVIEW"),
    }


def jobs() -> Work:
    """What workers ask every second, and the duties; what Prometheus is told; the hotels' logs."""
    now = timezone.now()
    stream = "hotel:1"
    return {
        "job: sweep": lambda: list(due_rows(now + SOON)),
        "job: presence": Presence().beat,
        "job: count of workers": count_workers,
        "log: after": lambda: events_after(stream, 10),
        "log: resume": lambda: resume(stream, 10),
        **{f"duty: {duty.name}": partial(duty.do, now) for duty in all_duties()},
        **{f"metrics: {name}": partial(_read, read) for name, read in all_figures()},
    }


def _read(figures: Figures) -> None:
    list(figures())


def pages(house: House) -> Work:
    """Every list of the back office, as a manager sees it and as a superuser does."""
    superuser = User.objects.create(username="superuser", is_staff=True, is_superuser=True)
    bookings = "/admin/bookings/booking/"
    found: dict[str, Callable[[], Any]] = {
        "office: today": house.page("/admin/"),
        "office: bookings, searched": house.page(f"{bookings}?q=Guest+77"),
        "office: bookings, arriving": house.page(f"{bookings}?day=arriving"),
        "office: bookings, overdue": house.page(f"{bookings}?day=overdue"),
        "office: bookings, code problems": house.page(f"{bookings}?codes=problems"),
    }
    for model in site._registry:  # noqa: SLF001  # Django's own pages read it so
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for name, user in (("manager", house.manager), ("superuser", superuser)):
            found[f"office: {model._meta.verbose_name_plural} ({name})"] = house.page(path, user)
    return found
