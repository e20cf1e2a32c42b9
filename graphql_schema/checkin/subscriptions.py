"""Watching a check-in."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import strawberry

from apps.checkin.errors import FlowNotFound
from apps.checkin.selectors import find_open_flow
from apps.common.reading import in_thread
from graphql_schema.checkin.enums import FlowStatus
from graphql_schema.checkin.types import CheckInFlow
from graphql_schema.live import watch


@strawberry.type
class CheckInSubscription:
    @strawberry.subscription(
        description="The check-in now, then after every change, until it has ended."
    )
    async def check_in_flow(
        self, info: strawberry.Info[Any, None], token: str
    ) -> AsyncGenerator[CheckInFlow, None]:
        opened = await in_thread(find_open_flow, token)
        if opened is None:
            raise FlowNotFound
        states = watch(opened.flow.live_group, lambda: _read(token))
        async for flow in states:
            yield flow
            if flow.status != FlowStatus.IN_PROGRESS:
                return


def _read(token: str) -> CheckInFlow | None:
    opened = find_open_flow(token)
    return CheckInFlow.of(opened) if opened else None
