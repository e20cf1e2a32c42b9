"""Who is let into the back office, how often somebody may try, and what each role finds there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.bookings.models import Booking
from apps.staff.login_rates import WRONG_FROM_ADDRESS
from apps.staff.roles import Role
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.office import at_the_desk
from tests.factories.staff import PASSWORD, UserFactory, works_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]
LOGIN = "/admin/login/"


def log_in(client: Client, username: str, password: str = PASSWORD) -> bool:
    client.post(LOGIN, {"username": username, "password": password})
    return "_auth_user_id" in client.session


def test_staff_who_work_somewhere_are_let_in(client: Client) -> None:
    user = works_at(HotelFactory())
    user.is_staff = True
    user.set_password(PASSWORD)
    user.save()
    assert log_in(client, user.username)
    page = client.get("/admin/")
    assert page.status_code == 200
    # Without it browsers would send "Origin: null", and every form would be refused.
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_others_are_not(client: Client) -> None:
    guest_like = UserFactory(with_password=True)
    nowhere = UserFactory(with_password=True, is_staff=True)
    assert not log_in(client, guest_like.username)
    log_in(client, nowhere.username)
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/bookings/booking/").status_code == 302


def test_who_guesses_is_kept_waiting_even_with_the_right_password(client: Client) -> None:
    user = UserFactory(with_password=True, is_staff=True, is_superuser=True)
    for _ in range(WRONG_FROM_ADDRESS.count):
        assert not log_in(client, user.username, "wrong")
    answer = client.post(LOGIN, {"username": user.username, "password": PASSWORD})
    assert "Too many tries" in answer.content.decode()
    assert "_auth_user_id" not in client.session


SUBJECTS = {
    Role.HOUSEKEEPING: {"bookings_room": 200, "bookings_booking": 403, "auth_user": 403},
    Role.FRONT_DESK: {"bookings_room": 200, "bookings_booking": 200, "auth_user": 403},
    Role.MANAGER: {"bookings_room": 200, "bookings_booking": 200, "auth_user": 200},
}


@pytest.mark.parametrize("role", Role)
def test_a_role_finds_its_own_subjects(role: Role) -> None:
    desk = at_the_desk(HotelFactory(), role)
    for subject, status in SUBJECTS[role].items():
        address = reverse(f"admin:{subject}_changelist")
        assert desk.get(address).status_code == status, subject
        assert (f'href="{address}"' in desk.get("/admin/").content.decode()) == (status == 200)


def test_what_a_role_may_not_do_has_no_button_and_no_page() -> None:
    booking: Booking = BookingFactory(over=True)
    desk = at_the_desk(booking.hotel, Role.FRONT_DESK)
    page = desk.get(reverse("admin:bookings_booking_change", args=[booking.pk]))
    assert "Resend the stay link" in page.content.decode()
    assert "Erase guests" not in page.content.decode()
    erase = reverse("admin:bookings_booking_deed", args=[booking.pk, "erase"])
    assert desk.get(erase).status_code == 403
    assert desk.post(erase).status_code == 403
    assert desk.get(reverse("admin:bookings_booking_export")).status_code == 403
    assert at_the_desk(booking.hotel).get(erase).status_code == 200
