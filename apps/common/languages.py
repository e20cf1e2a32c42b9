"""The languages that guests are written to in."""

from __future__ import annotations

from typing import Final

from django.db import models


class Language(models.TextChoices):
    """A language that every notice is written in; the value is its ISO 639-1 code."""

    ENGLISH = "en", "English"
    IRISH = "ga", "Gaeilge"
    GERMAN = "de", "Deutsch"
    FRENCH = "fr", "Français"
    SPANISH = "es", "Español"
    ITALIAN = "it", "Italiano"


DEFAULT_LANGUAGE: Final = Language.ENGLISH


def choose_language(*wanted: str) -> Language:
    """Return the first of ``wanted`` that is written in, else English.

    A wanted language is a tag such as ``de``, ``de-AT`` or ``de_AT``; the region does not count.
    """
    for tag in wanted:
        code = tag.strip().replace("_", "-").partition("-")[0].lower()
        if code in Language.values:
            return Language(code)
    return DEFAULT_LANGUAGE
