"""urql sends files by the multipart request specification, and persisted queries."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.clients.node import Node
from tests.factories.seating import SeatingEventFactory, choose, picture


def test_a_file_and_persisted_queries_arrive(node: Node, url: str, tmp_path: Path) -> None:
    order = choose(SeatingEventFactory(seats=2), "A-1")
    content = base64.b64encode(picture().getvalue()).decode()

    seen = node.play("urql.mjs", tmp_path, url=url, order=order.token, picture=content)

    assert (seen["wrong"]["code"], seen["wrong"]["field"]) == ("INVALID_FILE", "file")
    assert seen["right"]["status"] == "AWAITING_REVIEW"
    assert [order["status"] for order in seen["orders"]] == ["AWAITING_REVIEW"] * 2
    forms, queries = seen["sent"][:2], seen["sent"][2:]
    assert forms == ["form", "form"]
    # The digest alone, the document with it, and from then on the digest alone.
    assert ["query" in keys for keys in queries] == [False, True, False]
