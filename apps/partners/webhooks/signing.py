"""Signatures as the Standard Webhooks specification has them.

Source: https://www.standardwebhooks.com, version 1: HMAC-SHA256 over ``id.timestamp.body``.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from standardwebhooks import Webhook

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """Return a secret as receivers keep it: ``whsec_`` and its bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(
    *, message_id: str, at: datetime, body: str, live_secrets: Sequence[str]
) -> Mapping[str, str]:
    """Return the headers of one try at the instant ``at`` (UTC): a signature by each secret.

    A receiver takes the message if any of them is right, so secrets change without a gap.
    """
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in live_secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
