"""Italian."""

from __future__ import annotations

from typing import Final

from apps.common.notices.wording import Text
from apps.seating.notice_texts.catalogue import SeatTexts

TEXTS: Final = SeatTexts(
    seats_submitted=Text(
        subject="{hotel}: stiamo verificando il suo pagamento, ordine {order}",
        paragraphs=(
            (
                "Abbiamo ricevuto la prova di pagamento per {event}. I suoi posti sono prenotati: "
                "{seats}."
            ),
            "Appena il pagamento sarà verificato, le scriveremo di nuovo.",
        ),
        short=(
            "{hotel}: i suoi posti per {event} sono prenotati ({seats}); stiamo verificando il "
            "pagamento dell'ordine {order}."
        ),
    ),
    seats_confirmed=Text(
        subject="{hotel}: i suoi posti sono confermati, ordine {order}",
        paragraphs=(
            "Il suo pagamento per {event} è confermato. I suoi posti: {seats}.",
            "La aspettiamo con piacere.",
        ),
        short="{hotel}: i suoi posti per {event} sono confermati: {seats}. Ordine {order}.",
    ),
    seats_rejected=Text(
        subject="{hotel}: non abbiamo potuto confermare il suo pagamento, ordine {order}",
        paragraphs=(
            "Non abbiamo potuto confermare il suo pagamento per {event}: {reason}",
            "I suoi posti sono di nuovo liberi: {seats}. Se pensa che sia un errore, ci contatti.",
        ),
        short=(
            "{hotel}: non abbiamo potuto confermare il pagamento dell'ordine {order}: {reason} I "
            "suoi posti sono di nuovo liberi."
        ),
    ),
    seats_payment_differs=Text(
        subject="{hotel}: l'importo non corrisponde, ordine {order}",
        paragraphs=(
            "Per il suo ordine per {event} abbiamo ricevuto {received}; il totale è {total}.",
            (
                "Per ora i suoi posti restano prenotati: {seats}. Ci contatti, oppure invii una "
                "prova del resto."
            ),
        ),
        short="{hotel}: per l'ordine {order} abbiamo ricevuto {received} su {total}. Ci contatti.",
    ),
    seats_reopened=Text(
        subject="{hotel}: il suo ordine è di nuovo aperto, ordine {order}",
        paragraphs=(
            "Il suo ordine per {event} era scaduto ed è di nuovo aperto. I suoi posti: {seats}.",
            "Invii la prova di pagamento entro: {until}.",
        ),
        short=(
            "{hotel}: l'ordine {order} per {event} è di nuovo aperto (fino a: {until}). Invii la "
            "prova di pagamento."
        ),
    ),
    seats_offered=Text(
        subject="{hotel}: ci sono posti per {event} riservati per lei",
        paragraphs=(
            "Si sono liberati posti per {event} e sono riservati per lei: {seats}.",
            "Saranno suoi se paga entro: {until}. Apra la sua iscrizione alla lista d'attesa.",
        ),
        short=(
            "{hotel}: ci sono posti per {event} ({seats}) riservati per lei (fino a: {until}). "
            "Apra la sua iscrizione alla lista d'attesa."
        ),
    ),
)
