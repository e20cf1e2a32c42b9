"""The documents of the load that the demo's story does not have."""

from __future__ import annotations

from typing import Final

PROBLEM: Final = "... on Problem { code message }"
BOOKING: Final = f"__typename ... on Booking {{ bookingId status }} {PROBLEM}"

POLL: Final = "query($token: String!) { checkInFlow(token: $token) { status pinStatus } }"
CHECK_IN: Final = f"""
mutation($input: CheckInBookingInput!) {{ checkInBooking(input: $input) {{ {BOOKING} }} }}"""
MOVE: Final = (
    f"mutation($input: MoveBookingInput!) {{ moveBooking(input: $input) {{ {BOOKING} }} }}"
)
UNDO: Final = f"""
mutation($input: UndoCheckOutInput!) {{ undoCheckOut(input: $input) {{ {BOOKING} }} }}"""
ROOM: Final = f"""
mutation($input: SetRoomStatusInput!) {{
  setRoomStatus(input: $input) {{ __typename ... on Room {{ number status }} {PROBLEM} }}
}}"""
STAY: Final = """
query($slug: String!, $search: String!) {
  bookings(hotelSlug: $slug, search: $search) {
    edges { node { bookingId status checkedInAt assignedRoom { number } } }
  }
}"""
EVENTS: Final = """
subscription($slug: String!, $after: ID) {
  hotelEvents(hotelSlug: $slug, after: $after) { id name bookingId }
}"""
