"""From the log to the receiver: nothing committed is missed, nothing rolled back is sent."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook

from apps.bookings.models import Hotel
from apps.bookings.services.checkout import checkout_booking
from apps.common.events import record_event
from apps.common.jobs import LEASE, claim
from apps.common.models import Alert
from apps.partners.models import (
    DeliveryState,
    DisabledBecause,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookSource,
    WebhookTry,
)
from apps.partners.services import webhook_line
from apps.partners.services.keys import revoke_key
from apps.partners.services.webhook_outcomes import (
    DISABLED,
    DISABLED_AFTER,
    DOWN_AFTER,
    FAILING,
    note_outcome,
)
from apps.partners.webhook_selectors import with_work
from apps.partners.webhooks.event_types import EVENT_TYPES, TYPE_OF_NEWS
from apps.partners.webhooks.schedule import MOST_TRIES, PAUSES
from apps.partners.webhooks.sending import Answer, Problem
from tests.background import at_once, run_due_jobs
from tests.factories.bookings import BookingFactory, HotelFactory
from tests.factories.webhooks import endpoint_at, fresh, happen
from tests.partners.receiver import Receiver, Reply

pytestmark = pytest.mark.django_db

START = datetime.fromisoformat("2035-06-01T12:00:00+00:00")  # after whatever a test sets up


def numbers(receiver: Receiver) -> list[int]:
    """The sequences that arrived, in the order of their arrival."""
    return [json.loads(heard.body)["data"]["sequence"] for heard in receiver.heard]


def news(hotel: Hotel, count: int = 1, *, room: str = "101") -> None:
    for _ in range(count):
        happen(hotel, "room-status-changed", room_number=room)


def refusing(status: int = 500) -> Any:
    return lambda _heard: Reply(status=status)


def test_a_check_out_is_told_signed_and_without_names(receiver: Receiver) -> None:
    booking = BookingFactory(in_house=True, on_file=True)
    issued = endpoint_at(receiver.url(), booking.hotel, types=["booking.checked_out"])
    checkout_booking(booking=booking, performed_by="desk", source="staff_checkout_endpoint")
    run_due_jobs()
    (heard,) = receiver.heard
    body = Webhook(issued.secret).verify(heard.body, dict(heard.headers))
    assert set(body) == {"type", "timestamp", "data"}
    assert body["type"] == "booking.checked_out"
    assert body["data"] == {
        "hotel_slug": booking.hotel.slug,
        "sequence": body["data"]["sequence"],
        "booking_reference": booking.booking_reference,
        "booking_id": booking.booking_id,
        "room_number": int(booking.assigned_room.number),
        "status": "COMPLETED",
    }
    for secret in (booking.contact_name, booking.contact_phone, booking.contact_email, "desk"):
        assert secret not in heard.body


def test_every_type_is_made_from_its_news_with_its_own_keys_alone(receiver: Receiver) -> None:
    hotel = HotelFactory()
    endpoint_at(receiver.url(), hotel)
    for name in TYPE_OF_NEWS:
        happen(hotel, name, performed_by="Mary", note="said Mary", booking_id="BK-1")
    happen(hotel, "message-received", booking_id="BK-1", sender="GUEST")
    run_due_jobs()
    bodies = [json.loads(heard.body) for heard in receiver.heard]
    assert [body["type"] for body in bodies] == [kind.name for kind in TYPE_OF_NEWS.values()]
    assert {body["type"] for body in bodies} == set(EVENT_TYPES)
    assert not any("Mary" in heard.body for heard in receiver.heard)


def test_setting_up_sends_nothing_not_even_what_was(receiver: Receiver) -> None:
    hotel = HotelFactory()
    news(hotel)
    endpoint_at(receiver.url(), hotel)
    run_due_jobs()
    assert receiver.heard == []


def test_only_chosen_types_of_the_own_hotels_are_sent(receiver: Receiver) -> None:
    hotel, foreign = HotelFactory(), HotelFactory()
    endpoint_at(receiver.url(), hotel, types=["booking.updated"])
    happen(hotel, "room-status-changed", room_number="101")
    happen(foreign, "booking-updated", booking_id="BK-1")
    happen(hotel, "booking-moved", booking_id="BK-2")
    run_due_jobs()
    assert [json.loads(heard.body)["data"]["booking_id"] for heard in receiver.heard] == ["BK-2"]


def test_what_is_rolled_back_is_never_sent(receiver: Receiver) -> None:
    hotel = HotelFactory()
    endpoint_at(receiver.url(), hotel)
    with transaction.atomic():
        record_event(hotel.event_stream, "room-status-changed", {"room_number": 101})
        transaction.set_rollback(True)
    news(hotel)
    run_due_jobs()
    assert len(receiver.heard) == 1


def test_a_webhook_costs_whoever_makes_news_no_query(queries_of: Any, receiver: Receiver) -> None:
    hotel = HotelFactory()
    news(hotel)
    without = queries_of(lambda: news(hotel))
    endpoint_at(receiver.url(), hotel)
    assert queries_of(lambda: news(hotel)) == without


def test_deliveries_arrive_in_the_order_of_the_log(receiver: Receiver) -> None:
    hotel = HotelFactory()
    endpoint_at(receiver.url(), hotel)
    news(hotel, webhook_line.FETCHED_AT_ONCE + 5)
    run_due_jobs()
    assert numbers(receiver) == sorted(numbers(receiver))
    assert len(receiver.heard) == webhook_line.FETCHED_AT_ONCE + 5
    assert not WebhookDelivery.objects.exclude(state=DeliveryState.DELIVERED).exists()


def test_a_failure_holds_back_its_own_thing_alone_and_not_for_long(receiver: Receiver) -> None:
    hotel = HotelFactory()
    endpoint_at(receiver.url(), hotel)
    receiver.replies = lambda heard: Reply(status=500 if '"room_number":"1"' in heard.body else 200)
    with time_machine.travel(START, tick=False) as clock:
        news(hotel, room="1")
        news(hotel, room="1")
        news(hotel, room="2")
        run_due_jobs()
        assert numbers(receiver) == [1, 3], "another room goes on; the same one waits"
        clock.shift(PAUSES[0] * 1.2)
        run_due_jobs()
        assert numbers(receiver) == [1, 3, 1]
        clock.shift(PAUSES[1] * 1.2)
        run_due_jobs()
        assert numbers(receiver) == [1, 3, 1, 1, 2], "after its quick retries it holds nothing back"


def test_tries_follow_the_schedule_to_the_end_and_staff_are_told(receiver: Receiver) -> None:
    hotel = HotelFactory()
    endpoint_at(receiver.url(), hotel)
    receiver.replies = refusing()
    with time_machine.travel(START, tick=False) as clock:
        news(hotel)
        run_due_jobs()
        for tries, pause in enumerate(PAUSES, start=1):
            delivery = WebhookDelivery.objects.get()
            assert delivery.tries == tries
            assert pause * 0.9 <= delivery.due_at - timezone.now() <= pause * 1.2
            clock.shift(pause * 0.8)
            run_due_jobs()
            assert len(receiver.heard) == tries, "not before its time"
            clock.shift(pause * 0.4)
            run_due_jobs()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries) == (DeliveryState.FAILED, MOST_TRIES)
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1
    assert Alert.objects.filter(kind=FAILING, scope=hotel.alert_scope, closed_at=None).exists()


def test_a_receiver_that_is_back_gets_what_stepped_aside_at_once(receiver: Receiver) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    receiver.replies = refusing(503)
    with time_machine.travel(START, tick=False) as clock:
        for room in range(DOWN_AFTER):
            news(hotel, room=str(room))
        run_due_jobs()
        assert fresh(issued.endpoint).failures == DOWN_AFTER
        receiver.heard.clear()
        receiver.replies = refusing(200)
        news(hotel, room="new")
        run_due_jobs()
    assert sorted(numbers(receiver)) == list(range(1, DOWN_AFTER + 2))
    assert fresh(issued.endpoint).failing_since is None
    del clock


def test_an_endpoint_that_fails_for_days_is_disabled_and_goes_on_when_enabled(
    receiver: Receiver,
) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    receiver.replies = refusing()
    with time_machine.travel(START, tick=False) as clock:
        for room in range(DOWN_AFTER):
            news(hotel, room=str(room))
        run_due_jobs()
        clock.shift(DISABLED_AFTER)
        news(hotel, room="last")
        run_due_jobs()
        assert fresh(issued.endpoint).disabled_because == DisabledBecause.FAILING
        assert Alert.objects.filter(kind=DISABLED, closed_at=None).count() == 1
        tried = len(receiver.heard)
        clock.shift(timedelta(days=1))
        news(hotel, room="meanwhile")
        run_due_jobs()
        assert len(receiver.heard) == tried, "nothing is sent to a disabled endpoint"
        receiver.replies = refusing(200)
        receiver.heard.clear()
        WebhookEndpoint.objects.update(disabled_because="", failures=0, failing_since=None)
        run_due_jobs()
    assert DOWN_AFTER + 2 in numbers(receiver), "what happened meanwhile is in the log"


def test_a_receiver_that_says_it_is_gone_is_believed(receiver: Receiver) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    receiver.replies = refusing(410)
    news(hotel, 3)
    run_due_jobs()
    assert fresh(issued.endpoint).disabled_because == DisabledBecause.GONE
    assert len(receiver.heard) == 1


def test_a_partner_whose_keys_have_ended_hears_nothing_more(receiver: Receiver) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    news(hotel)
    for key in issued.endpoint.partner.keys.all():
        revoke_key(prefix=key.prefix, performed_by="tests")
    run_due_jobs()
    assert receiver.heard == []
    assert WebhookDelivery.objects.count() == 0


def test_a_slow_receiver_that_is_down_is_left_alone_for_a_while(receiver: Receiver) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    WebhookEndpoint.objects.update(failures=DOWN_AFTER)
    news(hotel)
    lease = claim(WebhookEndpoint, issued.endpoint.pk)
    assert lease is not None
    webhook_line._read_log(lease, WebhookSource.objects.get())
    slow = Answer(problem=Problem.TIMED_OUT, seconds=10)
    verdict = note_outcome(lease, WebhookDelivery.objects.get(), slow, at=timezone.now())
    assert verdict is not None
    assert verdict.paused_until is not None
    assert verdict.paused_until > timezone.now()


def test_a_worker_that_dies_between_sending_and_storing_sends_again_under_the_same_id(
    receiver: Receiver,
) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    with time_machine.travel(START, tick=False) as clock:
        news(hotel)
        dead = claim(WebhookEndpoint, issued.endpoint.pk)
        assert dead is not None
        webhook_line._read_log(dead, WebhookSource.objects.get())
        delivery = WebhookDelivery.objects.get()
        answer = webhook_line._try(dead.row, delivery, timezone.now())
        assert answer.problem is None
        run_due_jobs()
        assert len(receiver.heard) == 1, "the dead worker's lease still holds"
        clock.shift(LEASE)
        run_due_jobs()
        assert [heard.headers["webhook-id"] for heard in receiver.heard] == [
            delivery.message_id
        ] * 2
        # Had it only been slow, its result would come too late to be stored.
        assert note_outcome(dead, delivery, answer, at=timezone.now()) is None
    assert WebhookTry.objects.count() == 1


def test_the_log_is_read_once_whoever_reads_it(receiver: Receiver) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    news(hotel)
    late = claim(WebhookEndpoint, issued.endpoint.pk)
    assert late is not None
    stale = WebhookSource.objects.select_related("hotel", "stream").get()
    WebhookEndpoint.objects.update(leased_until=None)
    run_due_jobs()
    webhook_line._read_log(late, stale)
    assert WebhookDelivery.objects.count() == 1
    assert WebhookSource.objects.get().position == 1


def test_both_secrets_sign_during_a_change(receiver: Receiver) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    WebhookEndpoint.objects.update(
        previous_secret=WebhookEndpoint.objects.get().secret,
        previous_secret_until=timezone.now() + timedelta(hours=1),
    )
    news(hotel)
    run_due_jobs()
    (heard,) = receiver.heard
    assert len(heard.headers["webhook-signature"].split()) == 2
    Webhook(issued.secret).verify(heard.body, dict(heard.headers))


def test_an_endpoint_without_anything_to_do_is_not_worked_on(receiver: Receiver) -> None:
    hotel = HotelFactory()
    issued = endpoint_at(receiver.url(), hotel)
    happen(hotel, "booking-updated", booking_id="BK-1")
    run_due_jobs()
    fence = fresh(issued.endpoint).fence
    assert not with_work(WebhookEndpoint.objects.all()).exists()
    run_due_jobs()
    assert fresh(issued.endpoint).fence == fence


def test_an_address_that_is_not_allowed_any_more_is_not_called(
    receiver: Receiver, settings: Any
) -> None:
    hotel = HotelFactory()
    endpoint_at(receiver.url(), hotel)
    settings.WEBHOOK_ALLOW_PRIVATE = False
    news(hotel)
    run_due_jobs()
    assert receiver.heard == []
    assert WebhookTry.objects.get().problem == Problem.ADDRESS_REFUSED


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_delivery_once(receiver: Receiver) -> None:
    hotel = HotelFactory()
    endpoint_at(receiver.url(), hotel)
    news(hotel, 20)
    results = at_once(*[run_due_jobs] * 3)
    assert results == [None] * 3
    assert numbers(receiver) == list(range(1, 21))


def test_the_response_is_kept_masked(receiver: Receiver) -> None:
    hotel = HotelFactory()
    endpoint_at(receiver.url(), hotel)
    receiver.replies = lambda _: Reply(status=400, text="no such guest: mary@example.com")
    news(hotel)
    run_due_jobs()
    assert "mary@example.com" not in WebhookTry.objects.get().response
