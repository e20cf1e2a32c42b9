"""Lists as relay connections: 50 a page by default, 100 at most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import strawberry
from django.db.models import Model

from apps.common.pagination import Page

N = TypeVar("N")
M = TypeVar("M", bound=Model)


@strawberry.type(description="Where a page ends.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more follow.")
    end_cursor: str | None = strawberry.field(description="Pass it as `after` for the next page.")


@strawberry.type(description="One item of a list.")
class Edge(Generic[N]):
    node: N = strawberry.field(description="The item.")
    cursor: str = strawberry.field(description="The item's place in the list.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    edges: list[Edge[N]] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Where the page ends.")


def connection_of(page: Page[M], build: Callable[[M], N]) -> Connection[N]:
    """Turn a page of rows into a connection of what ``build`` makes of each."""
    edges = [Edge(node=build(row), cursor=cursor) for row, cursor in page.rows]
    end = edges[-1].cursor if edges else None
    return Connection(edges=edges, page_info=PageInfo(has_next_page=page.has_next, end_cursor=end))
