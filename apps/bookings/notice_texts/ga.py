"""Irish."""

from __future__ import annotations

from typing import Final

from apps.bookings.notice_texts.catalogue import NoticeTexts
from apps.common.notices.wording import Text

TEXTS: Final = NoticeTexts(
    stay_link=Text(
        subject="{hotel}: tá d’fhanacht réidh",
        paragraphs=(
            "Tá do sheiceáil isteach críochnaithe. Do thréimhse linn: {arrival} – {departure}.",
            (
                "Gheobhaidh tú cód do dhorais agus gach eolas eile faoi d’fhanacht ag an nasc "
                "seo. Coinnigh agat féin é: is féidir le duine ar bith a bhfuil an nasc aige do "
                "chód a fheiceáil."
            ),
        ),
        button="Oscail d’fhanacht",
        short="{hotel}: tá d’fhanacht réidh. Tá cód do dhorais anseo: {link}",
    ),
    codes_changed=Text(
        subject="{hotel}: athraíodh cód do dhorais",
        paragraphs=(
            (
                "Athraíodh cód do dhorais. Oscail d’fhanacht chun an cód atá i bhfeidhm anois a "
                "fheiceáil."
            ),
            "B’fhéidir nach n-osclóidh an seanchód do dhoras a thuilleadh.",
        ),
        button="Oscail d’fhanacht",
        short="{hotel}: athraíodh cód do dhorais. Tá an cód nua anseo: {link}",
    ),
    stay_opened_on_new_device=Text(
        subject="{hotel}: osclaíodh d’fhanacht ar ghléas nua",
        paragraphs=(
            "Osclaíodh d’fhanacht ar ghléas nua: {when}, am an óstáin.",
            (
                "Más tusa a rinne é, níl aon rud le déanamh. Murar tú, déan teagmháil linn "
                "láithreach: d’fhéadfadh sé go bhfaca duine eile cód do dhorais."
            ),
        ),
        short=(
            "{hotel}: osclaíodh d’fhanacht ar ghléas nua ({when}). Murar tusa a rinne é, "
            "déan teagmháil linn láithreach."
        ),
    ),
    checked_out=Text(
        subject="{hotel}: go raibh maith agat as fanacht linn",
        paragraphs=(
            "Tá tú seiceáilte amach, agus níl cód do dhorais i bhfeidhm a thuilleadh.",
            "Go raibh maith agat as fanacht linn. Slán abhaile, agus tar ar ais go luath.",
        ),
        short=(
            "{hotel}: tá tú seiceáilte amach. Go raibh maith agat as fanacht linn, agus "
            "slán abhaile."
        ),
    ),
    message_received=Text(
        subject="{hotel}: teachtaireacht duit",
        paragraphs=(
            (
                "Tá teachtaireacht curtha chugat ag an deasc fáilte. Oscail d’fhanacht chun í a "
                "léamh agus freagra a thabhairt uirthi."
            ),
        ),
        button="Léigh an teachtaireacht",
        short=(
            "{hotel}: tá teachtaireacht curtha chugat ag an deasc fáilte. Léigh anseo í: {link}"
        ),
    ),
)
