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
