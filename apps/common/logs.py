"""One line per event, with the request's id; never a token, a PIN or a contact."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(
    r"token|secret|password|authorization|api_?key|\bpin\b|^code$|phone|email"
)
# Paths whose next part is the key itself.
KEYED_PATH = re.compile(
    r"(/api/(?:checkin|stays|seating/orders|locks/ttlock/callback)/)[^/\s?\"']+"
)
KEYED_QUERY = re.compile(r"((?:token|authorization|key)=)[^&\s\"']+", re.IGNORECASE)


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank the values of secret names and the keys inside paths."""
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: str, value: Any) -> Any:
    if SECRET_NAMES.search(key) and value not in (None, ""):
        return HIDDEN
    return mask_addresses(value) if isinstance(value, str) else value


def mask_addresses(text: str) -> str:
    """Blank guest keys in any web address inside ``text``."""
    return KEYED_QUERY.sub(rf"\1{HIDDEN}", KEYED_PATH.sub(rf"\1{HIDDEN}", text))


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    hide_secrets,
]


def line_formatter() -> logging.Formatter:
    """Return the formatter of every log line; named in ``settings.LOGGING``."""
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
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False
            ),
        ],
    )
