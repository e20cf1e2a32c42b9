"""The size of variables, whatever their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql_schema.limits import bounds
from graphql_schema.limits.refusals import TooComplex


def check_variables(variables: Mapping[str, Any]) -> None:
    """Walk decoded JSON without recursion, no further than its limits. Raises TooComplex."""
    count = 0
    level: list[Any] = [variables]
    for _ in range(bounds.DEEPEST_VARIABLE):
        below: list[Any] = []
        for value in level:
            if not isinstance(value, dict | list):
                continue
            count += len(value)
            if count > bounds.MOST_VARIABLE_VALUES:
                raise TooComplex(
                    limit="variables", most=bounds.MOST_VARIABLE_VALUES, unit="values in variables"
                )
            below.extend(value.values() if isinstance(value, dict) else value)
        if not below:
            return
        level = below
    raise TooComplex(
        limit="variableDepth", most=bounds.DEEPEST_VARIABLE, unit="levels in variables"
    )
