"""What guests are told: by e-mail where there is an address, else by text message; and besides, a
guest in house by a push message, where the app has said how.

Each command is called within the transaction of what it tells of. None of them puts a door code
into a message: a link with a key of its own leads to where the codes are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone

from apps.bookings.models import Booking, Guest, Hotel
from apps.bookings.selectors import contact_of
from apps.bookings.services.stays import mint_stay_token
from apps.bookings.services.told_codes import note_other_codes, remember_codes
from apps.bookings.states import BookingStatus
from apps.common.alerts import clear_alert, raise_alert
from apps.common.crypto import token_digest
from apps.common.languages import Language, choose_language, day_in_words
from apps.common.notices.asking import notify
from apps.common.notices.models import Channel
from apps.common.notices.wording import LINK, REPLY_TO, SENDER, SIGNATURE

NO_ADDRESS_ALERT: Final = "guest_app_url_missing"
# A push message goes besides one of the others, which are each other's replacement.
BESIDES: Final = {Channel.EMAIL: "", Channel.SMS: "", Channel.PUSH: ":push"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a guest is told."""

    channel: Channel
    recipient: str


def send_stay_link(booking: Booking, token: str, *, guest: Guest | None = None) -> None:
    """Send the link that ``token`` opens: on completion of a check-in, and when staff send it
    again with another token. Each token is sent once.

    From here on changes of the codes are told. The caller holds the lock on ``booking``;
    ``guest`` is its first one, where the caller has read the row anyway.
    """
    remember_codes(booking)
    language = language_of(booking)
    days = {
        "arrival": day_in_words(booking.check_in_date, language),
        "departure": day_in_words(booking.check_out_date, language),
    }
    key = token_digest(token)[:32]
    link = _link(booking.hotel, token)
    _tell(booking, "stay_link", occasion=key, context=days | link, guest=guest)


def tell_codes_changed(booking: Booking) -> None:
    """Say that the shown codes are others than those last told of, if they are; with a new link.

    The caller holds the lock on ``booking``.
    """
    change = note_other_codes(booking)
    if change is not None:
        link = _link(booking.hotel, mint_stay_token(booking))
        _tell(booking, "codes_changed", occasion=str(change), context=link)


def tell_new_device(booking: Booking) -> None:
    """Say that the stay was opened on another device; openings within a minute are one."""
    now = timezone.now()
    when = _moment(now, booking)
    occasion = now.strftime("%Y%m%d%H%M")
    _tell(booking, "stay_opened_on_new_device", occasion=occasion, context={"when": when})


def tell_checked_out(booking: Booking, reach: Reach | None) -> None:
    """Say goodbye where the guest is reached, once for each instant of check-out."""
    left_at = booking.checked_out_at
    occasion = left_at.isoformat() if left_at else ""
    for way in filter(None, (reach, _push_to(booking))):
        _tell_to(way, booking, "checked_out", occasion=occasion, context={})


def tell_message_received(booking: Booking, *, message_key: str) -> None:
    """Say that the desk has written. ``message_key`` names the message; each is told once."""
    link = _link(booking.hotel, mint_stay_token(booking))
    _tell(booking, "message_received", occasion=message_key, context=link)


def language_of(booking: Booking) -> Language:
    """Return the guest's language, else the hotel's, else English."""
    return choose_language(booking.language, booking.hotel.language)


def reach_of(booking: Booking, guest: Guest | None = None) -> Reach | None:
    """Return where the guest is told: what they said of themselves counts before what is on file,
    and any e-mail address before any phone. None: there is neither."""
    guest = guest or next((one for one in booking.guests.all() if one.is_primary), Guest())
    if email := guest.email or booking.contact_email:
        return Reach(channel=Channel.EMAIL, recipient=email)
    if phone := guest.phone_number or booking.contact_phone:
        return Reach(channel=Channel.SMS, recipient=phone)
    return None


def _tell(
    booking: Booking,
    template: str,
    *,
    occasion: str,
    context: dict[str, str],
    guest: Guest | None = None,
) -> None:
    if context.get(LINK) == "":
        return  # a message about a link that leads nowhere helps nobody; staff have an alert
    is_on = booking.status == BookingStatus.CONFIRMED
    for way in filter(None, (reach_of(booking, guest), _push_to(booking) if is_on else None)):
        _tell_to(way, booking, template, occasion=occasion, context=context)


def _push_to(booking: Booking) -> Reach | None:
    """Return the app of a guest in house: before and after the stay the room's is another's."""
    room = booking.assigned_room
    if booking.checked_in_at is None or room is None or not room.push_token:
        return None
    return Reach(channel=Channel.PUSH, recipient=room.push_token)


def _tell_to(
    reach: Reach, booking: Booking, template: str, *, occasion: str, context: dict[str, str]
) -> None:
    hotel = booking.hotel
    notify(
        channel=reach.channel,
        recipient=reach.recipient,
        template=template,
        language=language_of(booking),
        context={
            "hotel": hotel.name,
            SENDER: hotel.name,
            REPLY_TO: hotel.email,
            SIGNATURE: signature_of(hotel),
            **context,
        },
        dedupe_key=f"{booking.lock_holder}:{template}:{occasion}{BESIDES[reach.channel]}",
        scope=hotel.alert_scope,
        subject=booking.booking_id,
    )


def _link(hotel: Hotel, token: str) -> dict[str, str]:
    """Return the context's link; empty, and staff are told, where the hotel names no address."""
    template = hotel.guest_app_url or settings.GUEST_APP_URL
    if not template:
        message = "Guests can't be sent links to their stay: set the hotel's guest app address."
        raise_alert(**_about_address(hotel), message=message)
    return {LINK: template.replace("{token}", token)}


def note_address(hotel: Hotel) -> None:
    """A hotel was stored: with an address for links, staff need not look any more."""
    if hotel.guest_app_url:
        clear_alert(**_about_address(hotel))


def _about_address(hotel: Hotel) -> dict[str, str]:
    return {"scope": hotel.alert_scope, "kind": NO_ADDRESS_ALERT, "subject": hotel.slug}


def signature_of(hotel: Hotel) -> str:
    """Return the lines that end a message: the hotel and how to reach it."""
    contact = contact_of(hotel)
    lines = [hotel.name, contact.phone, contact.email, contact.whatsapp_url]
    return "\n".join(line for line in lines if line)


def _moment(instant: datetime, booking: Booking) -> str:
    there = instant.astimezone(booking.hotel.zone)
    return f"{day_in_words(there.date(), language_of(booking))}, {there:%H:%M}"
