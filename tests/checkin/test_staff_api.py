"""The desk's doors around check-in: who comes in, what is shown, how refusals look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.bookings.models import Booking, Hotel
from apps.checkin.models import CheckInFlow
from apps.checkin.states import FlowStatus, Step
from apps.common.models import Event
from apps.common.notices.models import Notice
from apps.common.pagination import DEFAULT_SIZE, LARGEST_SIZE
from apps.staff.roles import Role
from tests.checkin.test_api import error_of, graphql_names
from tests.factories.bookings import BookingFactory, HotelFactory, RoomFactory
from tests.factories.checkin import DETAILS, CheckInAnalyticsFactory, CheckInFlowFactory
from tests.factories.staff import logged_in, works_at

pytestmark = pytest.mark.django_db

BOOKING_DOORS = ["check-in", "reissue-codes", "resend-link", "resume-check-in"]


@pytest.fixture
def hotel() -> Hotel:
    made: Hotel = HotelFactory()
    return made


@pytest.fixture
def desk(hotel: Hotel) -> APIClient:
    return logged_in(works_at(hotel))


def flows_url(hotel: Hotel) -> str:
    return f"/api/staff/hotels/{hotel.slug}/checkin-flows/"


def act(client: APIClient, hotel: Hotel, booking_id: str, door: str, **body: Any) -> Any:
    address = f"/api/staff/hotels/{hotel.slug}/room-bookings/{booking_id}/{door}/"
    return client.post(address, body, format="json")


def arriving(hotel: Hotel, **more: Any) -> Booking:
    booking: Booking = BookingFactory(hotel=hotel, arriving_today=True, with_room=True, **more)
    return booking


def flow_of(hotel: Hotel, **more: Any) -> CheckInFlow:
    flow: CheckInFlow = CheckInFlowFactory(booking=arriving(hotel), **more)
    return flow


# -- who comes in --------------------------------------------------------------------------------


@pytest.mark.parametrize("door", BOOKING_DOORS)
def test_strangers_housekeeping_and_the_staff_of_other_hotels_stay_outside(
    door: str, hotel: Hotel
) -> None:
    booking_id = flow_of(hotel, with_details=True).booking.booking_id
    callers = {
        (401, "NOT_AUTHENTICATED"): APIClient(),
        (403, "PERMISSION_DENIED"): logged_in(works_at(hotel, Role.HOUSEKEEPING)),
    }
    for (status, code), client in callers.items():
        answer = act(client, hotel, booking_id, door)
        assert (answer.status_code, error_of(answer)["code"]) == (status, code)
    foreign = act(logged_in(works_at(HotelFactory(), Role.MANAGER)), hotel, booking_id, door)
    assert (foreign.status_code, error_of(foreign)["code"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("door", BOOKING_DOORS)
@pytest.mark.parametrize("name", ["foreign", "no-such-booking", "%00", "x" * 3000])
def test_a_booking_of_another_hotel_reads_like_one_that_does_not_exist(
    door: str, name: str, hotel: Hotel, desk: APIClient
) -> None:
    other = flow_of(HotelFactory(), with_details=True).booking
    booking_id = other.booking_id if name == "foreign" else name

    answer = act(desk, hotel, booking_id, door)

    assert (answer.status_code, error_of(answer)["code"]) == (404, "BOOKING_NOT_FOUND")
    other.refresh_from_db()
    assert other.checked_in_at is None


def test_the_list_is_of_the_own_hotel_alone(hotel: Hotel, desk: APIClient) -> None:
    own = flow_of(hotel)
    flow_of(HotelFactory())

    shown = desk.get(flows_url(hotel)).json()["results"]

    assert [row["booking_id"] for row in shown] == [own.booking.booking_id]


def test_answers_with_guests_in_them_are_kept_nowhere(hotel: Hotel, desk: APIClient) -> None:
    booking_id = flow_of(hotel, with_details=True).booking.booking_id

    answers = [desk.get(flows_url(hotel)), act(desk, hotel, booking_id, "resume-check-in")]

    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


# -- the list of check-ins -----------------------------------------------------------------------


def test_the_desk_sees_how_far_each_guest_is(desk: APIClient, hotel: Hotel) -> None:
    flow = flow_of(hotel, with_details=True)

    body = desk.get(flows_url(hotel)).json()

    zone = hotel.zone
    assert body == {
        "next": None,
        "previous": None,
        "results": [
            {
                "booking_id": flow.booking.booking_id,
                "booking_reference": flow.booking.booking_reference,
                "room_number": int(flow.booking.assigned_room.number),
                "step": 2,
                "status": "IN_PROGRESS",
                "pin_status": "GENERATING",
                **DETAILS,
                "device_type": "OTHER",
                "started_at": flow.started_at.astimezone(zone).isoformat(),
                "expires_at": flow.expires_at.astimezone(zone).isoformat(),
            }
        ],
    }


def test_what_a_guest_has_not_said_yet_is_null(desk: APIClient, hotel: Hotel) -> None:
    CheckInFlowFactory(booking=BookingFactory(hotel=hotel))

    row = desk.get(flows_url(hotel)).json()["results"][0]

    assert [row[name] for name in ("room_number", *DETAILS)] == [None] * 4


def test_a_room_that_is_no_number_is_shown_as_it_is(desk: APIClient, hotel: Hotel) -> None:
    room = RoomFactory(hotel=hotel, number="12A")
    CheckInFlowFactory(booking=BookingFactory(hotel=hotel, assigned_room=room))

    assert desk.get(flows_url(hotel)).json()["results"][0]["room_number"] == "12A"


def test_the_list_is_narrowed_by_the_status_that_is_shown(desk: APIClient, hotel: Hotel) -> None:
    for traits in [{}, {"overdue": True}, {"expired": True}, {"completed": True}]:
        flow_of(hotel, **traits)

    counts = {
        status: [
            row["status"]
            for row in desk.get(flows_url(hotel), {"status": status}).json()["results"]
        ]
        for status in FlowStatus
    }

    # One past its time is over, whether or not a worker has been there.
    assert counts == {
        FlowStatus.IN_PROGRESS: ["IN_PROGRESS"],
        FlowStatus.EXPIRED: ["EXPIRED", "EXPIRED"],
        FlowStatus.COMPLETED: ["COMPLETED"],
        FlowStatus.CANCELLED: [],
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "WAITING"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "many"),
        ("limit", "9" * 30),
        ("limit", "²"),
        ("cursor", "x"),
        ("cursor", "~x"),
        ("cursor", "é"),
        ("cursor", "WyJcdTAwMDAiLCAiMSJd"),
        ("cursor", "W" * 5000),
    ],
)
def test_a_question_that_is_none_names_its_parameter(
    name: str, value: str, desk: APIClient, hotel: Hotel
) -> None:
    answer = desk.get(flows_url(hotel), {name: value})

    assert answer.status_code == 400
    error = error_of(answer)
    assert (error["code"], list(error["fields"])) == ("VALIDATION_ERROR", [name])


def walk(desk: APIClient, address: str | None, way: str) -> list[list[str]]:
    """The booking ids of every page from ``address`` on, until no neighbour is named."""
    pages = []
    while address is not None:
        body = desk.get(address).json()
        pages.append([row["booking_id"] for row in body["results"]])
        address = body[way]
        assert len(pages) < 20, "the pages go round in circles"
    return pages


def test_pages_meet_without_gaps_in_both_directions(desk: APIClient, hotel: Hotel) -> None:
    moment = timezone.now()
    for index in range(7):  # three began in the same moment, so that times alone tell nothing
        flow_of(hotel, started_at=moment - timedelta(minutes=max(0, index - 2)))
    in_order = [
        flow.booking.booking_id
        for flow in CheckInFlow.objects.order_by("-started_at", "-pk").select_related("booking")
    ]

    forwards = walk(desk, flows_url(hotel) + "?limit=3&status=IN_PROGRESS", "next")

    assert forwards == [in_order[:3], in_order[3:6], in_order[6:]]
    first = desk.get(flows_url(hotel) + "?limit=3&status=IN_PROGRESS").json()
    second = desk.get(first["next"]).json()
    third = desk.get(second["next"]).json()
    assert first["previous"] is None
    assert walk(desk, third["previous"], "previous") == [in_order[3:6], in_order[:3]]
    assert desk.get(third["previous"]).json()["results"] == second["results"]


def test_a_check_in_that_begins_meanwhile_shifts_no_page(desk: APIClient, hotel: Hotel) -> None:
    for minutes in range(4):
        flow_of(hotel, started_at=timezone.now() - timedelta(minutes=minutes))
    first = desk.get(flows_url(hotel), {"limit": 2}).json()

    newest = flow_of(hotel)

    second = desk.get(first["next"]).json()
    ids = [row["booking_id"] for page in (first, second) for row in page["results"]]
    assert len(set(ids)) == 4
    before_first = walk(desk, desk.get(second["previous"]).json()["previous"], "previous")
    assert before_first == [[newest.booking.booking_id]]


def test_a_page_has_fifty_rows_and_never_more_than_a_hundred(desk: APIClient, hotel: Hotel) -> None:
    room = RoomFactory(hotel=hotel)
    bookings = BookingFactory.create_batch(LARGEST_SIZE + 1, hotel=hotel, assigned_room=room)
    now = timezone.now()
    CheckInFlow.objects.bulk_create(
        CheckInFlow(booking=booking, started_at=now, expires_at=now) for booking in bookings
    )

    def count(**asked: Any) -> int:
        return len(desk.get(flows_url(hotel), asked).json()["results"])

    assert (count(), count(limit=7), count(limit=5000)) == (DEFAULT_SIZE, 7, LARGEST_SIZE)


def test_twenty_check_ins_cost_as_many_queries_as_one(
    desk: APIClient, hotel: Hotel, queries_of: Callable[[Callable[[], Any]], int]
) -> None:
    flow_of(hotel, with_details=True)
    one = queries_of(lambda: desk.get(flows_url(hotel)))
    for _ in range(19):
        flow_of(hotel, with_details=True)

    assert queries_of(lambda: desk.get(flows_url(hotel))) == one
    assert len(desk.get(flows_url(hotel)).json()["results"]) == 20


# -- what the desk does --------------------------------------------------------------------------


def test_a_check_in_answers_the_booking_in_house(desk: APIClient, hotel: Hotel) -> None:
    booking = arriving(hotel)

    answer = act(desk, hotel, booking.booking_id, "check-in")

    assert answer.status_code == 200
    booking.refresh_from_db()
    room = booking.assigned_room
    body = answer.json()
    allowed = {entry["action"]: entry for entry in body["booking"].pop("allowed_actions")}
    assert allowed["CHECK_OUT"] == {"action": "CHECK_OUT", "is_allowed": True, "reasons": []}
    assert [reason["code"] for reason in allowed["CHECK_IN"]["reasons"]] == ["ROOM_OCCUPIED"]
    assert body == {
        "booking": {
            "booking_id": booking.booking_id,
            "booking_reference": booking.booking_reference,
            "guest_name": "",
            "status": "CONFIRMED",
            "check_in_date": booking.check_in_date.isoformat(),
            "check_out_date": booking.check_out_date.isoformat(),
            "checked_in_at": booking.checked_in_at.astimezone(hotel.zone).isoformat(),
            "checked_out_at": None,
            "assigned_room": {
                "id": room.pk,
                "room_number": int(room.number),
                "room_status": "OCCUPIED",
                "is_occupied": True,
            },
        }
    }


@pytest.mark.parametrize("spelling", [str, int])
def test_a_room_is_named_by_a_text_or_a_number(
    spelling: type[Any], desk: APIClient, hotel: Hotel
) -> None:
    booking = BookingFactory(hotel=hotel, arriving_today=True)
    room = RoomFactory(hotel=hotel)

    answer = act(desk, hotel, booking.booking_id, "check-in", room_number=spelling(room.number))

    assert answer.json()["booking"]["assigned_room"]["id"] == room.pk


WALK_IN = {"full_name": "Siobhán Walsh", "phone_number": "020 913 0456"}


def test_the_desk_says_who_a_walk_in_is(desk: APIClient, hotel: Hotel) -> None:
    booking = arriving(hotel)

    answer = act(desk, hotel, booking.booking_id, "check-in", guest=WALK_IN)

    assert answer.status_code == 200
    guest = booking.guests.get()
    assert (guest.full_name, guest.phone_number) == ("Siobhán Walsh", "+353209130456")


@pytest.mark.parametrize(
    ("guest", "code", "field"),
    [
        (WALK_IN | {"full_name": "\x00"}, "INVALID_NAME", "full_name"),
        (WALK_IN | {"phone_number": "12"}, "INVALID_PHONE", "phone_number"),
        (WALK_IN | {"email": "none"}, "INVALID_EMAIL", "email"),
        (WALK_IN | {"car_registration": "!"}, "INVALID_CAR_REGISTRATION", "car_registration"),
        ({"phone_number": "020 913 0456"}, "VALIDATION_ERROR", "guest.full_name"),
        ("Siobhán", "VALIDATION_ERROR", "guest"),
    ],
)
def test_a_walk_in_who_can_t_be_so_is_refused_with_the_field(
    guest: Any, code: str, field: str, desk: APIClient, hotel: Hotel
) -> None:
    booking = arriving(hotel)

    answer = act(desk, hotel, booking.booking_id, "check-in", guest=guest)

    assert (answer.status_code, error_of(answer)["code"]) == (400, code)
    assert list(error_of(answer)["fields"]) == [field]
    booking.refresh_from_db()
    assert booking.checked_in_at is None


@pytest.mark.parametrize("number", ["999", "foreign", "\x00"])
def test_a_room_that_the_hotel_does_not_have_is_not_found(
    number: str, desk: APIClient, hotel: Hotel
) -> None:
    foreign = RoomFactory(number="foreign")

    answer = act(desk, hotel, arriving(hotel).booking_id, "check-in", room_number=number)

    assert (answer.status_code, error_of(answer)["code"]) == (404, "ROOM_NOT_FOUND")
    assert list(error_of(answer)["fields"]) == ["room_number"]
    foreign.refresh_from_db()
    assert not foreign.is_occupied


@pytest.mark.parametrize("number", [True, 1.5, ["101"], {"number": "101"}])
def test_a_room_of_a_wrong_type_is_refused(number: Any, desk: APIClient, hotel: Hotel) -> None:
    answer = act(desk, hotel, arriving(hotel).booking_id, "check-in", room_number=number)

    assert answer.status_code == 400
    assert list(error_of(answer)["fields"]) == ["room_number"]


@pytest.mark.parametrize(
    ("booking", "room", "code"),
    [
        ({"pending": True}, {}, "BOOKING_NOT_CONFIRMED"),
        ({"cancelled": True}, {}, "BOOKING_NOT_CONFIRMED"),
        ({"arriving_today": False}, {}, "CHECK_IN_NOT_OPEN"),
        ({"checked_out": True, "arriving_today": False}, {}, "STAY_ENDED"),
        ({}, {"occupied": True}, "ROOM_OCCUPIED"),
        ({}, {"dirty": True}, "ROOM_NOT_READY"),
        ({}, None, "ROOM_NOT_AVAILABLE"),
    ],
)
def test_what_stands_against_a_check_in_is_a_conflict(
    booking: dict[str, Any],
    room: dict[str, Any] | None,
    code: str,
    desk: APIClient,
    hotel: Hotel,
) -> None:
    given = None if room is None else RoomFactory(hotel=hotel, **room)
    made = BookingFactory(hotel=hotel, assigned_room=given, **({"arriving_today": True} | booking))

    answer = act(desk, hotel, made.booking_id, "check-in")

    assert (answer.status_code, error_of(answer)["code"]) == (409, code)


def test_codes_are_reissued_for_a_confirmed_booking_alone(desk: APIClient, hotel: Hotel) -> None:
    answer = act(desk, hotel, arriving(hotel).booking_id, "reissue-codes")
    refusal = act(
        desk, hotel, BookingFactory(hotel=hotel, pending=True).booking_id, "reissue-codes"
    )

    assert set(answer.json()) == {"booking"}
    assert (refusal.status_code, error_of(refusal)["code"]) == (409, "BOOKING_NOT_CONFIRMED")


def test_the_stay_link_is_sent_again_with_another_key(desk: APIClient, hotel: Hotel) -> None:
    booking = arriving(hotel, on_file=True)

    answers = [act(desk, hotel, booking.booking_id, "resend-link") for _ in range(2)]

    assert {answer.status_code for answer in answers} == {200}
    notices = Notice.objects.filter(template="stay_link")
    assert {notice.recipient for notice in notices} == {booking.contact_email}
    assert len({notice.context for notice in notices}) == 2
    assert booking.stay_tokens.count() == 2


def test_no_link_is_sent_to_a_stay_that_will_not_be(desk: APIClient, hotel: Hotel) -> None:
    booking = BookingFactory(hotel=hotel, cancelled=True, on_file=True)

    answer = act(desk, hotel, booking.booking_id, "resend-link")

    assert (answer.status_code, error_of(answer)["code"]) == (409, "BOOKING_NOT_CONFIRMED")
    assert not Notice.objects.exists()


def test_the_log_keeps_who_went_on_for_a_guest_and_who_sent_links(
    desk: APIClient, hotel: Hotel
) -> None:
    booking = flow_of(hotel, with_details=True).booking

    act(desk, hotel, booking.booking_id, "resume-check-in")
    act(desk, hotel, booking.booking_id, "resend-link")

    logged = Event.objects.order_by("number").values_list("name", "data")
    person = f"staff:{hotel.memberships.get().user.username}"
    assert [(name, data["performed_by"]) for name, data in logged] == [
        ("check-in-resumed", person),
        ("stay-link-resent", person),
    ]


def test_the_desk_goes_on_with_a_check_in_by_a_key_of_its_own(
    desk: APIClient, hotel: Hotel
) -> None:
    flow = flow_of(hotel, with_details=True)

    resumed = act(desk, hotel, flow.booking.booking_id, "resume-check-in").json()["flow"]

    assert (resumed["step"], resumed["full_name"]) == (2, DETAILS["full_name"])
    parked = APIClient().post(
        f"/api/checkin/{resumed['token']}/parking/", {"has_car": False}, format="json"
    )
    assert parked.status_code == 200
    flow.refresh_from_db()
    assert flow.step == Step.PARKING


@pytest.mark.parametrize("traits", [None, {"overdue": True}, {"completed": True}])
def test_a_check_in_that_is_not_under_way_can_t_be_resumed(
    traits: dict[str, bool] | None, desk: APIClient, hotel: Hotel
) -> None:
    booking = arriving(hotel)
    if traits is not None:
        CheckInFlowFactory(booking=booking, **traits)

    answer = act(desk, hotel, booking.booking_id, "resume-check-in")

    assert (answer.status_code, error_of(answer)["code"]) == (404, "FLOW_NOT_FOUND")


# -- figures -------------------------------------------------------------------------------------


def funnel(client: APIClient, hotel: Hotel, **asked: Any) -> Any:
    return client.get(f"/api/staff/hotels/{hotel.slug}/analytics/checkin/", asked)


def test_the_funnel_is_counted_for_the_days_asked_for(desk: APIClient, hotel: Hotel) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    CheckInAnalyticsFactory(hotel=hotel, started_at=noon, completed=True)
    CheckInAnalyticsFactory(hotel=hotel, started_at=noon + timedelta(days=1))
    CheckInAnalyticsFactory(hotel=HotelFactory(), started_at=noon)

    shown = funnel(desk, hotel, since="2026-07-01", until="2026-07-01").json()["funnel"]

    assert (shown["since"], shown["until"]) == ("2026-07-01", "2026-07-01")
    assert (shown["total"]["started"], shown["total"]["completed"]) == (1, 1)
    assert [day["day"] for day in shown["days"]] == ["2026-07-01"]


def test_housekeeping_and_strangers_see_no_figures(hotel: Hotel) -> None:
    housekeeping = logged_in(works_at(hotel, Role.HOUSEKEEPING))

    assert funnel(housekeeping, hotel).status_code == 403
    assert funnel(APIClient(), hotel).status_code == 401


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"since": "2026-07-02", "until": "2026-07-01"},
        {"since": "2020-01-01", "until": "2026-07-01"},
    ],
)
def test_days_that_can_t_be_counted_name_their_parameter(
    asked: dict[str, str], desk: APIClient, hotel: Hotel
) -> None:
    answer = funnel(desk, hotel, **asked)

    assert (answer.status_code, list(error_of(answer)["fields"])) == (400, ["since"])


# -- both doors ----------------------------------------------------------------------------------


def test_a_booking_has_the_same_fields_in_rest_and_graphql(desk: APIClient, hotel: Hotel) -> None:
    booking = act(desk, hotel, arriving(hotel).booking_id, "check-in").json()["booking"]

    assert set(booking) == graphql_names("Booking")
    assert set(booking["allowed_actions"][0]) == graphql_names("AllowedAction")
    # The names that REST front ends know the room by.
    assert set(booking["assigned_room"]) == {"id", "room_number", "room_status", "is_occupied"}


def test_a_check_in_has_the_same_fields_in_rest_and_graphql(desk: APIClient, hotel: Hotel) -> None:
    flow_of(hotel)

    row = desk.get(flows_url(hotel)).json()["results"][0]

    of_booking = {"booking_id", "booking_reference", "room_number"}  # GraphQL: an object
    assert set(row) - of_booking == graphql_names("StaffCheckInFlow") - {"booking"}
