"""Each button besides those of bookings calls its service, and shows what the service refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import reverse
from knox.models import AuthToken

from apps.bookings.models import HousekeepingTask, Maintenance, Room, RoomStatusChange
from apps.bookings.services.turnover import open_task
from apps.bookings.states import RoomStatus, TaskStatus
from apps.concierge.states import OrderStatus as ServiceStatus
from apps.locks.models import LockAccount
from apps.seating.models import SeatOrder
from apps.seating.services.payments import submit_payment_proof
from apps.seating.states import OrderStatus, PaymentMark, SeatStatus
from apps.staff.models import Membership
from apps.staff.roles import Role
from apps.staff.services.logins import open_login
from tests.factories.bookings import HotelFactory, RoomFactory
from tests.factories.concierge import RoomServiceOrderFactory
from tests.factories.locks import LockFactory
from tests.factories.office import at_the_desk, of_the_platform
from tests.factories.seating import SeatingEventFactory, choose, picture, statuses
from tests.factories.staff import works_at

pytestmark = pytest.mark.django_db


def page_of(row: Model, deed: str) -> str:
    label = row._meta.label_lower.replace(".", "_")
    return reverse(f"admin:{label}_deed", args=[row.pk, deed])


def do(hotel: Any, row: Model, deed: str, **typed: Any) -> Any:
    answer = at_the_desk(hotel).post(page_of(row, deed), typed, follow=True)
    assert answer.status_code == 200
    row.refresh_from_db()
    return answer


def errors_of(answer: Any) -> str:
    return " ".join(
        str(error) for errors in answer.context["form"].errors.values() for error in errors
    )


# -- rooms ---------------------------------------------------------------------------------------


def test_a_room_is_cleaned_inspected_closed_and_opened_again() -> None:
    room = RoomFactory(dirty=True)
    for deed, typed, status in (
        ("start-cleaning", {}, RoomStatus.CLEANING_IN_PROGRESS),
        ("finish-cleaning", {"note": "new towels"}, RoomStatus.CLEANED_UNINSPECTED),
        ("pass-inspection", {}, RoomStatus.READY_FOR_GUEST),
        ("out-of-service", {"note": "no water"}, RoomStatus.OUT_OF_SERVICE),
        ("back-in-service", {"status": "CHECKOUT_DIRTY"}, RoomStatus.CHECKOUT_DIRTY),
    ):
        do(room.hotel, room, deed, **typed)
        assert room.status == status, deed
    changes = RoomStatusChange.objects.filter(room=room)
    assert changes.count() == 5
    assert {change.source for change in changes} == {"back_office"}
    trail = at_the_desk(room.hotel).get(reverse("admin:bookings_room_history", args=[room.pk]))
    assert "new towels" in trail.content.decode()


def test_a_room_that_is_not_inspected_is_ready_when_it_is_clean() -> None:
    room = RoomFactory(being_cleaned=True, hotel__inspects_rooms=False)
    do(room.hotel, room, "finish-cleaning")
    assert room.status == RoomStatus.READY_FOR_GUEST


def test_maintenance_is_planned_and_ended() -> None:
    room = RoomFactory()
    nights = {"starts_on": "2031-01-05", "ends_on": "2031-01-04"}
    typed = {"reason": "Paint", "return_status": "CHECKOUT_DIRTY"}
    assert errors_of(do(room.hotel, room, "plan-maintenance", **nights, **typed))
    nights["ends_on"] = "2031-01-07"
    do(room.hotel, room, "plan-maintenance", **nights, **typed)
    planned = Maintenance.objects.get(room=room)
    do(room.hotel, planned, "end")
    assert planned.closed_at is not None


def test_the_locks_of_a_room_are_chosen_from_the_hotel_s_own() -> None:
    room = RoomFactory(with_lock=True)
    other = LockFactory(account=room.hotel.lock_account)
    foreign = LockFactory()
    do(room.hotel, room, "choose-locks", locks=[other.pk])
    assert set(room.locks.all()) == {other}
    assert errors_of(do(room.hotel, room, "choose-locks", locks=[foreign.pk]))
    assert set(room.locks.all()) == {other}


@pytest.mark.parametrize(
    ("deed", "typed"),
    [
        ("start-cleaning", {}),
        ("finish-cleaning", {}),
        ("pass-inspection", {}),
        ("out-of-service", {"note": "x"}),
        ("back-in-service", {"status": "READY_FOR_GUEST"}),
    ],
)
def test_an_occupied_room_is_left_alone(deed: str, typed: dict[str, str]) -> None:
    room: Room = RoomFactory(occupied=True)
    assert "can't be set" in errors_of(do(room.hotel, room, deed, **typed))
    assert room.status == RoomStatus.OCCUPIED


def test_a_task_is_assigned_started_and_finished() -> None:
    room = RoomFactory(dirty=True)
    open_task(room, booking=None)
    task = HousekeepingTask.objects.get(room=room)
    do(room.hotel, task, "assign", assignee="Nuala")
    do(room.hotel, task, "start")
    do(room.hotel, task, "finish")
    assert (task.assignee, task.status) == ("Nuala", TaskStatus.DONE)
    assert "has ended" in errors_of(do(room.hotel, task, "cancel"))


# -- room service --------------------------------------------------------------------------------


def test_an_order_is_accepted_and_delivered() -> None:
    order = RoomServiceOrderFactory()
    hotel = order.booking.hotel
    assert "can't become" in errors_of(do(hotel, order, "deliver"))
    do(hotel, order, "accept")
    do(hotel, order, "deliver")
    assert order.status == ServiceStatus.DELIVERED
    assert errors_of(do(hotel, order, "cancel"))


# -- seats ---------------------------------------------------------------------------------------


def test_chosen_seats_are_blocked_by_a_page_that_says_what_will_happen() -> None:
    event = SeatingEventFactory(seats=6)
    desk = at_the_desk(event.hotel)
    chosen = list(event.seats.filter(label__in=["A-1", "A-2"]).values_list("pk", flat=True))
    action = {"action": "block_chosen", ACTION_CHECKBOX_NAME: chosen}
    answer = desk.post("/admin/seating/seat/", action)
    assert "A-1, A-2" in desk.get(answer.headers["Location"]).content.decode()
    assert statuses(event)["A-1"] == SeatStatus.AVAILABLE  # asking changes nothing
    do(event.hotel, event, "block-seats", labels="A-1, A-2", reason="Pillar")
    assert statuses(event)["A-1"] == SeatStatus.BLOCKED
    do(event.hotel, event, "unblock-seats", labels="A-1, A-2")
    assert statuses(event)["A-1"] == SeatStatus.AVAILABLE
    assert "Z-9" in errors_of(do(event.hotel, event, "block-seats", labels="Z-9", reason="x"))


def paid_order() -> SeatOrder:
    opened = choose(SeatingEventFactory(seats=6), "A-1", "A-2")
    return submit_payment_proof(order_token=opened.token, file=picture()).order


def test_a_payment_is_approved_with_its_picture_beside_it() -> None:
    order = paid_order()
    page = at_the_desk(order.event.hotel).get(page_of(order, "approve")).content.decode()
    proof = reverse("admin:seating_seatorder_proof", args=[order.pk, order.proofs.get().pk])
    assert f'<img src="{proof}"' in page
    do(order.event.hotel, order, "approve", version=order.version)
    assert order.status == OrderStatus.CONFIRMED


def test_a_payment_is_rejected_with_a_reason_and_its_seats_are_free() -> None:
    order = paid_order()
    assert errors_of(do(order.event.hotel, order, "reject", version=order.version))
    do(order.event.hotel, order, "reject", version=order.version, reason="Another account.")
    assert order.status == OrderStatus.REJECTED
    assert statuses(order.event)["A-1"] == SeatStatus.AVAILABLE


def test_a_page_that_is_out_of_date_decides_nothing() -> None:
    order = paid_order()
    seen = order.version
    do(order.event.hotel, order, "record-payment", version=seen, received_amount="10.00")
    assert order.mark == PaymentMark.UNDERPAID
    answer = do(order.event.hotel, order, "approve", version=seen)
    assert "changed since you saw it" in errors_of(answer)
    assert order.status == OrderStatus.AWAITING_REVIEW
    assert errors_of(do(order.event.hotel, order, "reopen", version=order.version))


def test_a_proof_can_be_framed_by_these_pages_alone_and_is_kept_nowhere() -> None:
    order = paid_order()
    proof = reverse("admin:seating_seatorder_proof", args=[order.pk, order.proofs.get().pk])
    answer = at_the_desk(order.event.hotel).get(proof)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert at_the_desk(order.event.hotel, Role.HOUSEKEEPING).get(proof).status_code == 404


# -- people --------------------------------------------------------------------------------------


def test_a_new_password_ends_every_login() -> None:
    user = works_at(HotelFactory())
    open_login(user)
    hotel = user.memberships.get().hotel
    assert errors_of(do(hotel, user, "set-password", password="short"))
    do(hotel, user, "set-password", password="a long enough one 77")
    assert user.check_password("a long enough one 77")
    assert not AuthToken.objects.filter(user=user).exists()
    open_login(user)
    do(hotel, user, "log-out")
    assert not AuthToken.objects.filter(user=user).exists()


def test_a_colleague_begins_at_the_manager_s_hotel_and_may_log_in_here() -> None:
    hotel = HotelFactory()
    typed = {
        "username": "nuala",
        "password": "a long enough one 77",
        "hotel": hotel.pk,
        "role": Role.HOUSEKEEPING,
    }
    answer = at_the_desk(hotel).post("/admin/auth/user/add/", typed)
    assert answer.status_code == 302
    member = Membership.objects.get(user__username="nuala")
    assert (member.hotel, member.role) == (hotel, Role.HOUSEKEEPING)
    assert member.user.is_staff
    assert not member.user.is_superuser


def test_whoever_works_elsewhere_too_is_not_a_manager_s_to_change() -> None:
    user = works_at(HotelFactory())
    hotel = user.memberships.get().hotel
    Membership.objects.create(user=user, hotel=HotelFactory(name="Zanzibar"), role=Role.MANAGER)
    desk = at_the_desk(hotel)
    people = desk.get("/admin/auth/user/").content.decode()
    assert user.username in people
    assert "Zanzibar" not in people  # where else somebody works is not told
    address = reverse("admin:auth_user_change", args=[user.pk])
    page = desk.get(address)
    assert page.status_code == 200
    assert "Zanzibar" not in page.content.decode()
    desk.post(address, {"username": "taken", "is_active": ""})
    assert (
        desk.post(page_of(user, "set-password"), {"password": "a long enough 77"}).status_code
        == 403
    )
    user.refresh_from_db()
    assert (user.username != "taken", user.is_active) == (True, True)


def test_nobody_makes_themselves_a_superuser() -> None:
    hotel = HotelFactory()
    desk = at_the_desk(hotel)
    manager = User.objects.get(memberships__hotel=hotel)
    typed = {
        "username": manager.username,
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
    }
    desk.post(reverse("admin:auth_user_change", args=[manager.pk]), typed)
    manager.refresh_from_db()
    assert not manager.is_superuser


# -- locks ---------------------------------------------------------------------------------------


def test_the_secrets_of_an_account_are_written_by_the_platform_and_shown_to_nobody() -> None:
    hotel = HotelFactory(with_locks=True)
    account = hotel.lock_account
    typed = {"client_id": "c", "username": "u", "client_secret": "hush", "password": ""}
    assert at_the_desk(hotel).post(page_of(account, "store-credentials"), typed).status_code == 403
    platform = of_the_platform()
    platform.post(page_of(account, "store-credentials"), typed)
    stored = LockAccount.objects.get(pk=account.pk)
    assert (stored.client_secret, stored.password) == ("hush", account.password)
    assert stored.due_at is not None
    page = platform.get(reverse("admin:locks_lockaccount_change", args=[account.pk]))
    assert "hush" not in page.content.decode()
    assert account.password not in page.content.decode()
