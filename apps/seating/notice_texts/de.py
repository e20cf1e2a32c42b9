"""German."""

from __future__ import annotations

from typing import Final

from apps.common.notices.wording import Text
from apps.seating.notice_texts.catalogue import SeatTexts

TEXTS: Final = SeatTexts(
    seats_submitted=Text(
        subject="{hotel}: Ihre Zahlung wird geprüft, Bestellung {order}",
        paragraphs=(
            "Ihr Zahlungsnachweis für {event} ist da. Ihre Plätze sind gebucht: {seats}.",
            "Sobald die Zahlung geprüft ist, melden wir uns wieder.",
        ),
        short=(
            "{hotel}: Ihre Plätze für {event} sind gebucht ({seats}); die Zahlung der Bestellung "
            "{order} wird geprüft."
        ),
    ),
    seats_confirmed=Text(
        subject="{hotel}: Ihre Plätze sind bestätigt, Bestellung {order}",
        paragraphs=(
            "Ihre Zahlung für {event} ist bestätigt. Ihre Plätze: {seats}.",
            "Wir freuen uns auf Sie.",
        ),
        short="{hotel}: Ihre Plätze für {event} sind bestätigt: {seats}. Bestellung {order}.",
    ),
    seats_rejected=Text(
        subject="{hotel}: Ihre Zahlung konnte nicht bestätigt werden, Bestellung {order}",
        paragraphs=(
            "Ihre Zahlung für {event} konnte nicht bestätigt werden: {reason}",
            (
                "Ihre Plätze sind wieder frei: {seats}. Falls das ein Irrtum ist, melden Sie sich "
                "bitte bei uns."
            ),
        ),
        short=(
            "{hotel}: Die Zahlung der Bestellung {order} konnte nicht bestätigt werden: {reason} "
            "Ihre Plätze sind wieder frei."
        ),
    ),
    seats_payment_differs=Text(
        subject="{hotel}: Der Betrag weicht ab, Bestellung {order}",
        paragraphs=(
            (
                "Für Ihre Bestellung für {event} haben wir {received} erhalten; der Gesamtbetrag "
                "ist {total}."
            ),
            (
                "Ihre Plätze bleiben vorerst gebucht: {seats}. Bitte melden Sie sich bei uns oder "
                "senden Sie einen Nachweis über den Rest."
            ),
        ),
        short=(
            "{hotel}: Für Bestellung {order} haben wir {received} von {total} erhalten. Bitte "
            "melden Sie sich bei uns."
        ),
    ),
    seats_reopened=Text(
        subject="{hotel}: Ihre Bestellung ist wieder offen, Bestellung {order}",
        paragraphs=(
            (
                "Ihre Bestellung für {event} war abgelaufen und ist wieder offen. Ihre Plätze: "
                "{seats}."
            ),
            "Bitte senden Sie Ihren Zahlungsnachweis bis {until}.",
        ),
        short=(
            "{hotel}: Bestellung {order} für {event} ist wieder offen bis {until}. Bitte senden "
            "Sie Ihren Zahlungsnachweis."
        ),
    ),
    seats_offered=Text(
        subject="{hotel}: Plätze für {event} sind für Sie reserviert",
        paragraphs=(
            "Für {event} sind Plätze frei geworden und für Sie reserviert: {seats}.",
            (
                "Sie gehören Ihnen, wenn Sie bis {until} zahlen. Öffnen Sie dazu Ihren Eintrag "
                "auf der Warteliste."
            ),
        ),
        short=(
            "{hotel}: Plätze für {event} ({seats}) sind bis {until} für Sie reserviert. Öffnen "
            "Sie Ihren Eintrag auf der Warteliste."
        ),
    ),
)
