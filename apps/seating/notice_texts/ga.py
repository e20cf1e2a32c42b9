"""Irish."""

from __future__ import annotations

from typing import Final

from apps.common.notices.wording import Text
from apps.seating.notice_texts.catalogue import SeatTexts

TEXTS: Final = SeatTexts(
    seats_submitted=Text(
        subject="{hotel}: tá d'íocaíocht á seiceáil, ordú {order}",
        paragraphs=(
            (
                "Fuaireamar do chruthúnas íocaíochta: {event}. Tá do shuíocháin curtha in "
                "áirithe: {seats}."
            ),
            "Scríobhfaimid chugat arís a luaithe a bheidh an íocaíocht seiceáilte.",
        ),
        short=(
            "{hotel}: tá do shuíocháin curtha in áirithe ({event}: {seats}); tá íocaíocht ordú "
            "{order} á seiceáil."
        ),
    ),
    seats_confirmed=Text(
        subject="{hotel}: tá do shuíocháin deimhnithe, ordú {order}",
        paragraphs=(
            "Tá d'íocaíocht deimhnithe: {event}. Do shuíocháin: {seats}.",
            "Táimid ag tnúth le tú a fheiceáil.",
        ),
        short="{hotel}: tá do shuíocháin deimhnithe ({event}: {seats}). Ordú {order}.",
    ),
    seats_rejected=Text(
        subject="{hotel}: níorbh fhéidir d'íocaíocht a dheimhniú, ordú {order}",
        paragraphs=(
            "Níorbh fhéidir d'íocaíocht a dheimhniú ({event}): {reason}",
            (
                "Scaoileadh do shuíocháin: {seats}. Más dóigh leat gur botún é seo, déan "
                "teagmháil linn le do thoil."
            ),
        ),
        short=(
            "{hotel}: níorbh fhéidir íocaíocht ordú {order} a dheimhniú: {reason} Scaoileadh do "
            "shuíocháin."
        ),
    ),
    seats_payment_differs=Text(
        subject="{hotel}: tá difríocht sa mhéid, ordú {order}",
        paragraphs=(
            "Fuaireamar {received} le haghaidh d'ordaithe ({event}); is é {total} an t-iomlán.",
            (
                "Fanann do shuíocháin in áirithe go fóill: {seats}. Déan teagmháil linn le do "
                "thoil, nó seol cruthúnas ar an gcuid eile."
            ),
        ),
        short=(
            "{hotel}: fuaireamar {received} as {total} le haghaidh ordú {order}. Déan teagmháil "
            "linn le do thoil."
        ),
    ),
    seats_reopened=Text(
        subject="{hotel}: tá d'ordú oscailte arís, ordú {order}",
        paragraphs=(
            "Bhí d'ordú ({event}) imithe in éag agus tá sé oscailte arís. Do shuíocháin: {seats}.",
            "Seol do chruthúnas íocaíochta roimh: {until}.",
        ),
        short=(
            "{hotel}: tá ordú {order} ({event}) oscailte arís (go dtí: {until}). Seol do "
            "chruthúnas íocaíochta."
        ),
    ),
    seats_offered=Text(
        subject="{hotel}: tá suíocháin á gcoinneáil duit, {event}",
        paragraphs=(
            "Tá suíocháin ar fáil anois ({event}) agus tá siad á gcoinneáil duit: {seats}.",
            (
                "Is leatsa iad má íocann tú roimh: {until}. Oscail d'áit ar an liosta feithimh "
                "chuige sin."
            ),
        ),
        short=(
            "{hotel}: tá suíocháin ({event}: {seats}) á gcoinneáil duit (go dtí: {until}). Oscail "
            "d'áit ar an liosta feithimh."
        ),
    ),
)
