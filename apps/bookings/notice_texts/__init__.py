"""What guests are told, in every language.

No text holds a door code: it holds a link to where the code is shown. Hotels are named before a
colon, so that no language has to fit an article or a preposition to a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from apps.bookings.notice_texts.catalogue import NoticeTexts
from apps.bookings.notice_texts.de import TEXTS as GERMAN
from apps.bookings.notice_texts.en import TEXTS as ENGLISH
from apps.bookings.notice_texts.es import TEXTS as SPANISH
from apps.bookings.notice_texts.fr import TEXTS as FRENCH
from apps.bookings.notice_texts.ga import TEXTS as IRISH
from apps.bookings.notice_texts.it import TEXTS as ITALIAN
from apps.common.languages import Language
from apps.common.notices.wording import register_texts

CATALOGUES: Final[Mapping[Language, NoticeTexts]] = {
    Language.ENGLISH: ENGLISH,
    Language.IRISH: IRISH,
    Language.GERMAN: GERMAN,
    Language.FRENCH: FRENCH,
    Language.SPANISH: SPANISH,
    Language.ITALIAN: ITALIAN,
}


def register_all() -> None:
    """Make the texts known to whoever words notices."""
    for language, catalogue in CATALOGUES.items():
        register_texts(language, catalogue.by_template())
