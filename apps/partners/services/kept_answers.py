"""Doing once what is asked twice: an ``Idempotency-Key`` of the partner's says it is the same.

The answer is kept in the transaction of what the request did, so it can't be that one is there
without the other; whatever ends that transaction early leaves the key free. What may be done twice
without harm, in many parts, has its answer kept afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.bookings.models import Booking
from apps.common.crypto import keyed_digest, keyed_digests, token_digest
from apps.common.idempotency import HEADER, IdempotencyConflict
from apps.common.maintenance import delete_portion
from apps.partners.models import KeptAnswer

KEPT_FOR: Final = timedelta(hours=24)
LONGEST_ROUTE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request with a key. ``content``: all that it says, in one way of writing it."""

    partner_id: int
    key: str
    route: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is told. ``bookings``: whose guests it tells of, for when one is to be forgotten."""

    status: int
    body: str = field(repr=False)
    headers: Mapping[str, str]
    bookings: Collection[Booking] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer, and whether it was kept from an earlier request."""

    answer: Answer
    is_replayed: bool


class AnswerErased(IdempotencyConflict):
    sentence = "This was done before, and its answer went with the guest's details."

    def __init__(self) -> None:
        super().__init__(field=HEADER)


def answer_once(asked: Asked, act: Callable[[], Answer]) -> Told:
    """Do it and keep the answer, or return what was answered before; a twin waits for the first.

    Raises IdempotencyConflict for a key that was used with another content, and whatever ``act``
    raises, which then has done nothing.
    """
    with transaction.atomic():
        kept = _claim(asked)
        if kept is None:
            return Told(answer=_kept(asked), is_replayed=True)
        answer = act()
        _keep(kept, answer)
    return Told(answer=answer, is_replayed=False)


def answer_by_parts(asked: Asked, act: Callable[[], Answer]) -> Told:
    """Do what may be done twice, part by part in transactions of its own, then keep the answer.

    One transaction for many parts would hold the rows of the first while it waits for those of the
    next, which others lock in another order. Twins may both do it; one of their answers is kept.
    Raises as ``answer_once`` does; what ``act`` did before it raised stays done.
    """
    if _of(asked).filter(kept_at__gte=timezone.now() - KEPT_FOR).exists():
        return Told(answer=_kept(asked), is_replayed=True)
    answer = act()
    with transaction.atomic():
        kept = _claim(asked)
        if kept is not None:
            _keep(kept, answer)
    return Told(answer=answer, is_replayed=False)


def _keep(kept: KeptAnswer, answer: Answer) -> None:
    kept.status, kept.body, kept.headers = answer.status, answer.body, dict(answer.headers)
    kept.save(update_fields=["status", "body", "headers"])
    kept.bookings.set(answer.bookings)


def _claim(asked: Asked) -> KeptAnswer | None:
    """Make the row; None: there is one already. Waits for a twin that is still at work."""
    now = timezone.now()
    _of(asked).filter(kept_at__lt=now - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(
                partner_id=asked.partner_id,
                key_digest=_key_digest(asked),
                request_digest=keyed_digest(asked.content),
                route=asked.route[:LONGEST_ROUTE],
                kept_at=now,
            )
    except IntegrityError:
        return None


def _kept(asked: Asked) -> Answer:
    kept = _of(asked).get()
    if kept.erased_at is not None:
        raise AnswerErased
    if kept.request_digest not in keyed_digests(asked.content):
        raise IdempotencyConflict(field=HEADER)
    return Answer(status=kept.status or 0, body=kept.body, headers=kept.headers)


def _of(asked: Asked) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(partner_id=asked.partner_id, key_digest=_key_digest(asked))


def _key_digest(asked: Asked) -> str:
    return token_digest(f"{asked.route}\n{asked.key}")


def erase_answers(booking: Booking) -> None:
    """Forget what was answered about a booking; that it was asked stays known for the day."""
    KeptAnswer.objects.filter(bookings=booking).update(
        request_digest="", headers={}, body="", erased_at=timezone.now()
    )


def purge_answers(now: datetime) -> bool:
    """Delete some answers that nobody may ask for again; return whether any may be left."""
    return delete_portion(
        KeptAnswer.objects.filter(kept_at__lt=now - KEPT_FOR), oldest_by="kept_at"
    )
