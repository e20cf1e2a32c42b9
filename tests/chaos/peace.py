"""A small house in which everything agrees: what each check's twin breaks in one place."""

from __future__ import annotations

from typing import Final

from tests.chaos.evidence import Evidence, LogPicture, SeatPicture
from tests.chaos.facts import (
    Allocation,
    Booking,
    Code,
    Delivery,
    Event,
    Facts,
    Flow,
    Grant,
    Order,
    SeatChart,
)

HOTEL: Final = "harbour"
LOG: Final = (
    ("booking-checked-in", "BK-1"),
    ("booking-checked-in", "BK-2"),
    ("booking-checked-out", "BK-2"),
    ("check-out-undone", "BK-2"),
    ("booking-checked-out", "BK-2"),
    ("seat-order-submitted", ""),
)
STATES: Final = {"A-1": "BOOKED", "A-2": "AVAILABLE"}

STAYING: Final = Booking(
    hotel=HOTEL,
    booking_id="BK-1",
    reference="R-1",
    holder="booking:1",
    status="CONFIRMED",
    is_arrived=True,
    room="101",
    check_out_date="2026-11-22",
    guests=["Maeve O'Sullivan"],
    check_outs=0,
    undone=0,
)
LEFT: Final = Booking(
    hotel=HOTEL,
    booking_id="BK-2",
    reference="R-2",
    holder="booking:2",
    status="COMPLETED",
    is_arrived=True,
    room="102",
    check_out_date="2026-11-21",
    guests=[],
    check_outs=2,
    undone=1,
)
GRANT: Final = Grant(key="g-1", holder="booking:1", state="READY", pin="4741", locks=[1, 2])
CODES: Final = tuple(
    Code(grant="g-1", lock=lock, kind="CUSTOM", state="SET", digits="4741", is_unrecallable=False)
    for lock in GRANT.locks
)
# Its guest left before using it: nobody can take it back, and its row remembers it.
COMPUTED: Final = Code(
    grant="g-2",
    lock=2,
    kind="OFFLINE",
    state="REMOVAL_FAILED",
    digits="34750694",
    is_unrecallable=True,
)

FACTS: Final = Facts(
    last_numbers={HOTEL: len(LOG)},
    events=[
        Event(hotel=HOTEL, number=n, name=name, booking_id=booking, message_id=f"evt_1_{n}")
        for n, (name, booking) in enumerate(LOG, start=1)
    ],
    charts=[SeatChart(event="gala", version=2, versions=[1, 2], states=STATES)],
    allocations=[
        Allocation(seat="gala/A-1", order="O-1", status="BOOKED"),
        Allocation(seat="gala/A-1", order="O-2", status="RELEASED"),
    ],
    orders=[
        Order(number="O-1", status="CONFIRMED", proofs=[True]),
        Order(number="O-2", status="REJECTED", proofs=[True]),
    ],
    bookings=[STAYING, LEFT],
    grants=[GRANT],
    codes=[*CODES, COMPUTED],
    flows=[Flow(booking_id=f"{HOTEL}/BK-1", status="COMPLETED", pin_status="READY")],
    deliveries=[Delivery(message_id=f"evt_1_{n}", state="DELIVERED") for n in range(1, 7)],
    inconsistencies=[],
)
PEACE: Final = Evidence(
    facts=FACTS,
    memories={1: ["4741"], 2: ["34750694", "4741"]},
    webhooks=["evt_1_1", "evt_1_2", "evt_1_2", "evt_1_3", "evt_1_6", "evt_1_4", "evt_1_5"],
    log_pictures=[LogPicture(watcher="dashboard", hotel=HOTEL, seen=LOG)],
    seat_pictures=[SeatPicture(watcher="viewer", event="gala", states=STATES)],
    promises={
        ("stay", f"{HOTEL}/BK-1"): "in house",
        ("PIN", f"{HOTEL}/BK-1"): "4741",
        ("stay", f"{HOTEL}/BK-2"): "left",
        ("reservation", f"{HOTEL}/R-2"): "COMPLETED until 2026-11-21",
        ("order", "O-1"): "CONFIRMED",
    },
    requests=40,
)
