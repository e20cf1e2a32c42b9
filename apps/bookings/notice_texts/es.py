"""Spanish."""

from __future__ import annotations

from typing import Final

from apps.bookings.notice_texts.catalogue import NoticeTexts
from apps.common.notices.wording import Text

TEXTS: Final = NoticeTexts(
    stay_link=Text(
        subject="{hotel}: su estancia está lista",
        paragraphs=(
            "Ha completado el registro de entrada. Su estancia es del {arrival} al {departure}.",
            (
                "En este enlace encontrará su código de acceso y toda la información sobre su "
                "estancia. No lo comparta: quien tenga el enlace puede ver su código."
            ),
        ),
        button="Abrir mi estancia",
        short="{hotel}: su estancia está lista. Su código de acceso está aquí: {link}",
    ),
    codes_changed=Text(
        subject="{hotel}: su código de acceso ha cambiado",
        paragraphs=(
            (
                "Su código de acceso ha cambiado. Abra su estancia para ver el código válido en "
                "este momento."
            ),
            "Es posible que el código anterior ya no abra su puerta.",
        ),
        button="Abrir mi estancia",
        short="{hotel}: su código de acceso ha cambiado. El nuevo está aquí: {link}",
    ),
    stay_opened_on_new_device=Text(
        subject="{hotel}: su estancia se ha abierto en un dispositivo nuevo",
        paragraphs=(
            "Su estancia se ha abierto en un dispositivo nuevo: {when}, hora del hotel.",
            (
                "Si ha sido usted, no tiene que hacer nada. Si no, póngase en contacto con "
                "nosotros de inmediato: otra persona podría haber visto su código de acceso."
            ),
        ),
        short=(
            "{hotel}: su estancia se ha abierto en un dispositivo nuevo ({when}). Si no "
            "ha sido usted, póngase en contacto con nosotros de inmediato."
        ),
    ),
    checked_out=Text(
        subject="{hotel}: gracias por su estancia",
        paragraphs=(
            "Su salida está registrada y su código de acceso ya no es válido.",
            (
                "Gracias por alojarse con nosotros. Le deseamos un buen viaje y esperamos verle "
                "de nuevo pronto."
            ),
        ),
        short=(
            "{hotel}: su salida está registrada. Gracias por alojarse con nosotros y buen viaje."
        ),
    ),
    message_received=Text(
        subject="{hotel}: un mensaje para usted",
        paragraphs=(
            "La recepción le ha enviado un mensaje. Abra su estancia para leerlo y responder.",
        ),
        button="Leer el mensaje",
        short="{hotel}: la recepción le ha enviado un mensaje. Léalo aquí: {link}",
    ),
)
