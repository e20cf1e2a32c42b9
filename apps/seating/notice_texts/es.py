"""Spanish."""

from __future__ import annotations

from typing import Final

from apps.common.notices.wording import Text
from apps.seating.notice_texts.catalogue import SeatTexts

TEXTS: Final = SeatTexts(
    seats_submitted=Text(
        subject="{hotel}: estamos comprobando su pago, pedido {order}",
        paragraphs=(
            (
                "Hemos recibido su justificante de pago para {event}. Sus asientos están "
                "reservados: {seats}."
            ),
            "En cuanto hayamos comprobado el pago, le escribiremos de nuevo.",
        ),
        short=(
            "{hotel}: sus asientos para {event} están reservados ({seats}); estamos comprobando "
            "el pago del pedido {order}."
        ),
    ),
    seats_confirmed=Text(
        subject="{hotel}: sus asientos están confirmados, pedido {order}",
        paragraphs=(
            "Su pago para {event} está confirmado. Sus asientos: {seats}.",
            "Será un placer recibirle.",
        ),
        short="{hotel}: sus asientos para {event} están confirmados: {seats}. Pedido {order}.",
    ),
    seats_rejected=Text(
        subject="{hotel}: no hemos podido confirmar su pago, pedido {order}",
        paragraphs=(
            "No hemos podido confirmar su pago para {event}: {reason}",
            (
                "Sus asientos han quedado libres: {seats}. Si cree que es un error, póngase en "
                "contacto con nosotros."
            ),
        ),
        short=(
            "{hotel}: no hemos podido confirmar el pago del pedido {order}: {reason} Sus asientos "
            "han quedado libres."
        ),
    ),
    seats_payment_differs=Text(
        subject="{hotel}: el importe no coincide, pedido {order}",
        paragraphs=(
            "Para su pedido para {event} hemos recibido {received}; el total es {total}.",
            (
                "Por ahora sus asientos siguen reservados: {seats}. Póngase en contacto con "
                "nosotros o envíe un justificante del resto."
            ),
        ),
        short=(
            "{hotel}: para el pedido {order} hemos recibido {received} de {total}. Póngase en "
            "contacto con nosotros."
        ),
    ),
    seats_reopened=Text(
        subject="{hotel}: su pedido está abierto de nuevo, pedido {order}",
        paragraphs=(
            "Su pedido para {event} había caducado y está abierto de nuevo. Sus asientos: {seats}.",
            "Envíe su justificante de pago antes de: {until}.",
        ),
        short=(
            "{hotel}: el pedido {order} para {event} está abierto de nuevo (hasta: {until}). "
            "Envíe su justificante de pago."
        ),
    ),
    seats_offered=Text(
        subject="{hotel}: hay asientos para {event} reservados para usted",
        paragraphs=(
            "Han quedado libres asientos para {event} y están reservados para usted: {seats}.",
            (
                "Serán suyos si paga antes de: {until}. Para ello, abra su inscripción en la "
                "lista de espera."
            ),
        ),
        short=(
            "{hotel}: hay asientos para {event} ({seats}) reservados para usted (hasta: {until}). "
            "Abra su inscripción en la lista de espera."
        ),
    ),
)
