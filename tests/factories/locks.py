"""Accounts, gateways, locks, grants and codes. Rows only: nothing is asked of a lock cloud."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.common.crypto import keyed_digest
from apps.locks.models import AccessCode, AccessGrant, Gateway, Lock, LockAccount
from apps.locks.states import CodeState, GrantState

FIRST_LOCK_ID = 1_000_001  # the simulator knows every lock of its demo range at first mention
PIN = "4741"


class LockAccountFactory(DjangoModelFactory):
    """An account with credentials of its own; the simulator takes any."""

    class Meta:
        model = LockAccount

    name = factory.Sequence(lambda n: f"Locks of house {n}")
    client_id = "doorstep-tests"
    client_secret = "not-a-secret"
    username = "locks@example.com"
    password = "not-a-password"


class GatewayFactory(DjangoModelFactory):
    """A gateway. The simulator's own ones are 1 and 2."""

    class Meta:
        model = Gateway

    account = factory.SubFactory(LockAccountFactory)
    vendor_gateway_id = factory.Sequence(lambda n: 9_001 + n)
    name = factory.Sequence(lambda n: f"Gateway {n}")


class LockFactory(DjangoModelFactory):
    """The lock of a room. ``front_door=True``: of the house. ``gateways=[…]``: known to carry it.

    In the simulator, even ids hang on gateway 1 and odd ones on gateway 2.
    """

    class Meta:
        model = Lock
        skip_postgeneration_save = True

    class Params:
        front_door = factory.Trait(is_front_door=True)

    account = factory.SubFactory(LockAccountFactory)
    vendor_lock_id = factory.Sequence(lambda n: FIRST_LOCK_ID + n)
    name = factory.Sequence(lambda n: f"Door {n}")

    @factory.post_generation
    def gateways(self, create: bool, extracted: Iterable[Gateway] | None, **_: Any) -> None:
        if create and extracted:
            self.gateways.set(extracted)


class AccessGrantFactory(DjangoModelFactory):
    """A grant without codes, waiting. ``locks=[…]`` names the doors."""

    class Meta:
        model = AccessGrant
        skip_postgeneration_save = True

    class Params:
        ready = factory.Trait(state=GrantState.READY, ready_at=factory.LazyFunction(timezone.now))
        failed = factory.Trait(state=GrantState.FAILED)
        given_up = factory.Trait(state=GrantState.FAILED, is_given_up=True)
        ended = factory.Trait(state=GrantState.ENDED, ended_at=factory.LazyFunction(timezone.now))

    account = factory.SubFactory(LockAccountFactory)
    holder = factory.Sequence(lambda n: f"tests:{n}")
    label = factory.Sequence(lambda n: f"T-{n}")
    pin = PIN
    pin_length = factory.LazyAttribute(lambda grant: len(grant.pin))
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda grant: grant.starts_at + timedelta(days=2))
    asked_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def locks(self, create: bool, extracted: Iterable[Lock] | None, **_: Any) -> None:
        if create and extracted:
            self.locks.set(extracted)


class AccessCodeFactory(DjangoModelFactory):
    """A code as the database promises it; PENDING and owing nothing unless said otherwise."""

    class Meta:
        model = AccessCode

    class Params:
        on_the_lock = factory.Trait(
            state=CodeState.SET,
            vendor_code_id=factory.Sequence(lambda n: 5_000_001 + n),
            accepted_at=factory.LazyFunction(timezone.now),
        )
        delayed = factory.Trait(state=CodeState.DELAYED, is_outcome_unknown=True)
        failed = factory.Trait(state=CodeState.FAILED, is_outcome_unknown=True)
        removing = factory.Trait(state=CodeState.REMOVING)
        removed = factory.Trait(
            state=CodeState.REMOVED, removed_at=factory.LazyFunction(timezone.now)
        )
        due = factory.Trait(due_at=factory.LazyFunction(timezone.now))

    grant = factory.SubFactory(AccessGrantFactory)
    lock = factory.LazyAttribute(lambda code: LockFactory(account=code.grant.account))
    digits = factory.SelfAttribute("grant.pin")
    digits_digest = factory.LazyAttribute(lambda code: keyed_digest(code.digits))
    starts_at = factory.SelfAttribute("grant.starts_at")
    ends_at = factory.SelfAttribute("grant.ends_at")
    asked_at = factory.LazyFunction(timezone.now)
