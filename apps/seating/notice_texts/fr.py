"""French."""

from __future__ import annotations

from typing import Final

from apps.common.notices.wording import Text
from apps.seating.notice_texts.catalogue import SeatTexts

TEXTS: Final = SeatTexts(
    seats_submitted=Text(
        subject="{hotel} : votre paiement est en cours de vérification, commande {order}",
        paragraphs=(
            (
                "Nous avons reçu votre justificatif de paiement pour {event}. Vos places sont "
                "réservées : {seats}."
            ),
            "Dès que le paiement sera vérifié, nous vous écrirons de nouveau.",
        ),
        short=(
            "{hotel} : vos places pour {event} sont réservées ({seats}) ; le paiement de la "
            "commande {order} est en cours de vérification."
        ),
    ),
    seats_confirmed=Text(
        subject="{hotel} : vos places sont confirmées, commande {order}",
        paragraphs=(
            "Votre paiement pour {event} est confirmé. Vos places : {seats}.",
            "Au plaisir de vous accueillir.",
        ),
        short="{hotel} : vos places pour {event} sont confirmées : {seats}. Commande {order}.",
    ),
    seats_rejected=Text(
        subject="{hotel} : votre paiement n'a pas pu être confirmé, commande {order}",
        paragraphs=(
            "Votre paiement pour {event} n'a pas pu être confirmé : {reason}",
            (
                "Vos places ont été libérées : {seats}. S'il s'agit d'une erreur, merci de nous "
                "contacter."
            ),
        ),
        short=(
            "{hotel} : le paiement de la commande {order} n'a pas pu être confirmé : {reason} Vos "
            "places ont été libérées."
        ),
    ),
    seats_payment_differs=Text(
        subject="{hotel} : le montant diffère, commande {order}",
        paragraphs=(
            (
                "Pour votre commande pour {event}, nous avons reçu {received} ; le total est de "
                "{total}."
            ),
            (
                "Vos places restent réservées pour l'instant : {seats}. Merci de nous contacter "
                "ou d'envoyer un justificatif du reste."
            ),
        ),
        short=(
            "{hotel} : pour la commande {order}, nous avons reçu {received} sur {total}. Merci de "
            "nous contacter."
        ),
    ),
    seats_reopened=Text(
        subject="{hotel} : votre commande est de nouveau ouverte, commande {order}",
        paragraphs=(
            (
                "Votre commande pour {event} avait expiré et est de nouveau ouverte. Vos places : "
                "{seats}."
            ),
            "Merci d'envoyer votre justificatif de paiement avant : {until}.",
        ),
        short=(
            "{hotel} : la commande {order} pour {event} est de nouveau ouverte (avant : {until}). "
            "Merci d'envoyer votre justificatif de paiement."
        ),
    ),
    seats_offered=Text(
        subject="{hotel} : des places pour {event} vous sont réservées",
        paragraphs=(
            "Des places pour {event} se sont libérées et vous sont réservées : {seats}.",
            (
                "Elles sont à vous si vous payez avant : {until}. Ouvrez pour cela votre "
                "inscription sur la liste d'attente."
            ),
        ),
        short=(
            "{hotel} : des places pour {event} ({seats}) vous sont réservées (avant : {until}). "
            "Ouvrez votre inscription sur la liste d'attente."
        ),
    ),
)
