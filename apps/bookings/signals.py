"""What the bookings room tells those above it, inside the transaction that makes it so.

Receivers find the booking's row locked and lock only rows of their own, below it in the order
booking, flow, grant, code.
"""

from django.dispatch import Signal

booking_closed = Signal()  # booking: cancelled or never arrived
booking_checked_out = Signal()  # booking: the guest has left; room: the room they had
check_out_undone = Signal()  # booking: the guest is back in house
# booking: what a check-out keeps of the stay is to be deleted; removed: a dict to note counts in
stay_records_removed = Signal()
# booking: nothing may be kept of who it was for; sent again, so receivers are idempotent
guest_erased = Signal()
