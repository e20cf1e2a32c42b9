"""French."""

from __future__ import annotations

from typing import Final

from apps.bookings.notice_texts.catalogue import NoticeTexts
from apps.common.notices.wording import Text

TEXTS: Final = NoticeTexts(
    stay_link=Text(
        subject="{hotel} : votre séjour est prêt",
        paragraphs=(
            (
                "Votre enregistrement est terminé. Votre séjour est prévu du {arrival} au "
                "{departure}."
            ),
            (
                "Ce lien mène à votre code d’accès et à toutes les informations sur votre "
                "séjour. Gardez-le pour vous : toute personne qui l’a peut voir votre code."
            ),
        ),
        button="Ouvrir mon séjour",
        short="{hotel} : votre séjour est prêt. Votre code d’accès se trouve ici : {link}",
    ),
    codes_changed=Text(
        subject="{hotel} : votre code d’accès a changé",
        paragraphs=(
            (
                "Votre code d’accès a changé. Ouvrez votre séjour pour voir le code valable "
                "maintenant."
            ),
            "Il se peut que l’ancien code n’ouvre plus votre porte.",
        ),
        button="Ouvrir mon séjour",
        short="{hotel} : votre code d’accès a changé. Le nouveau se trouve ici : {link}",
    ),
    stay_opened_on_new_device=Text(
        subject="{hotel} : votre séjour a été ouvert sur un nouvel appareil",
        paragraphs=(
            "Votre séjour a été ouvert sur un nouvel appareil : {when}, heure de l’hôtel.",
            (
                "Si c’était vous, vous n’avez rien à faire. Sinon, contactez-nous sans attendre "
                ": une autre personne a peut-être vu votre code d’accès."
            ),
        ),
        short=(
            "{hotel} : votre séjour a été ouvert sur un nouvel appareil ({when}). Si ce "
            "n’était pas vous, contactez-nous sans attendre."
        ),
    ),
    checked_out=Text(
        subject="{hotel} : merci de votre séjour",
        paragraphs=(
            "Votre départ est enregistré et votre code d’accès n’est plus valable.",
            (
                "Merci d’avoir séjourné chez nous. Nous vous souhaitons un bon voyage et "
                "espérons vous revoir bientôt."
            ),
        ),
        short="{hotel} : votre départ est enregistré. Merci de votre séjour et bon voyage !",
    ),
    message_received=Text(
        subject="{hotel} : un message pour vous",
        paragraphs=(
            (
                "La réception vous a envoyé un message. Ouvrez votre séjour pour le lire et y "
                "répondre."
            ),
        ),
        button="Lire le message",
        short="{hotel} : la réception vous a envoyé un message. Lisez-le ici : {link}",
    ),
)
