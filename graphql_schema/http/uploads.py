"""Forms with files.

Source: GraphQL multipart request specification. ``operations`` is the request with null in the
place of each file, ``map`` tells the places of each file of the form.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict

from apps.common.errors import TooLarge
from graphql_schema.http.refusals import body_refused
from graphql_schema.limits import DocumentRefused

MOST_FILES: Final = 10  # no input has more than one
MOST_STEPS: Final = 20  # of a path; as deep as variables may be


def read_form(request: HttpRequest, decode: Callable[[str], Any]) -> Any:
    """Return the form's operations with its files in their places. Raises DocumentRefused."""
    try:
        fields, files = _parts(request)
    except RequestDataTooBig:
        raise body_refused(TooLarge()) from None
    except (MultiPartParserError, SuspiciousOperation, BadRequest, UnicodeError, ValueError):
        raise DocumentRefused("The form can't be read.") from None
    if "operations" not in fields or "map" not in fields:
        raise DocumentRefused("The form needs the fields `operations` and `map`.")
    operations, places = decode(str(fields["operations"])), decode(str(fields["map"]))
    if not isinstance(places, dict) or len(places) > MOST_FILES:
        raise DocumentRefused(f"`map` must be an object of at most {MOST_FILES} files.")
    for name, paths in places.items():
        _put_everywhere(files.get(name), operations, paths)
    return operations


def _parts(request: HttpRequest) -> tuple[QueryDict, MultiValueDict[str, UploadedFile[Any]]]:
    """Return fields and files, also of a form that comes in chunks.

    The framework takes a missing length for a missing body; it needs one only to choose where
    files are kept.
    """
    if "chunked" in request.headers.get("Transfer-Encoding", ""):
        untold = {**request.META, "CONTENT_LENGTH": str(sys.maxsize)}
        return request.parse_file_upload(untold, request)
    return request.POST, request.FILES


def _put_everywhere(file: object | None, operations: Any, paths: Any) -> None:
    if file is None:
        raise DocumentRefused("`map` names a file that the form does not have.")
    if not isinstance(paths, list) or not 0 < len(paths) <= MOST_FILES:
        raise DocumentRefused("`map` must name the places of each file in a list.")
    for path in paths:
        _put(file, operations, path)


def _put(file: object, operations: Any, path: Any) -> None:
    """Put a file where null stands for it. Raises DocumentRefused."""
    steps = path.split(".", MOST_STEPS) if isinstance(path, str) else []
    place = operations
    try:
        if "variables" not in steps[:2]:
            raise KeyError(path)
        for step in steps[:-1]:
            place = place[_key(place, step)]
        last = _key(place, steps[-1])
        if place[last] is not None:
            raise KeyError(path)
        place[last] = file
    except (LookupError, TypeError, ValueError):
        raise DocumentRefused("`map` names a place that does not hold null.") from None


def _key(place: Any, step: str) -> str | int:
    """Return the key of a step, beyond the list if it is no number. Raises ValueError."""
    if not isinstance(place, list):
        return step
    return int(step) if step.isdecimal() else len(place)
