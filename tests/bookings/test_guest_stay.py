"""What guests do with their stay link, and what the house tells them there."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Guest
from apps.bookings.services.access import open_doors
from apps.bookings.services.guest_stay import report_code_problem
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.stay_window import stay_window
from apps.common.models import Alert, Event
from apps.concierge.stay_page import open_stay_page
from apps.locks.errors import NoOtherCode
from apps.locks.models import AccessCode, AccessGrant, AccessHistory, Lock
from apps.locks.offline_slots import candidate_slots
from apps.locks.services.reveals import NOTED_EVERY
from apps.locks.states import CodeKind, CodeState
from tests.background import at_once, run_due_jobs
from tests.checkin.test_api import error_of, graphql_names
from tests.factories.bookings import BookingFactory, GuestFactory, HotelFactory, RoomFactory
from tests.factories.locks import AccessCodeFactory, AccessGrantFactory
from tests.fakes.lock_cloud import LockCloud


@pytest.fixture
def client() -> APIClient:
    return APIClient()


def read(client: APIClient, token: str) -> dict[str, Any]:
    stay: dict[str, Any] = client.get(f"/api/stays/{token}/").json()["stay"]
    return stay


def with_codes(booking: Booking) -> AccessGrant:
    grant: AccessGrant = AccessGrantFactory(holder=booking.lock_holder, ready=True)
    AccessCodeFactory(grant=grant, on_the_lock=True)
    return grant


# -- a code that does not work -------------------------------------------------------------------


@pytest.fixture
def in_house(lock_cloud: LockCloud) -> Booking:
    """A guest in house whose codes are on the locks of the front door and of the room."""
    booking: Booking = BookingFactory(arriving_today=True, with_doors=True)
    booking.checked_in_at = timezone.now()
    booking.save()
    open_doors(booking, actor="tests", reason="A guest is in house.")
    run_due_jobs()
    return booking


def report(client: APIClient, token: str, **body: Any) -> Any:
    return client.post(f"/api/stays/{token}/code-problem/", body, format="json")


def kinds_on(booking: Booking, lock_name: str) -> set[str]:
    run_due_jobs()
    codes = AccessCode.objects.filter(
        grant__holder=booking.lock_holder, lock__name=lock_name, state=CodeState.SET
    )
    return set(codes.values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_door_that_stays_shut_gets_another_code_and_staff_are_told(
    client: APIClient, in_house: Booking
) -> None:
    room_door = in_house.assigned_room.locks.get().name

    answer = report(client, mint_stay_token(in_house), lock_name=room_door)

    assert answer.status_code == 200
    assert set(answer.json()) == {"stay"}
    assert kinds_on(in_house, room_door) == {CodeKind.OFFLINE}
    assert kinds_on(in_house, "Front door") == {CodeKind.CUSTOM}
    assert Alert.objects.filter(kind="code_does_not_work", closed_at=None).count() == 1
    event = Event.objects.get(name="code-problem-reported")
    assert event.data["booking_id"] == in_house.booking_id


@pytest.mark.django_db
def test_without_a_name_the_doors_are_meant_that_never_opened(
    client: APIClient, in_house: Booking
) -> None:
    opened = AccessCode.objects.get(lock__name="Front door")
    opened.first_used_at = timezone.now()
    opened.save()

    report(client, mint_stay_token(in_house))

    assert kinds_on(in_house, "Front door") == {CodeKind.CUSTOM}
    assert kinds_on(in_house, in_house.assigned_room.locks.get().name) == {CodeKind.OFFLINE}


@pytest.mark.django_db
def test_a_door_of_another_name_is_not_found(client: APIClient, in_house: Booking) -> None:
    for name in ["Room 999", "", "\x00"]:
        answer = report(client, mint_stay_token(in_house), lock_name=name)
        assert (answer.status_code, error_of(answer)["code"]) == (404, "NOT_FOUND")
        assert list(error_of(answer)["fields"]) == ["lock_name"]


@pytest.mark.django_db
def test_where_there_is_no_other_code_the_guest_is_sent_to_the_hotel(client: APIClient) -> None:
    booking = GuestFactory().booking  # a house without locks

    answer = report(client, mint_stay_token(booking))

    assert (answer.status_code, error_of(answer)["code"]) == (409, "PIN_FAILED")
    assert Event.objects.filter(
        name="code-problem-reported"
    ).exists()  # staff hear of it all the same


@pytest.mark.django_db
def test_one_door_with_another_code_is_a_success(in_house: Booking, lock_cloud: LockCloud) -> None:
    """At the other door all hours near the stay are gone, so that it can have no offline code."""
    front = Lock.objects.get(name="Front door")
    spend_offline_hours(front, AccessGrant.objects.get(holder=in_house.lock_holder))
    token = mint_stay_token(in_house)

    report_code_problem(token=token, lock_name=None)

    assert kinds_on(in_house, "Front door") == {CodeKind.CUSTOM}
    with pytest.raises(NoOtherCode):
        report_code_problem(token=token, lock_name="Front door")


def spend_offline_hours(lock: Lock, grant: AccessGrant) -> None:
    other = AccessGrantFactory(account=lock.account, ended=True)
    slots = candidate_slots(
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        now=timezone.now(),
        zone=ZoneInfo(grant.account.timezone),
    )
    for starts_at, ends_at in slots:
        AccessCodeFactory(
            grant=other,
            lock=lock,
            kind=CodeKind.OFFLINE,
            removed=True,
            digits="",
            digits_digest=None,
            starts_at=starts_at,
            ends_at=ends_at,
        )


@pytest.mark.django_db
@pytest.mark.parametrize("trait", ["over", "checked_out", "cancelled"])
def test_after_the_stay_there_is_nothing_to_report(client: APIClient, trait: str) -> None:
    token = mint_stay_token(BookingFactory(**{trait: True}))

    answer = report(client, token)

    assert (answer.status_code, error_of(answer)["code"]) == (404, "NOT_FOUND")


@pytest.mark.django_db
@pytest.mark.parametrize("name", [7, True, ["Front door"], {"name": "Front door"}])
def test_a_door_s_name_is_a_text(client: APIClient, name: Any) -> None:
    answer = report(client, mint_stay_token(GuestFactory().booking), lock_name=name)

    assert (answer.status_code, list(error_of(answer)["fields"])) == (400, ["lock_name"])


# -- another car ---------------------------------------------------------------------------------


def tell_car(client: APIClient, token: str, **body: Any) -> Any:
    return client.patch(f"/api/stays/{token}/", body, format="json")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (" 191-ky-4711 ", "191-KY-4711"),
        ("191  d 1", "191 D 1"),
        (None, None),
        ("", None),
        (" ", None),
    ],
)
def test_the_car_can_be_changed_and_taken_back(
    client: APIClient, said: str | None, kept: str | None
) -> None:
    guest = GuestFactory(car_registration="OLD 1")
    token = mint_stay_token(guest.booking)

    answer = tell_car(client, token, car_registration=said)

    assert (answer.status_code, answer.json()["stay"]["car_registration"]) == (200, kept)
    assert read(client, token)["car_registration"] == kept


@pytest.mark.django_db
def test_a_car_told_before_anybody_checked_in_is_kept_with_who_is_on_file(
    client: APIClient,
) -> None:
    booking = BookingFactory(on_file=True)

    tell_car(client, mint_stay_token(booking), car_registration="191 KY 4711")

    guest = Guest.objects.get(booking=booking)
    assert (guest.full_name, guest.car_registration) == ("Mary O'Brien", "191 KY 4711")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"car_registration": "!!"}, "INVALID_CAR_REGISTRATION"),
        ({"car_registration": "191\x00KY"}, "INVALID_CAR_REGISTRATION"),
        ({"car_registration": "9" * 5_000}, "INVALID_CAR_REGISTRATION"),
        ({"car_registration": 4711}, "VALIDATION_ERROR"),
        ({"car_registration": ["191"]}, "VALIDATION_ERROR"),
        ({}, "VALIDATION_ERROR"),
    ],
)
def test_a_car_that_is_none_names_its_field_and_changes_nothing(
    client: APIClient, body: dict[str, Any], code: str
) -> None:
    guest = GuestFactory(car_registration="OLD 1")

    answer = tell_car(client, mint_stay_token(guest.booking), **body)

    assert (answer.status_code, error_of(answer)["code"]) == (400, code)
    assert list(error_of(answer)["fields"]) == ["car_registration"]
    guest.refresh_from_db()
    assert guest.car_registration == "OLD 1"


@pytest.mark.django_db
@pytest.mark.parametrize("trait", ["checked_out", "cancelled"])
def test_a_stay_that_is_over_keeps_its_car(client: APIClient, trait: str) -> None:
    answer = tell_car(
        client, mint_stay_token(BookingFactory(**{trait: True})), car_registration="191 KY 1"
    )

    assert (answer.status_code, error_of(answer)["code"]) == (404, "NOT_FOUND")


# -- what the house tells ------------------------------------------------------------------------


def told_house() -> Booking:
    hotel = HotelFactory(
        wifi_name="Guests", wifi_password="lakes-and-fells", house_notes="Breakfast from 7."
    )
    room = RoomFactory(hotel=hotel, notes="The left tap is the warm one.", occupied=True)
    booking: Booking = BookingFactory(hotel=hotel, in_house=True, assigned_room=room)
    return booking


@pytest.mark.django_db
def test_the_house_tells_its_network_and_its_notes(client: APIClient) -> None:
    stay = read(client, mint_stay_token(told_house()))

    assert stay["wifi"] == {"name": "Guests", "password": "lakes-and-fells"}
    assert stay["house_notes"] == "Breakfast from 7."
    assert stay["room_notes"] == "The left tap is the warm one."


@pytest.mark.django_db
def test_a_house_that_says_nothing_shows_nothing(client: APIClient) -> None:
    stay = read(client, mint_stay_token(BookingFactory(in_house=True)))

    assert (stay["wifi"], stay["house_notes"], stay["room_notes"]) == (None, None, None)


@pytest.mark.django_db
def test_an_open_network_has_no_password(client: APIClient) -> None:
    booking = BookingFactory(in_house=True, hotel=HotelFactory(wifi_name="Open"))

    assert read(client, mint_stay_token(booking))["wifi"] == {"name": "Open", "password": None}


@pytest.mark.django_db
def test_who_has_left_is_told_nothing_more(client: APIClient) -> None:
    booking = told_house()
    token = mint_stay_token(booking)

    with time_machine.travel(stay_window(booking).ends_at, tick=False):
        stay = read(client, token)

    assert stay["status"] == "CHECKED_OUT"
    assert (stay["wifi"], stay["house_notes"], stay["room_notes"]) == (None, None, None)


@pytest.mark.django_db
def test_the_network_s_password_lies_encrypted_in_the_database() -> None:
    booking = told_house()

    with connection.cursor() as cursor:
        cursor.execute("SELECT wifi_password FROM bookings_hotel WHERE id = %s", [booking.hotel_id])
        stored = cursor.fetchone()[0]

    assert stored
    assert "lakes" not in stored


@pytest.mark.django_db
def test_both_doors_tell_the_same(client: APIClient) -> None:
    token = mint_stay_token(told_house())
    query = f'{{ stay(token: "{token}") {{ wifi {{ name password }} houseNotes roomNotes }} }}'

    told = client.post("/graphql/", {"query": query}, format="json").json()["data"]["stay"]
    stay = read(client, token)

    assert told["wifi"] == stay["wifi"]
    assert set(stay["wifi"]) == graphql_names("Wifi")
    assert (told["houseNotes"], told["roomNotes"]) == (stay["house_notes"], stay["room_notes"])


@pytest.mark.django_db
def test_early_and_late_hours_are_the_stay_s_own(client: APIClient) -> None:
    booking = BookingFactory(early_check_in_time=time(9, 30), late_check_out_time=time(16))

    stay = read(client, mint_stay_token(booking))

    assert stay["check_in_at"].startswith(f"{booking.check_in_date}T09:30:00")
    assert stay["check_out_at"].startswith(f"{booking.check_out_date}T16:00:00")


# -- what is written down ------------------------------------------------------------------------


def reveals() -> list[AccessHistory]:
    return list(AccessHistory.objects.filter(event="revealed"))


@pytest.mark.django_db
def test_showing_codes_is_written_down_once_an_hour(client: APIClient) -> None:
    booking = BookingFactory(in_house=True)
    grant = with_codes(booking)
    token = mint_stay_token(booking)

    for _ in range(3):
        read(client, token)
    assert [(line.grant, line.actor) for line in reveals()] == [(grant, "guest")]

    with time_machine.travel(timezone.now() + NOTED_EVERY, tick=False):
        for _ in range(3):
            read(client, token)
    assert len(reveals()) == 2


@pytest.mark.django_db
def test_another_pin_is_another_showing(client: APIClient) -> None:
    booking = BookingFactory(in_house=True)
    first = with_codes(booking)
    read(client, mint_stay_token(booking))
    AccessGrant.objects.filter(pk=first.pk).update(state="ENDED")
    AccessCode.objects.update(state=CodeState.REMOVING)

    second = with_codes(booking)
    read(client, mint_stay_token(booking))

    assert [line.grant for line in reveals()] == [first, second]


@pytest.mark.django_db
def test_a_stay_that_shows_no_digits_reveals_nothing(client: APIClient) -> None:
    waiting = BookingFactory(in_house=True)
    AccessCodeFactory(grant=AccessGrantFactory(holder=waiting.lock_holder))
    over = BookingFactory(checked_out=True)
    with_codes(over)

    for booking in (waiting, over, BookingFactory(in_house=True)):
        read(client, mint_stay_token(booking))

    assert reveals() == []


@pytest.mark.django_db
def test_graphql_is_written_down_as_well(client: APIClient) -> None:
    booking = BookingFactory(in_house=True)
    with_codes(booking)
    query = f'{{ stay(token: "{mint_stay_token(booking)}") {{ pin }} }}'

    client.post("/graphql/", {"query": query}, format="json")

    assert len(reveals()) == 1


@pytest.mark.django_db
def test_once_written_down_a_showing_costs_no_query_more(
    client: APIClient, django_assert_num_queries: Any, queries_of: Any
) -> None:
    booking = BookingFactory(in_house=True)
    token = mint_stay_token(booking)
    AccessCodeFactory(grant=AccessGrantFactory(holder=booking.lock_holder))
    without = queries_of(lambda: read(client, token))
    AccessCode.objects.all().delete()
    AccessCodeFactory(grant=AccessGrant.objects.get(), on_the_lock=True)
    read(client, token)

    with django_assert_num_queries(without):
        read(client, token)


@pytest.mark.django_db(transaction=True)
def test_of_readers_at_once_one_writes_the_line() -> None:
    booking = BookingFactory(in_house=True)
    with_codes(booking)
    found = Booking.objects.select_related("hotel", "assigned_room").get()

    pages = at_once(*[lambda: open_stay_page(found)] * 4)

    assert all(page.stay.shows_codes for page in pages)
    assert len(reveals()) == 1
