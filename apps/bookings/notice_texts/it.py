"""Italian."""

from __future__ import annotations

from typing import Final

from apps.bookings.notice_texts.catalogue import NoticeTexts
from apps.common.notices.wording import Text

TEXTS: Final = NoticeTexts(
    stay_link=Text(
        subject="{hotel}: il suo soggiorno è pronto",
        paragraphs=(
            "Il check-in è completo. Il suo soggiorno: {arrival} – {departure}.",
            (
                "A questo link trova il suo codice di accesso e tutte le informazioni sul "
                "soggiorno. Lo tenga per sé: chiunque abbia il link può vedere il codice."
            ),
        ),
        button="Apri il soggiorno",
        short="{hotel}: il suo soggiorno è pronto. Il codice di accesso è qui: {link}",
    ),
    codes_changed=Text(
        subject="{hotel}: il suo codice di accesso è cambiato",
        paragraphs=(
            (
                "Il suo codice di accesso è cambiato. Apra il suo soggiorno per vedere il "
                "codice valido in questo momento."
            ),
            "Il codice precedente potrebbe non aprire più la sua porta.",
        ),
        button="Apri il soggiorno",
        short="{hotel}: il suo codice di accesso è cambiato. Il nuovo è qui: {link}",
    ),
    stay_opened_on_new_device=Text(
        subject="{hotel}: il suo soggiorno è stato aperto su un nuovo dispositivo",
        paragraphs=(
            "Il suo soggiorno è stato aperto su un nuovo dispositivo: {when}, ora dell’hotel.",
            (
                "Se è stato lei, non deve fare nulla. In caso contrario ci contatti subito: "
                "un’altra persona potrebbe aver visto il suo codice di accesso."
            ),
        ),
        short=(
            "{hotel}: il suo soggiorno è stato aperto su un nuovo dispositivo ({when}). "
            "Se non è stato lei, ci contatti subito."
        ),
    ),
    checked_out=Text(
        subject="{hotel}: grazie del suo soggiorno",
        paragraphs=(
            "Il check-out è stato effettuato e il suo codice di accesso non è più valido.",
            (
                "Grazie per aver soggiornato da noi. Le auguriamo buon viaggio e speriamo di "
                "rivederla presto."
            ),
        ),
        short=(
            "{hotel}: il check-out è stato effettuato. Grazie del suo soggiorno e buon viaggio!"
        ),
    ),
    message_received=Text(
        subject="{hotel}: un messaggio per lei",
        paragraphs=(
            (
                "La reception le ha inviato un messaggio. Apra il suo soggiorno per leggerlo e "
                "rispondere."
            ),
        ),
        button="Leggi il messaggio",
        short="{hotel}: la reception le ha inviato un messaggio. Lo legga qui: {link}",
    ),
)
