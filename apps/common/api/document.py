"""What the OpenAPI document says in every operation's place, and of all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

PATH_PARAMETERS: Final[Mapping[str, str]] = {
    "token": "The key that an earlier answer gave for this; whoever has it may come here.",
    "slug": "The event's name in addresses, such as `gala-night`.",
    "event_slug": "The name of one of the hotel's events, such as `gala-night`.",
    "hotel_slug": "A hotel that the login works at, such as `hotel-killarney`.",
    "number": "The order's `order_number`.",
    "name": "The signed name at the end of a link that staff were given.",
}
ANSWERS: Final[Mapping[str, str]] = {
    "200": "Done, or what was asked for.",
    "201": "Made.",
    "202": "Taken up; not done yet.",
    "204": "Done; there is nothing to show.",
}
CODES: Final = """

| Status | Codes |
| --- | --- |
{rows}
"""


def complete_document(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Describe parameters and answers that an operation left silent, and list all error codes.

    A hook of drf-spectacular, named in its ``POSTPROCESSING_HOOKS``.
    """
    for operation in operations(result):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                parameter.setdefault("description", PATH_PARAMETERS.get(parameter["name"], ""))
        for status, response in operation["responses"].items():
            response["description"] = response.get("description") or ANSWERS.get(status, "")
    rows = [
        f"| {status} | {', '.join(f'`{code}`' for code in sorted(codes))} |"
        for status, codes in sorted(_codes(result).items())
    ]
    result["info"]["description"] += CODES.format(rows="\n".join(rows))
    return result


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the operations of a document, in its order."""
    for path in document["paths"].values():
        yield from path.values()


def _codes(document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the error codes by the status they come with."""
    codes: dict[str, set[str]] = defaultdict(set)
    for operation in operations(document):
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    if isinstance(error := example["value"].get("error"), dict):
                        codes[status].add(error["code"])
    return codes
