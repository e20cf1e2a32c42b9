"""The waiting list: who is offered what, when, and what becomes of an offer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.common.errors import Invalid
from apps.seating import errors
from apps.seating.changes import current_version
from apps.seating.models import SeatAllocation, SeatingEvent, WaitingListEntry
from apps.seating.selectors import OpenOrder, get_open_order
from apps.seating.services.holders import Holder
from apps.seating.services.orders import release_seats
from apps.seating.services.payments import submit_payment_proof
from apps.seating.services.reviews import Review, reject_payment
from apps.seating.services.waiting import WaitingRequest, join_waiting_list
from apps.seating.states import WaitingStatus
from apps.seating.waiting_selectors import OpenEntry, get_open_entry
from tests.background import run_due_jobs
from tests.conftest import AskGraphQL
from tests.factories.seating import HOLDER, SeatingEventFactory, choose, picture, statuses

pytestmark = pytest.mark.django_db
ALL = [f"A-{n}" for n in range(1, 7)]


@pytest.fixture
def event() -> SeatingEvent:
    """A row of six."""
    made: SeatingEvent = SeatingEventFactory(seats=6, offer_minutes=20)
    return made


def sell(event: SeatingEvent, *labels: str) -> OpenOrder:
    return submit_payment_proof(order_token=choose(event, *labels).token, file=picture())


def reject(opened: OpenOrder) -> None:
    reject_payment(Review(order_pk=opened.order.pk, reviewed_by="staff:desk", reason="No money"))


def wait(event: SeatingEvent, quantity: int = 1, **more: Any) -> OpenEntry:
    request = {"event_slug": event.slug, "quantity": quantity, "holder": HOLDER, **more}
    return join_waiting_list(WaitingRequest(**request))


def again(opened: OpenEntry) -> OpenEntry:
    return get_open_entry(opened.token)


def offered(opened: OpenEntry) -> list[str]:
    order = get_open_order(again(opened).entry.offer_token).order
    return [row.seat.label for row in order.allocations.all()]


def test_a_freed_seat_is_held_for_whoever_waits(event: SeatingEvent) -> None:
    sold = sell(event, *ALL)
    entry = wait(event)
    assert entry.status == WaitingStatus.WAITING

    reject(sold)

    assert again(entry).status == WaitingStatus.OFFERED
    assert len(offered(entry)) == 1
    shown = list(statuses(event).values())
    assert (shown.count("HELD"), shown.count("AVAILABLE")) == (1, 5)
    with pytest.raises(errors.SeatsTaken):
        choose(event, *offered(entry))


def test_freeing_and_offering_are_one_change(event: SeatingEvent) -> None:
    sold = sell(event, "A-1")
    wait(event)
    sell(event, *ALL[1:])
    reject(sold)

    assert current_version(event.pk) == 3
    (told,) = event.changes.get(version=3).seats
    assert told[1:] == ["A-1", "HELD"]


def test_an_offer_is_paid_for_like_any_order(event: SeatingEvent) -> None:
    sold = sell(event, *ALL)
    entry = wait(event, 2)
    reject(sold)

    token = again(entry).entry.offer_token
    submit_payment_proof(order_token=token, file=picture(shade=9))

    assert again(entry).status == WaitingStatus.ACCEPTED
    assert list(statuses(event).values()).count("BOOKED") == 2
    assert get_open_order(token).order.holder_name == "Nora Quinn"


def test_first_come_first_asked_and_the_large_group_waits_on(event: SeatingEvent) -> None:
    first, rest = sell(event, "A-1"), sell(event, *ALL[1:])
    large, early, late = wait(event, 3), wait(event), wait(event)

    reject(first)

    assert [again(e).status for e in (large, early, late)] == ["WAITING", "OFFERED", "WAITING"]
    reject(rest)
    assert [again(e).status for e in (large, early, late)] == ["OFFERED", "OFFERED", "OFFERED"]
    assert set(offered(large)).isdisjoint(offered(late))


def test_what_is_offered_is_together_where_it_can_be(event: SeatingEvent) -> None:
    sell(event, "A-3")
    sold = [sell(event, label) for label in ("A-1", "A-5")]
    sell(event, "A-2", "A-4", "A-6")
    pair = wait(event, 2)
    reject(sold[0])
    assert again(pair).status == WaitingStatus.WAITING
    reject(sold[1])
    assert offered(pair) == ["A-1", "A-5"]  # nothing better is to be had


def test_a_category_that_is_waited_for(event: SeatingEvent) -> None:
    event.seats.filter(label="A-1").update(category="Box")
    box, rest = sell(event, "A-1"), sell(event, *ALL[1:])
    entry = wait(event, category="Box")
    reject(rest)
    assert again(entry).status == WaitingStatus.WAITING
    reject(box)
    assert offered(entry) == ["A-1"]


def test_places_for_wheelchairs_are_not_offered(event: SeatingEvent) -> None:
    event.seats.filter(label="A-1").update(is_accessible=True)
    sold = sell(event, *ALL)
    entry = wait(event, 6)
    reject(sold)
    assert again(entry).status == WaitingStatus.WAITING
    assert statuses(event)["A-1"] == "AVAILABLE"


def test_an_offer_that_passes_goes_to_the_next(event: SeatingEvent) -> None:
    sold = sell(event, *ALL)
    first, second = wait(event, 6), wait(event, 6)
    reject(sold)

    with time_machine.travel(timezone.now() + timedelta(minutes=21)):
        assert again(first).status == WaitingStatus.MISSED
        run_due_jobs()
        assert again(second).status == WaitingStatus.OFFERED
        assert not again(first).has_offer


def test_an_offer_given_up_goes_to_the_next(event: SeatingEvent) -> None:
    sold = sell(event, *ALL)
    first, second = wait(event, 6), wait(event, 6)
    reject(sold)
    release_seats(order_token=again(first).entry.offer_token)
    assert [again(e).status for e in (first, second)] == ["MISSED", "OFFERED"]


def test_a_lapsed_offer_stands_in_nobodys_way_without_a_worker(event: SeatingEvent) -> None:
    sold = sell(event, *ALL)
    wait(event, 6)
    reject(sold)

    with time_machine.travel(timezone.now() + timedelta(minutes=21)):
        sell(event, "A-1")
        assert statuses(event)["A-1"] == "BOOKED"
    assert SeatAllocation.objects.filter(status="HELD").count() == 0


def test_a_freed_hold_is_offered_too() -> None:
    event = SeatingEventFactory(seats=6, exclusive=True)
    held = choose(event, *ALL)
    entry = wait(event)
    release_seats(order_token=held.token)
    assert again(entry).status == WaitingStatus.OFFERED


def test_offers_stop_with_the_sales(event: SeatingEvent) -> None:
    sold = sell(event, *ALL)
    entry = wait(event)
    with time_machine.travel(event.starts_at + timedelta(minutes=1)):
        reject(sold)
        assert again(entry).status == WaitingStatus.CLOSED
        with pytest.raises(errors.EventClosed):
            wait(event)
    assert statuses(event)["A-1"] == "AVAILABLE"


def test_no_offer_outlives_the_sales(event: SeatingEvent) -> None:
    event.sales_close_at = timezone.now() + timedelta(minutes=5)
    event.save()
    sold = sell(event, *ALL)
    entry = wait(event)
    reject(sold)
    order = again(entry).entry.order
    assert order is not None
    assert order.expires_at == event.sales_close_at


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"quantity": 0}, Invalid),
        ({"quantity": 11}, errors.TooManySeats),
        ({"category": "Moon"}, Invalid),
        ({"holder": Holder(name="Nora Quinn")}, errors.HolderMissing),
        ({"holder": Holder(email="nora@example.com")}, errors.HolderMissing),
        ({"event_slug": "none"}, errors.EventNotFound),
    ],
)
def test_wrong_requests(
    event: SeatingEvent, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    request = {"event_slug": event.slug, "quantity": 1, "holder": HOLDER} | wrong
    with pytest.raises(refusal):
        join_waiting_list(WaitingRequest(**request))
    assert not WaitingListEntry.objects.exists()


def test_keys_are_not_kept_in_the_clear(event: SeatingEvent) -> None:
    sold = sell(event, *ALL)
    entry = wait(event)
    reject(sold)
    with connection.cursor() as cursor:
        cursor.execute("SELECT token_digest, offer_token FROM seating_waitinglistentry")
        row = cursor.fetchone()
    assert entry.token not in str(row)
    assert again(entry).entry.offer_token not in str(row)


# -- the doors -------------------------------------------------------------------------------------


def test_over_graphql(gql: AskGraphQL, event: SeatingEvent) -> None:
    join = """mutation($input: JoinWaitingListInput!) { joinWaitingList(input: $input) {
      __typename ... on WaitingListEntry { token status offer { orderToken } }
      ... on Problem { code field } } }"""
    read = """query($token: String!) { waitingListEntry(token: $token) {
      status quantity category offer { orderToken expiresAt } } }"""
    sold = sell(event, *ALL)
    who = {"eventSlug": event.slug, "quantity": 2, "holderName": "Nora Quinn"}
    refused = gql(join, input=who)["data"]["joinWaitingList"]
    assert (refused["code"], refused["field"]) == ("VALIDATION_ERROR", "holderEmail")

    joined = gql(join, input={**who, "holderEmail": "nora@example.com"})["data"]["joinWaitingList"]
    assert (joined["__typename"], joined["status"], joined["offer"]) == (
        "WaitingListEntry",
        "WAITING",
        None,
    )
    reject(sold)
    entry = gql(read, token=joined["token"])["data"]["waitingListEntry"]
    assert entry["status"] == "OFFERED"
    assert get_open_order(entry["offer"]["orderToken"]).order.status == "PENDING"
    assert gql(read, token="none")["data"]["waitingListEntry"] is None


def test_over_rest(client: Client, event: SeatingEvent) -> None:
    sold = sell(event, *ALL)
    body = {"quantity": 1, "holder_name": "Nora Quinn", "holder_phone": "020 913 0123"}
    made = client.post(
        f"/api/seating/events/{event.slug}/waiting-list/", body, content_type="application/json"
    )
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    entry = made.json()["entry"]
    assert (entry["status"], entry["offer"]) == ("WAITING", None)
    reject(sold)
    read = client.get(f"/api/seating/waiting-list/{entry['token']}/").json()["entry"]
    assert client.get(f"/api/seating/orders/{read['offer']['order_token']}/").status_code == 200
    assert client.get("/api/seating/waiting-list/none/").status_code == 404
