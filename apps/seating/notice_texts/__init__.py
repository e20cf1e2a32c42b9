"""What holders of orders are told, in every language.

Hotels and events are named apart from the sentence where a language would have to fit an article or
a preposition to a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from apps.common.languages import Language
from apps.common.notices.wording import register_texts
from apps.seating.notice_texts.catalogue import SeatTexts
from apps.seating.notice_texts.de import TEXTS as GERMAN
from apps.seating.notice_texts.en import TEXTS as ENGLISH
from apps.seating.notice_texts.es import TEXTS as SPANISH
from apps.seating.notice_texts.fr import TEXTS as FRENCH
from apps.seating.notice_texts.ga import TEXTS as IRISH
from apps.seating.notice_texts.it import TEXTS as ITALIAN

CATALOGUES: Final[Mapping[Language, SeatTexts]] = {
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
