"""What the lock cloud says, made fit for logs.

The vendor's sentences may quote the request, and the HTTP library's own debug lines quote
whole URLs; requests hold door codes, tokens and passwords.
"""

import logging
import re
from collections.abc import Mapping
from typing import Final

MASK: Final = "***"
LONGEST_SENTENCE: Final = 200

SECRET_FIELDS: Final = frozenset(
    {
        "accessToken",
        "clientSecret",
        "keyboardPwd",
        "newKeyboardPwd",
        "password",
        "refresh_token",
        "searchStr",
        "username",
    }
)

# Door codes have four digits or more; no sentence needs a longer number than that to be read.
_CODE_LIKE: Final = re.compile(r"\d{4,}")
_QUERY: Final = re.compile(r"\?\S*")


def mask(sentence: str, *, fields: Mapping[str, str]) -> str:
    """``sentence`` on one line without any secret of the request ``fields`` or code-like digits."""
    secrets = sorted((fields[name] for name in SECRET_FIELDS & fields.keys()), key=len)
    for secret in reversed([secret for secret in secrets if secret]):
        sentence = sentence.replace(secret, MASK)
    printable = "".join(letter if letter.isprintable() else " " for letter in sentence)
    return _CODE_LIKE.sub(MASK, printable)[:LONGEST_SENTENCE]


class QueryMask(logging.Filter):
    """Cuts queries out of the HTTP library's debug lines: reads carry their token there."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if "?" in line:
            record.msg, record.args = _QUERY.sub(f"?{MASK}", line), ()
        return True


QUERY_MASK: Final = QueryMask()


def mask_http_library_logs() -> None:
    """Put the mask on the loggers that print URLs. Safe to call again."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(QUERY_MASK)
