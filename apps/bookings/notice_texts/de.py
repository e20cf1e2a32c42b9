"""German."""

from __future__ import annotations

from typing import Final

from apps.bookings.notice_texts.catalogue import NoticeTexts
from apps.common.notices.wording import Text

TEXTS: Final = NoticeTexts(
    stay_link=Text(
        subject="{hotel}: Ihr Aufenthalt ist bereit",
        paragraphs=(
            (
                "Ihr Check-in ist abgeschlossen. Ihr Aufenthalt dauert vom {arrival} bis zum "
                "{departure}."
            ),
            (
                "Ihren Türcode und alles Weitere zu Ihrem Aufenthalt finden Sie über diesen "
                "Link. Bitte geben Sie ihn nicht weiter: Wer den Link hat, kann Ihren Türcode "
                "sehen."
            ),
        ),
        button="Aufenthalt öffnen",
        short="{hotel}: Ihr Aufenthalt ist bereit. Ihren Türcode finden Sie hier: {link}",
    ),
    codes_changed=Text(
        subject="{hotel}: Ihr Türcode hat sich geändert",
        paragraphs=(
            (
                "Ihr Türcode hat sich geändert. Den jetzt gültigen Code sehen Sie auf der Seite "
                "Ihres Aufenthalts."
            ),
            "Der bisherige Code öffnet Ihre Tür möglicherweise nicht mehr.",
        ),
        button="Aufenthalt öffnen",
        short="{hotel}: Ihr Türcode hat sich geändert. Den neuen finden Sie hier: {link}",
    ),
    stay_opened_on_new_device=Text(
        subject="{hotel}: Ihr Aufenthalt wurde auf einem neuen Gerät geöffnet",
        paragraphs=(
            "Ihr Aufenthalt wurde auf einem neuen Gerät geöffnet: {when}, Ortszeit des Hotels.",
            (
                "Waren Sie es selbst, ist nichts zu tun. Wenn nicht, melden Sie sich bitte "
                "sofort bei uns: Jemand anderes könnte Ihren Türcode gesehen haben."
            ),
        ),
        short=(
            "{hotel}: Ihr Aufenthalt wurde auf einem neuen Gerät geöffnet ({when}). Waren "
            "Sie es nicht, melden Sie sich bitte sofort bei uns."
        ),
    ),
    checked_out=Text(
        subject="{hotel}: Danke für Ihren Aufenthalt",
        paragraphs=(
            "Sie sind ausgecheckt, und Ihr Türcode gilt nicht mehr.",
            (
                "Vielen Dank für Ihren Besuch. Wir wünschen Ihnen eine gute Reise und freuen "
                "uns auf ein Wiedersehen."
            ),
        ),
        short="{hotel}: Sie sind ausgecheckt. Vielen Dank für Ihren Besuch und gute Reise!",
    ),
    message_received=Text(
        subject="{hotel}: eine Nachricht für Sie",
        paragraphs=(
            (
                "Die Rezeption hat Ihnen eine Nachricht geschickt. Öffnen Sie Ihren Aufenthalt, "
                "um sie zu lesen und zu beantworten."
            ),
        ),
        button="Nachricht lesen",
        short=(
            "{hotel}: Die Rezeption hat Ihnen eine Nachricht geschickt. Lesen Sie sie hier: {link}"
        ),
    ),
)
