"""One line per event, with the request's id; never a token, a PIN or a contact.

Every line passes ``hide_secrets`` last, whoever wrote it: the project's own code, Django, Huey or
the server. What is named like a secret is blanked; in free text, such as what an exception says,
secrets are known by their shape.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

HIDDEN: Final = "[hidden]"

_NAMED: Final = (  # as a field, a header, or a key in something that was printed
    r"[\w-]{0,30}(?:token|secret|password|passwd|authorization|api[_-]?key|cookie|phone|email)"
    r"[\w-]{0,30}"  # bounded, so that no text takes long
    r"|(?:\w+_)?pins?(?:_?code)?"
    r"|keyboardPwd(?!Id|Type|Name)\w*|passcode"
    r"|(?:full|first|last|guest|holder|contact|sender)_?name|surname|verification"
)
SECRET_NAMES: Final = re.compile(rf"(?:{_NAMED}|code)", re.IGNORECASE)

# What is told by a word before it comes first, then what is known by its shape alone.
SHAPES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # The values of a row, as PostgreSQL tells them when a constraint refuses it.
    (re.compile(r"(Failing row contains )\(.*?(?:\)\.?(?=\n|$)|\Z)", re.DOTALL), rf"\1{HIDDEN}"),
    (re.compile(r"^((?:DETAIL|CONTEXT):\s*)(?!Failing row).*$", re.MULTILINE), rf"\1{HIDDEN}"),
    # The login in an address, and the paths whose next part is the key itself.
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+@"), rf"\1{HIDDEN}@"),
    (
        re.compile(
            r"(/api/(?:checkin|stays|seating/(?:orders|waiting-list)|locks/ttlock/callback)/)"
            r"(?!start/)[^/\s?\"']+"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(r"\b(Bearer|Basic|Api-Key)(\s+|%20|\+)[^\s\"',;)&]+", re.IGNORECASE),
        rf"\1 {HIDDEN}",
    ),
    (
        re.compile(
            rf"""(?<![\w-])((?:{_NAMED}|key)["']?\s*(?:=|:|%3D)\s*)"""
            rf"""(?!{re.escape(HIDDEN)}|(?:Bearer|Basic|Api-Key)\s)"""
            r"""(?:b?"[^"]*"|b?'[^']*'|[^\s&,;"')\]}]+)""",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(
            r"\b(PIN|passcode|door code)([^\w\n]{1,3}(?:is |was )?)\d{4,9}\b", re.IGNORECASE
        ),
        rf"\1\2{HIDDEN}",
    ),
    # Tokens of 256 bits, keys with a prefix, ciphertext: long, and of mixed characters.
    (re.compile(r"\bwhsec_[\w+/=-]+"), HIDDEN),
    (
        re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[A-Za-z0-9_-]{40,}={0,2}(?![\w-])"),
        HIDDEN,
    ),
    (re.compile(r"(?<![\w.%+-])[\w.%+-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), HIDDEN),
    # Phone numbers with a country's code, and as they are dialled within one.
    (re.compile(r"(?:\+|%2B|(?<![\w.:/+-])00)[1-9](?:[ ().-]{0,2}\d){6,14}(?!\w)"), HIDDEN),
    (re.compile(r"(?<![\w.:/+-])\(?0[1-9](?:[ ()-]{0,2}\d){7,9}(?![\w:/-])"), HIDDEN),
)


# What no shape fits, and most of what is logged: ids, names of events and operations, words.
PLAIN: Final = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?:(?:query|mutation|subscription) )?[A-Za-z_]{1,30}(?:\.[A-Za-z_]{1,30})*"
)
OWN: Final = frozenset({"timestamp", "level", "logger", "route"})  # always from the code


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank the values of secret names, and secrets inside all other values."""
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: object, value: Any) -> Any:
    if value in (None, "") or isinstance(value, bool):
        return value
    if isinstance(key, str) and SECRET_NAMES.fullmatch(key):
        return HIDDEN
    if isinstance(value, int | float) or key in OWN:
        return value
    if isinstance(value, Mapping):
        return {inner: _hidden(inner, part) for inner, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(None, part) for part in value]
    return mask(str(value))


def mask(text: str) -> str:
    """Blank tokens, PINs and contacts anywhere inside ``text``."""
    if PLAIN.fullmatch(text):
        return text
    for shape, replacement in SHAPES:
        text = shape.sub(replacement, text)
    return text


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


def _json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


_RENDERERS: Final[Mapping[str, Any]] = {
    "logfmt": structlog.processors.LogfmtRenderer(
        key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False
    ),
    "json": _json,
}


def line_formatter(form: str = "logfmt") -> logging.Formatter:
    """Return the formatter of every log line; named in ``settings.LOGGING``.

    ``form``: "logfmt" or "json", an object in each line with the same fields.
    """
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            hide_secrets,
            _RENDERERS[form],
        ],
    )
