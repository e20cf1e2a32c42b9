"""The languages that guests are written to in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db import models
from django.utils import dateformat, translation


class Language(models.TextChoices):
    """A language that every notice is written in; the value is its ISO 639-1 code."""

    ENGLISH = "en", "English"
    IRISH = "ga", "Gaeilge"
    GERMAN = "de", "Deutsch"
    FRENCH = "fr", "Français"
    SPANISH = "es", "Español"
    ITALIAN = "it", "Italiano"


DEFAULT_LANGUAGE: Final = Language.ENGLISH
DAY_FORMATS: Final[Mapping[Language, str]] = {  # where it is not "3 August 2026"
    Language.GERMAN: "j. F Y",
    Language.SPANISH: r"j \d\e F \d\e Y",
}


def choose_language(*wanted: str) -> Language:
    """Return the first of ``wanted`` that is written in, else English.

    A wanted language is a tag such as ``de``, ``de-AT`` or ``de_AT``; the region does not count.
    """
    for tag in wanted:
        code = tag.strip().replace("_", "-").partition("-")[0].lower()
        if code in Language.values:
            return Language(code)
    return DEFAULT_LANGUAGE


def day_in_words(day: date, language: Language) -> str:
    """Write a day as people who read ``language`` do."""
    with translation.override(language.value):
        words = dateformat.format(day, DAY_FORMATS.get(language, "j F Y"))
    # Django's Italian months begin with a capital letter; Italy's do not.
    return words.lower() if language == Language.ITALIAN else words
