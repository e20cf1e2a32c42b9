"""The ways out: e-mail by Django's mail, texts and pushes by classes named in the settings.

A backend returns once the next party has taken the message over. It raises NoticeRefused where
trying again can't help, such as an address that does not exist, and NothingSetUp where it sends
nothing at all; whatever else it raises is tried again later. It says nothing of recipient or
content in a log.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string

from apps.common.notices.models import Channel
from apps.common.notices.wording import Message

log = structlog.get_logger(__name__)

PERMANENT: Final = 500  # from this reply code on, the same try can't succeed
BACKEND_SETTINGS: Final[Mapping[Channel, str]] = {
    Channel.SMS: "SMS_BACKEND",
    Channel.PUSH: "PUSH_BACKEND",
}


class NoticeRefused(Exception):
    """The recipient or the message was refused for good."""


class NothingSetUp(Exception):
    """This installation has nothing that sends notices of the channel."""


class Backend(Protocol):
    """What a channel needs; made anew, without arguments, for each notice."""

    def send(self, *, notice_id: UUID, channel: Channel, recipient: str, message: Message) -> None:
        """Hand the message over. ``notice_id`` is the same at every try, so repeats can be told.

        Raises NoticeRefused, NothingSetUp.
        """


def backend_for(channel: Channel) -> Backend:
    """Return the way out for ``channel``."""
    if channel == Channel.EMAIL:
        return EmailBackend()
    backend: Backend = import_string(getattr(settings, BACKEND_SETTINGS[channel]))()
    return backend


class EmailBackend:
    """E-mail, as text with an HTML alternative."""

    def send(self, *, notice_id: UUID, channel: Channel, recipient: str, message: Message) -> None:
        """Send by Django's mail. Raises NoticeRefused."""
        _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=message.text,
            from_email=formataddr((message.sender, address)),
            to=[recipient],
            reply_to=[message.reply_to] if message.reply_to else None,
            headers={"Message-ID": message_id(notice_id), "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(message.html, "text/html")
        try:
            mail.send()
        except (smtplib.SMTPException, ValueError, UnicodeError) as error:
            if _is_final(error):
                raise NoticeRefused(type(error).__name__) from None  # its text has the address
            raise


def message_id(notice_id: UUID) -> str:
    """Return the same Message-ID at every try, so that mail programs fold a repeated message."""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{notice_id}@{address.rpartition('@')[2]}>"


def _is_final(error: Exception) -> bool:
    """Answer whether the address or the message itself is refused, for good.

    A refused login or sender is the installation's own trouble, which its operator may mend
    within the day. Source: RFC 5321, section 4.2.1.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= PERMANENT
    return not isinstance(error, smtplib.SMTPException) or isinstance(
        error, smtplib.SMTPNotSupportedError
    )


class ConsoleBackend:
    """Logs that there was something to send: stands in where no other backend is named."""

    def send(self, *, notice_id: UUID, channel: Channel, recipient: str, message: Message) -> None:
        """Write one line without recipient or content. Raises NothingSetUp."""
        log.warning("notice.not_delivered", channel=channel.value, notice=str(notice_id))
        raise NothingSetUp


class FileBackend:
    """Writes messages where a developer can read them: ``sms/`` or ``push/`` in the var directory.

    A repeated message lands in the same file.
    """

    def send(self, *, notice_id: UUID, channel: Channel, recipient: str, message: Message) -> None:
        """Write the file."""
        folder = Path(settings.VAR_DIR) / channel.value.lower()
        folder.mkdir(parents=True, exist_ok=True)
        body = f"To: {recipient}\n\n{message.short}\n"
        (folder / f"{notice_id}.txt").write_text(body, encoding="utf-8")
