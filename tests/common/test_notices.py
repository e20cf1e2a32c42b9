"""Notices: owed with the transaction, sent at least once and meant once, kept secret, erased."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.common.jobs import claim, run_job
from apps.common.languages import Language, choose_language
from apps.common.logs import line_formatter
from apps.common.models import Alert
from apps.common.notices import wording
from apps.common.notices.asking import notify
from apps.common.notices.backends import NoticeRefused, backend_for, message_id
from apps.common.notices.delivery import GIVE_UP_AFTER, KEPT, purge_old_notices, work_on_notice
from apps.common.notices.models import Channel, Notice, NoticeState
from apps.common.notices.wording import Text, register_texts, word
from tests.background import at_once, run_due_jobs
from tests.fakes.mail_server import MailServer, mail_server

pytestmark = pytest.mark.django_db

ADDRESS = "ada.byron@guests.example.com"
PHONE = "+442079460123"
DEVICE = "a-device-s-push-token"
LINK = "https://stay.example.com/#/hJ3vQ0xN8pL-2sT_bW7yR5mK1cF9dG4aZ6uE0iO3qXs"
ALERT = {"scope": "hotel:7", "kind": "notice_failed", "subject": "BK-2026-0001"}
TEXT = Text(
    subject="{hotel}: open",
    paragraphs=("Welcome to {hotel}.", "It is open."),
    button="Go there",
    short="{hotel}: {link}",
)


@pytest.fixture(autouse=True)
def _texts() -> Iterator[None]:
    register_texts(Language.ENGLISH, {"open": TEXT})
    yield
    del wording._texts["open", Language.ENGLISH]


def ask(key: str = "stay:1", **changes: Any) -> Notice:
    context = {"hotel": "The <Inn>", "link": LINK, "sender": "The Inn", "reply_to": "d@example.com"}
    asked = {
        "channel": Channel.EMAIL,
        "recipient": ADDRESS,
        "template": "open",
        "language": Language.ENGLISH,
        "context": context,
        "dedupe_key": key,
        "scope": ALERT["scope"],
        "subject": ALERT["subject"],
    }
    notify(**(asked | changes))
    return Notice.objects.get(dedupe_key=key)


def later(after: timedelta) -> Any:
    return time_machine.travel(timezone.now() + after, tick=False)


# -- asking ----------------------------------------------------------------------------------


def test_asked_twice_is_sent_once() -> None:
    ask()
    ask()
    run_due_jobs()
    ask()
    run_due_jobs()

    assert [sent.to for sent in mail.outbox] == [[ADDRESS]]
    assert Notice.objects.get().state == NoticeState.SENT


@pytest.mark.django_db(transaction=True)
def test_asked_by_several_at_once_is_one_notice() -> None:
    answers = at_once(*[ask] * 6)

    assert {notice.pk for notice in answers} == {Notice.objects.get().pk}


def test_other_keys_are_other_notices() -> None:
    ask("stay:1")
    ask("stay:2")
    run_due_jobs()

    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_nothing_is_owed_by_a_change_that_did_not_happen() -> None:
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)
    run_due_jobs()

    assert not mail.outbox
    assert not Notice.objects.exists()


def test_who_and_what_is_written_to_lie_encrypted() -> None:
    ask()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM common_notice")
        stored = str(cursor.fetchall())
    for secret in (ADDRESS, LINK, "Inn"):
        assert secret not in stored


# -- wording ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (["de"], "de"),
        (["de-AT"], "de"),
        (["DE_ch"], "de"),
        (["zh-Hant", "it"], "it"),
        (["", "ga"], "ga"),
        (["xx", "yy"], "en"),
        ([""], "en"),
        ([], "en"),
        (["-"], "en"),
    ],
)
def test_the_first_known_language_is_taken_and_english_else(wanted: list[str], chosen: str) -> None:
    assert choose_language(*wanted) == chosen


def test_a_mail_has_text_and_html_and_the_house_as_its_sender(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "stay@example.com"
    ask()
    run_due_jobs()

    sent = mail.outbox[0]
    assert sent.from_email == "The Inn <stay@example.com>"
    assert sent.reply_to == ["d@example.com"]
    assert sent.subject == "The <Inn>: open"
    assert sent.body == f"Welcome to The <Inn>.\n\nIt is open.\n\nGo there:\n{LINK}\n"
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert "Welcome to The &lt;Inn&gt;." in html
    assert f'href="{LINK}"' in html


def test_a_value_never_makes_another_header() -> None:
    context = {"hotel": "Inn\r\nBcc: all@example.com", "link": LINK, "sender": "Inn\nX: y"}

    message = word("open", "en", context)

    assert "\n" not in message.subject + message.sender
    ask(context=context)
    run_due_jobs()
    assert mail.outbox[0].recipients() == [ADDRESS]


def test_braces_in_a_value_stay_what_they_are() -> None:
    assert word("open", "en", {"hotel": "{link} {0}", "link": LINK}).subject == "{link} {0}: open"


def test_a_language_without_the_text_falls_back_to_english() -> None:
    assert word("open", "ga", {"hotel": "Inn", "link": LINK}).subject == "Inn: open"


# -- the ways out ----------------------------------------------------------------------------


@pytest.mark.parametrize(("channel", "recipient"), [(Channel.SMS, PHONE), (Channel.PUSH, DEVICE)])
def test_in_development_short_messages_are_files_and_a_repeat_is_the_same_file(
    channel: Channel, recipient: str, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    settings.SMS_BACKEND = settings.PUSH_BACKEND = "apps.common.notices.backends.FileBackend"
    notice = ask(channel=channel, recipient=recipient)
    run_due_jobs()
    notice.refresh_from_db()
    Notice.objects.update(state=NoticeState.PENDING, due_at=timezone.now())
    run_due_jobs()

    (path,) = (tmp_path / channel.lower()).iterdir()
    assert path.read_text() == f"To: {recipient}\n\nThe <Inn>: {LINK}\n"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, before anything could be blanked."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


class Leaky:
    """A backend that fails and says too much."""

    def send(self, *, recipient: str, message: Any, **_: Any) -> None:
        raise ConnectionError(f"{recipient} {message.short}")


@pytest.mark.parametrize(
    "backend", ["apps.common.notices.backends.ConsoleBackend", f"{__name__}.Leaky"]
)
def test_no_log_line_says_who_was_told_or_what(
    backend: str, logged: io.StringIO, settings: Settings
) -> None:
    line_formatter()
    settings.SMS_BACKEND = backend
    notice = ask(channel=Channel.SMS, recipient=PHONE)
    run_due_jobs()

    lines = logged.getvalue()
    assert str(notice.pk) in lines  # it is logged, but not what it says
    for secret in (PHONE, LINK, "Inn"):
        assert secret not in lines
    notice.refresh_from_db()
    assert PHONE not in notice.last_error


@pytest.mark.parametrize(("channel", "recipient"), [(Channel.SMS, PHONE), (Channel.PUSH, DEVICE)])
def test_what_nothing_is_set_up_to_send_is_kept_as_skipped_and_not_as_sent(
    channel: Channel, recipient: str, settings: Settings
) -> None:
    settings.SMS_BACKEND = settings.PUSH_BACKEND = "apps.common.notices.backends.ConsoleBackend"
    notice = ask(channel=channel, recipient=recipient)
    run_due_jobs()
    notice.refresh_from_db()

    assert (notice.state, notice.last_error) == (NoticeState.SKIPPED, "NothingSetUp")
    assert notice.sent_at is None
    assert not Alert.objects.exists()

    with later(timedelta(days=8)):  # like every other one, it is erased in time
        run_due_jobs()
    notice.refresh_from_db()
    assert (notice.state, notice.recipient) == (NoticeState.SKIPPED, "")


# -- failing ---------------------------------------------------------------------------------


@pytest.fixture
def postman(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def test_a_mail_arrives_over_smtp(postman: MailServer) -> None:
    notice = ask()
    run_due_jobs()

    (taken,) = postman.taken
    assert taken["To"] == ADDRESS
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Message-ID"] == message_id(notice.pk)
    body = taken.get_body(("plain",))
    assert body is not None
    assert LINK in body.get_content()


TEMPORARY = [
    ("", b"421 come back later"),
    ("MAIL", b"451 not now"),
    ("MAIL", b"550 this sender may not"),  # the installation's trouble, not the guest's
    ("RCPT", b"450 greylisted"),
    ("DATA", b"451 not now"),
    ("END", b"452 disk full"),
]


@pytest.mark.parametrize(("verb", "answer"), TEMPORARY)
def test_a_server_that_refuses_for_now_is_tried_again(
    verb: str, answer: bytes, postman: MailServer
) -> None:
    postman.answers[verb] = answer
    notice = ask()
    run_due_jobs()

    notice.refresh_from_db()
    assert notice.state == NoticeState.PENDING
    assert notice.due_at is not None
    assert notice.due_at > timezone.now()
    assert notice.last_error.startswith("SMTP")
    assert not Alert.objects.exists()

    postman.answers.clear()
    postman.taken.clear()
    with time_machine.travel(notice.due_at, tick=False):
        run_due_jobs()
    notice.refresh_from_db()
    assert (notice.state, notice.last_error) == (NoticeState.SENT, "")
    assert len(postman.taken) == 1


def test_after_a_day_of_tries_with_growing_pauses_staff_are_told(postman: MailServer) -> None:
    postman.answers["RCPT"] = b"450 greylisted"
    notice = ask()
    pauses = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        while notice.state == NoticeState.PENDING:
            assert not Alert.objects.exists()
            run_due_jobs()
            notice.refresh_from_db()
            assert notice.due_at is not None
            pauses.append(notice.due_at - timezone.now())
            clock.move_to(notice.due_at)
    *pauses, _until_erased = pauses

    assert notice.state == NoticeState.FAILED
    assert notice.last_error == "SMTPRecipientsRefused"
    assert postman.conversations == len(pauses) + 1 >= 10
    assert pauses[0] < timedelta(minutes=2)
    assert max(pauses) > timedelta(hours=2)
    assert GIVE_UP_AFTER / 2 < sum(pauses, timedelta()) < GIVE_UP_AFTER
    alert = Alert.objects.get(**ALERT, closed_at=None)
    assert ADDRESS not in alert.message


@pytest.mark.parametrize(("verb", "answer"), [("RCPT", b"550 no such user"), ("END", b"554 no")])
def test_an_address_or_a_message_that_is_refused_for_good_fails_at_once(
    verb: str, answer: bytes, postman: MailServer
) -> None:
    postman.answers[verb] = answer
    notice = ask()
    run_due_jobs()

    notice.refresh_from_db()
    assert (notice.state, postman.conversations) == (NoticeState.FAILED, 1)
    assert Alert.objects.filter(**ALERT, closed_at=None).count() == 1


def test_what_is_no_address_fails_at_once(postman: MailServer) -> None:
    notice = ask(recipient="no\naddress")
    run_due_jobs()

    notice.refresh_from_db()
    assert notice.state == NoticeState.FAILED


def test_the_alert_closes_when_the_next_notice_about_the_same_arrives(postman: MailServer) -> None:
    postman.answers["RCPT"] = b"550 no such user"
    ask("stay:1")
    run_due_jobs()
    postman.answers.clear()
    ask("stay:2")
    run_due_jobs()

    assert not Alert.objects.filter(**ALERT, closed_at=None).exists()


def test_a_worker_that_dies_between_sending_and_storing_sends_the_same_message_again(
    postman: MailServer,
) -> None:
    notice = ask()
    lease = claim(Notice, notice.pk)
    assert lease is not None
    message = word("open", "en", {"hotel": "Inn", "link": LINK})
    backend_for(Channel.EMAIL).send(
        notice_id=notice.pk, channel=Channel.EMAIL, recipient=ADDRESS, message=message
    )
    # Here the worker dies: nothing is stored, and its lease ends.
    with later(timedelta(minutes=1)):
        run_due_jobs()

    first, second = postman.taken
    assert first["Message-ID"] == second["Message-ID"]
    notice.refresh_from_db()
    assert notice.state == NoticeState.SENT


def test_a_worker_that_lost_its_lease_sends_nothing() -> None:
    notice = ask()
    slow = claim(Notice, notice.pk)
    assert slow is not None
    with later(timedelta(minutes=1)):
        run_due_jobs()
        work_on_notice(slow)

    assert len(mail.outbox) == 1


# -- erasing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("is_refused", [False, True])
def test_what_was_said_to_whom_is_erased_some_days_later(
    is_refused: bool, postman: MailServer
) -> None:
    if is_refused:
        postman.answers["RCPT"] = b"550 no such user"
    notice = ask()
    run_due_jobs()
    notice.refresh_from_db()
    assert notice.recipient == ADDRESS

    state = notice.state
    with later(KEPT - timedelta(seconds=1)):
        assert not run_job(Notice._meta.label, str(notice.pk))
    with later(KEPT + timedelta(minutes=1)):
        run_due_jobs()
        ask()  # still known by its key
        run_due_jobs()
    notice.refresh_from_db()
    assert (notice.recipient, notice.context, notice.due_at) == ("", "", None)
    assert notice.state == state
    assert postman.conversations == 1


def test_a_purge_erases_older_notices_and_sends_none_of_them() -> None:
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=False):
        old = ask("stay:1")
    new = ask("stay:2")

    assert purge_old_notices(before=timezone.now() - timedelta(days=1)) == 1
    run_due_jobs()

    old.refresh_from_db()
    assert (old.recipient, old.context, old.state) == ("", "", NoticeState.FAILED)
    new.refresh_from_db()
    assert new.recipient == ADDRESS
    assert len(mail.outbox) == 1
    assert purge_old_notices(before=timezone.now() - timedelta(days=1)) == 0


def test_a_refusal_says_nothing_of_the_address(postman: MailServer) -> None:
    postman.answers["RCPT"] = b"550 no such user"
    message = word("open", "en", {"hotel": "Inn", "link": LINK})

    with pytest.raises(NoticeRefused) as refusal:
        backend_for(Channel.EMAIL).send(
            notice_id=ask().pk, channel=Channel.EMAIL, recipient=ADDRESS, message=message
        )
    assert str(refusal.value) == "SMTPRecipientsRefused"
