"""The limits of documents hold over sockets as well, and the conversation goes on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graphql.socket_client import LEGACY, MODERN, talking
from tests.graphql.test_limits import CYCLE, WIDE_FAN

BOMBS: list[tuple[str, dict[str, Any], str]] = [
    ("{" + "a {" * 900 + "b" + "}" * 901, {}, "QUERY_TOO_COMPLEX"),
    ("subscription { ...A } fragment A on Subscription { ...A }", {}, "VALIDATION_ERROR"),
    (WIDE_FAN, {}, "QUERY_TOO_COMPLEX"),
    (CYCLE, {}, "VALIDATION_ERROR"),
    ("{" + " ".join(f"a{n}: __typename" for n in range(300)) + "}", {}, "QUERY_TOO_COMPLEX"),
    ("{ __typename }", {"list": [1] * 10_001}, "QUERY_TOO_COMPLEX"),
    ("{ __schema { queryType { name } } }", {}, "INTROSPECTION_DISABLED"),
]


@pytest.mark.parametrize("protocol", [MODERN, LEGACY])
async def test_a_bomb_is_refused_and_the_conversation_goes_on(server: str, protocol: str) -> None:
    async with talking(server, protocol) as talk:
        for number, (document, variables, code) in enumerate(BOMBS):
            await talk.subscribe(document, id=str(number), **variables)
            refused = await talk.hear()
            assert (refused["type"], refused["id"]) == ("error", str(number))
            reasons = refused["payload"]
            reason = reasons[0] if isinstance(reasons, list) else reasons
            assert reason["extensions"]["code"] == code

        await talk.subscribe("{ __typename }", id="last")
        answer = await talk.hear()
        assert answer["payload"] == {"data": {"__typename": "Query"}}
