"""Ordering from the menu, and bringing it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.bookings.models import Booking
from apps.bookings.services.stays import mint_stay_token
from apps.common.errors import Invalid, RateLimited
from apps.common.limits.rates import Rate
from apps.common.models import Event
from apps.concierge.errors import NotInHouse, OrderClosed, OrderNotFound, UnknownItem
from apps.concierge.models import MenuItem, RoomServiceOrder
from apps.concierge.services import orders
from apps.concierge.services.orders import WantedItem, place_order, set_order_status
from apps.concierge.states import OrderStatus
from apps.staff.selectors import identity_of
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.concierge import MenuItemFactory, RoomServiceOrderFactory
from tests.factories.staff import works_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_limits")]


@pytest.fixture
def booking() -> Booking:
    made: Booking = BookingFactory(in_house=True)
    return made


@pytest.fixture
def soup(booking: Booking) -> MenuItem:
    item: MenuItem = MenuItemFactory(hotel=booking.hotel, name="Soup")
    return item


def wish(item: MenuItem | Any, quantity: int = 1) -> WantedItem:
    return WantedItem(menu_item_id=str(getattr(item, "pk", item)), quantity=quantity)


def order(booking: Booking, *items: WantedItem, note: str | None = None) -> RoomServiceOrder:
    return place_order(token=mint_stay_token(booking), items=items, note=note)


def move(placed: RoomServiceOrder, status: OrderStatus) -> RoomServiceOrder:
    hotel = placed.booking.hotel
    identity = identity_of(works_at(hotel))
    return set_order_status(hotel=hotel, order_id=str(placed.pk), status=status, identity=identity)


def test_an_order_keeps_the_names_and_prices_of_its_day(booking: Booking, soup: MenuItem) -> None:
    placed = order(booking, wish(soup, 2), note=" No onions. ")
    soup.name, soup.price = "Broth", Decimal("9.00")
    soup.save()

    found = RoomServiceOrder.objects.get()
    (line,) = found.lines.all()
    assert (line.name, line.price, line.quantity) == ("Soup", Decimal("7.50"), 2)
    assert (found.total, found.currency) == (Decimal("15.00"), "EUR")
    assert (found.number, found.status, found.note) == (1, OrderStatus.PLACED, "No onions.")
    assert order(booking, wish(soup)).number == placed.number + 1


def test_an_item_that_is_deleted_stays_in_the_orders_that_had_it(
    booking: Booking, soup: MenuItem
) -> None:
    order(booking, wish(soup))
    soup.delete()

    assert [line.name for line in RoomServiceOrder.objects.get().lines.all()] == ["Soup"]


def test_the_same_item_twice_is_one_line(booking: Booking, soup: MenuItem) -> None:
    placed = order(booking, wish(soup, 2), wish(soup, 3))

    assert [line.quantity for line in placed.lines.all()] == [5]


@pytest.mark.parametrize("trait", ["with_room", "checked_out"])
def test_only_guests_in_house_are_served(trait: str) -> None:
    booking = BookingFactory(**{trait: True})

    with pytest.raises(NotInHouse):
        order(booking, wish(MenuItemFactory(hotel=booking.hotel)))


def test_what_is_not_on_the_menu_can_t_be_ordered(booking: Booking, soup: MenuItem) -> None:
    sold_out = MenuItemFactory(hotel=booking.hotel, is_available=False)
    elsewhere = MenuItemFactory()

    for item in (sold_out, elsewhere, "0", "", "-1", "soup", "\x00", "²", "9" * 5000):
        with pytest.raises(UnknownItem) as refused:
            order(booking, wish(soup), wish(item))
        assert (refused.value.code, refused.value.field) == ("VALIDATION_ERROR", "items")
    assert not RoomServiceOrder.objects.exists()


@pytest.mark.parametrize("quantity", [0, -1, 21, 10**30])
def test_nobody_orders_none_or_too_many(booking: Booking, soup: MenuItem, quantity: int) -> None:
    with pytest.raises(Invalid) as refused:
        order(booking, wish(soup, quantity))
    assert refused.value.field == "items"


def test_a_quantity_can_t_be_split_to_pass_its_limit(booking: Booking, soup: MenuItem) -> None:
    with pytest.raises(Invalid):
        order(booking, wish(soup, 20), wish(soup, 1))


@pytest.mark.parametrize("lines", [0, 31])
def test_an_order_has_1_to_30_lines(booking: Booking, soup: MenuItem, lines: int) -> None:
    with pytest.raises(Invalid) as refused:
        order(booking, *[wish(soup)] * lines)
    assert refused.value.field == "items"


def test_one_order_is_paid_in_one_currency(booking: Booking, soup: MenuItem) -> None:
    with pytest.raises(Invalid):
        order(booking, wish(soup), wish(MenuItemFactory(hotel=booking.hotel, currency="GBP")))


def test_orders_are_limited_for_each_stay(
    booking: Booking, soup: MenuItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "FROM_GUEST", Rate(1, 3_611))
    order(booking, wish(soup))

    with pytest.raises(RateLimited):
        order(booking, wish(soup))


# -- bringing it ----------------------------------------------------------------------------------


def test_an_order_is_accepted_and_delivered_and_the_log_hears_of_it() -> None:
    placed = RoomServiceOrderFactory()

    move(placed, OrderStatus.ACCEPTED)
    done = move(placed, OrderStatus.DELIVERED)

    assert done.status == OrderStatus.DELIVERED
    assert done.changed_by.startswith("staff:")
    told = [event.data for event in Event.objects.order_by("number")]
    assert [(data["old_status"], data["new_status"]) for data in told] == [
        ("PLACED", "ACCEPTED"),
        ("ACCEPTED", "DELIVERED"),
    ]


def test_moving_an_order_to_where_it_is_changes_and_tells_nothing() -> None:
    placed = RoomServiceOrderFactory(status=OrderStatus.DELIVERED)

    assert move(placed, OrderStatus.DELIVERED).changed_at == placed.changed_at
    assert not Event.objects.exists()


def test_an_order_that_is_done_changes_no_more() -> None:
    placed = RoomServiceOrderFactory(status=OrderStatus.DELIVERED)

    with pytest.raises(OrderClosed):
        move(placed, OrderStatus.CANCELLED)
    placed.refresh_from_db()
    assert placed.status == OrderStatus.DELIVERED


@pytest.mark.parametrize("name", ["foreign", "0", "", "-1", "soup", "\x00", "²", "9" * 5000])
def test_an_order_of_another_hotel_reads_like_one_that_does_not_exist(name: str) -> None:
    placed = RoomServiceOrderFactory()
    other = HotelFactory()

    with pytest.raises(OrderNotFound):
        set_order_status(
            hotel=other,
            order_id=str(placed.pk) if name == "foreign" else name,
            status=OrderStatus.ACCEPTED,
            identity=identity_of(works_at(other)),
        )
