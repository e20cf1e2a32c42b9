"""Choosing the best seats, and choices that would leave somebody a seat alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.common.errors import Invalid
from apps.seating import errors
from apps.seating.models import SeatingEvent, SeatOrder
from apps.seating.picking import Wish
from apps.seating.services.best import BestChoice, select_best_seats
from apps.seating.services.payments import submit_payment_proof
from apps.seating.suggestions import suggest_seats
from tests.conftest import AskGraphQL
from tests.factories.seating import (
    HOLDER,
    SeatingEventFactory,
    choose,
    choose_instead,
    picture,
    statuses,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> SeatingEvent:
    """Two rows of six."""
    made: SeatingEvent = SeatingEventFactory(seats=12)
    return made


@pytest.fixture
def fair() -> SeatingEvent:
    """The same, and nobody is left a seat alone."""
    made: SeatingEvent = SeatingEventFactory(seats=12, refuses_single_gaps=True)
    return made


def best(event: SeatingEvent, quantity: int, **more: Any) -> list[str]:
    return suggest_seats(event, Wish(quantity=quantity, **more)).labels


def sell(event: SeatingEvent, *labels: str) -> None:
    submit_payment_proof(order_token=choose(event, *labels).token, file=picture())


def test_the_best_move_on_as_seats_are_sold(event: SeatingEvent) -> None:
    assert best(event, 2) == ["A-3", "A-4"]
    sell(event, "A-3", "A-4")
    assert best(event, 2) == ["A-1", "A-2"]
    sell(event, "A-1", "A-2")
    event.seats.filter(label="A-6").update(is_blocked=True, blocked_reason="Camera")
    assert best(event, 2) == ["B-3", "B-4"]


def test_a_focal_point_is_what_the_best_are_near(event: SeatingEvent) -> None:
    event.focal_x, event.focal_y = 5.0, 1.0
    assert best(event, 2) == ["B-5", "B-6"]


def test_chosen_at_once(event: SeatingEvent) -> None:
    wish = Wish(quantity=3)
    opened = select_best_seats(BestChoice(event_slug=event.slug, wish=wish, holder=HOLDER))

    chosen = [row.seat.label for row in opened.order.allocations.all()]
    assert chosen == ["A-1", "A-2", "A-3"]  # in the very middle they would leave one alone
    assert opened.order.holder_name == "Nora Quinn"


def test_what_is_held_is_the_pick_and_another_pick_may_keep_it() -> None:
    event = SeatingEventFactory(seats=12, exclusive=True)
    wish = Wish(quantity=2)
    opened = select_best_seats(BestChoice(event_slug=event.slug, wish=wish))
    held = [label for label, status in statuses(event).items() if status == "HELD"]
    assert held == ["A-3", "A-4"]

    again = BestChoice(event_slug=event.slug, wish=wish, order_token=opened.token)
    assert [s.seat.label for s in select_best_seats(again).order.allocations.all()] == held


def test_none_together(event: SeatingEvent) -> None:
    with pytest.raises(errors.NoneTogether) as refusal:
        select_best_seats(BestChoice(event_slug=event.slug, wish=Wish(quantity=7)))
    assert refusal.value.code == "SEATS_TAKEN"
    assert not SeatOrder.objects.exists()


@pytest.mark.parametrize(
    ("wish", "refusal", "field"),
    [
        (Wish(quantity=0), Invalid, "quantity"),
        (Wish(quantity=-1), Invalid, "quantity"),
        (Wish(quantity=11), errors.TooManySeats, "quantity"),
        (Wish(quantity=2, accessible=3), Invalid, "accessible"),
        (Wish(quantity=2, accessible=-1), Invalid, "accessible"),
    ],
)
def test_impossible_wishes(
    event: SeatingEvent, wish: Wish, refusal: type[Invalid], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        suggest_seats(event, wish)
    assert refused.value.field == field


# -- fair choices ----------------------------------------------------------------------------------


def test_any_choice_is_allowed_unless_the_event_minds(event: SeatingEvent) -> None:
    assert not choose(event, "A-2").order.is_gap_waived


def test_a_choice_that_leaves_a_seat_alone_is_refused(fair: SeatingEvent) -> None:
    with pytest.raises(errors.LeavesSingleSeats, match="A-1 stays alone"):
        choose(fair, "A-2", "A-3")
    assert not choose(fair, "A-1", "A-2").order.is_gap_waived


def test_the_rule_is_waived_and_marked_where_no_choice_keeps_it() -> None:
    three = SeatingEventFactory(seats=3, refuses_single_gaps=True)
    assert choose(three, "A-1", "A-2").order.is_gap_waived


def test_choosing_others_is_judged_without_ones_own_hold() -> None:
    event = SeatingEventFactory(seats=6, exclusive=True, refuses_single_gaps=True)
    opened = choose(event, "A-1", "A-2", "A-3")
    assert choose_instead(opened, "A-3", "A-4").order.is_gap_waived is False
    with pytest.raises(errors.LeavesSingleSeats):
        choose_instead(opened, "A-2", "A-3")


def test_a_companion_goes_only_with_a_wheelchair_beside(event: SeatingEvent) -> None:
    event.seats.filter(label="A-2").update(is_accessible=True)
    event.seats.filter(label__in=["A-3", "B-3"]).update(is_companion=True)

    for labels in (["A-3"], ["A-2", "B-3"], ["A-4", "A-3"]):
        with pytest.raises(errors.CompanionAlone):
            choose(event, *labels)
    choose(event, "A-2", "A-3")
    assert best(event, 2, accessible=1) == ["A-2", "A-3"]
    assert best(event, 2) == ["B-1", "B-2"]


# -- the doors -------------------------------------------------------------------------------------


def test_over_graphql(gql: AskGraphQL, event: SeatingEvent) -> None:
    query = """query($slug: String!, $n: Int!) {
      bestAvailableSeats(eventSlug: $slug, quantity: $n) { id label status price }
      seatSuggestion(eventSlug: $slug, quantity: $n) { seats { label } isGapWaived } }"""
    data = gql(query, slug=event.slug, n=2)["data"]
    assert [seat["label"] for seat in data["bestAvailableSeats"]] == ["A-3", "A-4"]
    assert data["bestAvailableSeats"][0]["status"] == "AVAILABLE"
    assert data["seatSuggestion"]["isGapWaived"] is False
    assert gql(query, slug=event.slug, n=7)["data"]["bestAvailableSeats"] == []
    refused = gql(query, slug=event.slug, n=500)["errors"][0]["extensions"]
    assert (refused["code"], refused["field"]) == ("TOO_MANY_SEATS", "quantity")

    mutation = """mutation($input: SelectBestSeatsInput!) { selectBestSeats(input: $input) {
      __typename ... on SeatOrder { seats { label } isGapWaived } ... on Problem { code } } }"""
    chosen = gql(mutation, input={"eventSlug": event.slug, "quantity": 2})["data"]
    assert [seat["label"] for seat in chosen["selectBestSeats"]["seats"]] == ["A-3", "A-4"]
    none = gql(mutation, input={"eventSlug": event.slug, "quantity": 7})["data"]
    assert none["selectBestSeats"]["code"] == "SEATS_TAKEN"


def test_over_rest(client: Client, event: SeatingEvent) -> None:
    address = f"/api/seating/events/{event.slug}"
    found = client.get(f"{address}/best-available/", {"quantity": 2}).json()
    assert [seat["label"] for seat in found["seats"]] == ["A-3", "A-4"]
    assert found["is_gap_waived"] is False
    for wrong in ({}, {"quantity": "x"}, {"quantity": 0}):
        refused = client.get(f"{address}/best-available/", wrong)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "VALIDATION_ERROR")

    made = client.post(f"{address}/orders/best/", {"quantity": 2}, content_type="application/json")
    assert made.status_code == 201
    assert [seat["label"] for seat in made.json()["order"]["seats"]] == ["A-3", "A-4"]
