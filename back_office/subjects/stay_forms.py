"""What the desk types when it does something with a stay."""

from __future__ import annotations

from apps.bookings.models import Booking, Room
from apps.bookings.selectors import list_doors
from back_office import inputs
from back_office.deeds import DeedForm


def rooms_to_choose(booking: Booking) -> list[tuple[str, str]]:
    """Return the rooms of the booking's hotel, each with its state; the service decides."""
    rooms = Room.objects.filter(hotel=booking.hotel)
    return [(room.number, f"{room.number}: {room.status.label}") for room in rooms]


class CheckInForm(DeedForm):
    """The room, and who stays; empty: as is known."""

    room_number = inputs.choice("Room")
    full_name = inputs.line("Full name", hint="Empty: as checked in online, or as on file.")
    phone_number = inputs.line("Phone number", longest=60)
    email = inputs.line("E-mail", longest=254)
    car_registration = inputs.line("Car registration", longest=60)

    def prepare(self) -> None:
        """Offer the hotel's rooms, beginning with the booking's own."""
        own = self.row.assigned_room
        self.fields["room_number"].choices = rooms_to_choose(self.row)  # type: ignore[attr-defined]  # a ChoiceField has them
        self.fields["room_number"].initial = own.number if own else None


class MoveForm(DeedForm):
    """Where the guest goes."""

    room_number = inputs.choice("New room")

    def prepare(self) -> None:
        """Offer the hotel's other rooms."""
        own = self.row.assigned_room
        self.fields["room_number"].choices = [  # type: ignore[attr-defined]  # a ChoiceField has them
            choice for choice in rooms_to_choose(self.row) if own is None or choice[0] != own.number
        ]


class StayForm(DeedForm):
    """Dates and hours; empty: as they are."""

    check_in_date = inputs.day("Arrival")
    check_out_date = inputs.day("Departure")
    early_check_in_time = inputs.clock("Early check-in")
    late_check_out_time = inputs.clock("Late check-out")

    def prepare(self) -> None:
        """Begin with the stay as it is."""
        for name, field in self.fields.items():
            field.initial = getattr(self.row, name)


class ReasonForm(DeedForm):
    """Why."""

    reason = inputs.words("Why?", hint="Kept with the record.")


class MessageForm(DeedForm):
    """What is said."""

    body = inputs.words("Message")


class DoorForm(DeedForm):
    """Which door does not open."""

    lock_name = inputs.choice("Door")

    def prepare(self) -> None:
        """Offer the doors of the stay."""
        doors = [(lock.name, lock.name) for lock in list_doors(self.row)]
        self.fields["lock_name"].choices = doors  # type: ignore[attr-defined]  # a ChoiceField has them
