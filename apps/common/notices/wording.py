"""From a template's name, a language and a context to the words that are sent.

Rooms register the texts that they send; the ground knows the names only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string

from apps.common.languages import DEFAULT_LANGUAGE, Language

# What a context may hold beside the names that the texts mention.
LINK: Final = "link"
SENDER: Final = "sender"
REPLY_TO: Final = "reply_to"
SIGNATURE: Final = "signature"


class UnknownTemplate(LookupError):
    """No text is registered under the name of a template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A notice in one language, as format strings.

    ``button`` names the link that follows the paragraphs of an e-mail, where there is one.
    ``short`` is the whole of a text or push message.
    """

    subject: str
    paragraphs: tuple[str, ...]
    button: str | None = None
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice in words. ``sender`` is a name to show, ``reply_to`` an address; both may be ""."""

    subject: str
    text: str
    html: str
    short: str
    sender: str
    reply_to: str


_texts: dict[tuple[str, Language], Text] = {}


def register_texts(language: Language, texts: Mapping[str, Text]) -> None:
    """Make templates known in one language. Registering a name again replaces it."""
    _texts.update({(name, language): text for name, text in texts.items()})


def word(template: str, language: str, context: Mapping[str, str]) -> Message:
    """Put ``context`` into the template's text. Raises UnknownTemplate, KeyError."""
    tongue = Language(language)
    text = _texts.get((template, tongue)) or _texts.get((template, DEFAULT_LANGUAGE))
    if text is None:
        raise UnknownTemplate(template)
    paragraphs = [paragraph.format_map(context) for paragraph in text.paragraphs]
    subject = " ".join(text.subject.format_map(context).split())  # a header is one line
    link = context[LINK] if text.button else ""
    signature = context.get(SIGNATURE, "").splitlines()
    parts = [*paragraphs, *([f"{text.button}:\n{link}"] if link else []), "\n".join(signature)]
    page = {
        "language": tongue.value,
        "subject": subject,
        "paragraphs": paragraphs,
        "button": text.button,
        "link": link,
        "signature": signature,
    }
    return Message(
        subject=subject,
        text="\n\n".join(filter(None, parts)) + "\n",
        html=render_to_string("notices/message.html", page),
        short=text.short.format_map(context),
        sender=" ".join(context.get(SENDER, "").split()),
        reply_to=context.get(REPLY_TO, ""),
    )
