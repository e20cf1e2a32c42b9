"""English."""

from __future__ import annotations

from typing import Final

from apps.bookings.notice_texts.catalogue import NoticeTexts
from apps.common.notices.wording import Text

TEXTS: Final = NoticeTexts(
    stay_link=Text(
        subject="{hotel}: your stay is ready",
        paragraphs=(
            "Your check-in is complete. Your stay is from {arrival} to {departure}.",
            (
                "Your door code and everything else about your stay are behind this link. "
                "Please keep it to yourself: whoever has the link can see your door code."
            ),
        ),
        button="Open your stay",
        short="{hotel}: your stay is ready. Your door code is here: {link}",
    ),
    codes_changed=Text(
        subject="{hotel}: your door code has changed",
        paragraphs=(
            "Your door code has changed. Open your stay to see the code that is valid now.",
            "The earlier code may no longer open your door.",
        ),
        button="Open your stay",
        short="{hotel}: your door code has changed. The new one is here: {link}",
    ),
    stay_opened_on_new_device=Text(
        subject="{hotel}: your stay was opened on a new device",
        paragraphs=(
            "Your stay was opened on a new device: {when}, hotel time.",
            (
                "If that was you, there is nothing to do. If it was not, please contact us at "
                "once: somebody else may have seen your door code."
            ),
        ),
        short=(
            "{hotel}: your stay was opened on a new device ({when}). If that was not you, "
            "please contact us at once."
        ),
    ),
    checked_out=Text(
        subject="{hotel}: thank you for your stay",
        paragraphs=(
            "You are checked out, and your door code is no longer valid.",
            "Thank you for staying with us. Have a safe journey, and come back soon.",
        ),
        short=(
            "{hotel}: you are checked out. Thank you for staying with us, and have a safe journey."
        ),
    ),
    message_received=Text(
        subject="{hotel}: a message for you",
        paragraphs=(
            "The front desk has sent you a message. Open your stay to read it and to answer.",
        ),
        button="Read the message",
        short="{hotel}: the front desk has sent you a message. Read it here: {link}",
    ),
)
