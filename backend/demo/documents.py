"""The GraphQL documents of the story; good to copy from."""

FLOW = "__typename ... on CheckInFlow { token step status pinStatus } "
PROBLEM = "... on Problem { code message field }"
STAY = """
  ... on Stay {
    token guestName status pin checkInAt checkOutAt room { number }
    accessCodes { lockName isFrontDoor code status }
  }
"""

START = f"""
mutation Start($input: StartCheckInInput!) {{
  startCheckIn(input: $input) {{ {FLOW} {PROBLEM} }}
}}"""

DETAILS = f"""
mutation Details($input: SubmitGuestDetailsInput!) {{
  submitGuestDetails(input: $input) {{ {FLOW} {PROBLEM} }}
}}"""

PARKING = f"""
mutation Parking($input: SubmitParkingInput!) {{
  submitParking(input: $input) {{ {FLOW} {PROBLEM} }}
}}"""

CONFIRM = f"""
mutation Confirm($input: ConfirmCheckInInput!) {{
  confirmCheckIn(input: $input) {{ __typename {STAY} {PROBLEM} }}
}}"""

WATCH = """
subscription Watch($token: String!) {
  checkInFlow(token: $token) { step status pinStatus }
}"""

CHECK_OUT = f"""
mutation CheckOut($input: CheckOutBookingInput!) {{
  checkOutBooking(input: $input) {{
    __typename
    ... on Booking {{ bookingId status assignedRoom {{ number status }} }}
    {PROBLEM}
  }}
}}"""

BOARD = """
subscription Board($hotelSlug: String!) {
  hotelEvents(hotelSlug: $hotelSlug) { id name bookingId roomNumber occurredAt }
}"""

SEAT_MAP = """
query SeatMap($eventSlug: String!) {
  seatMap(eventSlug: $eventSlug) { version seats { label status } }
}"""

ORDER = "__typename ... on SeatOrder { token orderNumber status version total currency }"
TAKEN = "... on SeatsTakenProblem { labels }"

SELECT_SEATS = f"""
mutation SelectSeats($input: SelectSeatsInput!) {{
  selectSeats(input: $input) {{ {ORDER} {PROBLEM} {TAKEN} }}
}}"""

SUBMIT_PROOF = f"""
mutation SubmitProof($input: SubmitPaymentProofInput!) {{
  submitPaymentProof(input: $input) {{ {ORDER} {PROBLEM} {TAKEN} }}
}}"""

REVIEW = f"""
mutation Review($input: ReviewPaymentInput!) {{
  reviewPayment(input: $input) {{ {ORDER} {PROBLEM} }}
}}"""

SEAT_UPDATES = """
subscription SeatUpdates($eventSlug: String!, $afterVersion: Int) {
  seatUpdates(eventSlug: $eventSlug, afterVersion: $afterVersion) {
    version resync seats { label status }
  }
}"""
