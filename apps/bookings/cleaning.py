"""What guests type, made fit to keep. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.bookings.errors import InvalidCarRegistration, InvalidEmail, InvalidName, InvalidPhone

LONGEST_NOTE: Final = 500
LONGEST_NAME: Final = 200
LONGEST_EMAIL: Final = 254
LONGEST_PHONE: Final = 40
LONGEST_REGISTRATION: Final = 20
REGISTRATION: Final = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")
# Numbers that never ring, for rehearsals and demos; the library calls them invalid because nobody
# can have them. Sources: Ofcom (mobile 07700 900000 to 900999), ComReg (020 91X XXXX),
# Arcep (06 39 98 XX XX).
KEPT_FOR_FICTION: Final = ("+447700900", "+3532091", "+3363998")
# Controls, and marks that turn the reading direction of what follows them.
FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
DIRECTION_MARKS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_name(text: str) -> str:
    """Return the name with single spaces, composed. Raises InvalidName."""
    if len(text) > LONGEST_NAME * 2:
        raise InvalidName
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > LONGEST_NAME or _has_forbidden(name):
        raise InvalidName
    if not any(unicodedata.category(char).startswith("L") for char in name):
        raise InvalidName
    return name


def _has_forbidden(text: str) -> bool:
    return any(
        unicodedata.category(char) in FORBIDDEN_CATEGORIES or char in DIRECTION_MARKS
        for char in text
    )


def clean_phone(text: str, region: str) -> str:
    """Return the number as E.164; a bare one belongs to ``region``. Raises InvalidPhone."""
    if len(text) > LONGEST_PHONE:
        raise InvalidPhone
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise InvalidPhone from None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    exists = phonenumbers.is_valid_number(number) or _is_fictional(number, e164)
    if not exists or number.extension or re.search(r"[A-Za-z]", text):
        raise InvalidPhone
    return e164


def _is_fictional(number: phonenumbers.PhoneNumber, e164: str) -> bool:
    return e164.startswith(KEPT_FOR_FICTION) and phonenumbers.is_possible_number(number)


def clean_region(text: str | None, default: str) -> str:
    """Return the region that a bare number belongs to. Raises InvalidPhone for an unknown one."""
    region = (text or default).strip().upper()
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidPhone
    return region


def clean_email(text: str | None) -> str:
    """Return the address trimmed, or "" for none. Raises InvalidEmail."""
    address = (text or "").strip()
    if not address:
        return ""
    try:
        if len(address) > LONGEST_EMAIL or not address.isprintable():
            raise InvalidEmail
        validate_email(address)
    except ValidationError:
        raise InvalidEmail from None
    return address


def clean_registration(text: str | None) -> str:
    """Return the registration in capitals with single spaces. Raises InvalidCarRegistration."""
    if text is None or len(text) > 60:
        raise InvalidCarRegistration
    plate = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    count = sum(char.isalnum() for char in plate)
    fits = 2 <= count <= 12 and len(plate) <= LONGEST_REGISTRATION
    if not fits or not REGISTRATION.fullmatch(plate):
        raise InvalidCarRegistration
    return plate


def last_four(number: str) -> str:
    """Return the last four digits of a phone number, or "" where there are fewer."""
    digits = re.sub(r"\D", "", number)
    return digits[-4:] if len(digits) >= 4 else ""


def fold_name(text: str) -> str:
    """Return a name without case, accents, spaces and dashes, for comparing."""
    bare = "".join(
        char
        for char in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(char)
    )
    return re.sub(r"[\W_]+", "", bare)


def clean_note(text: str) -> str:
    """Return what staff noted as it can be stored: at most 500 characters, those that no database
    or screen takes as spaces. Nothing is refused; a note is never worth an error."""
    readable = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    return readable.strip()[:LONGEST_NOTE]
