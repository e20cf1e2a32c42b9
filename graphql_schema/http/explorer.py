"""The page of the schema explorer, where a setting shows it to browsers.

Its scripts weigh 4.1 MB and come from a public host, each under its version and digest; the page
may load these files and nothing else from there. The policy is read from the page, so both change
together with the library that ships it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from typing import Final

from django.http import HttpResponse
from strawberry.http.ides import get_graphql_ide_html

from apps.common.security_headers import POLICY

FOREIGN: Final = re.compile(r"<(script|link)\b([^>]*?\b(?:src|href)=\"(https://[^\"]+)\"[^>]*)>")
WRITTEN: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def explorer_page() -> HttpResponse:
    """Return the page, under its policy."""
    page, policy = _page_and_policy()
    response = HttpResponse(page)
    response[POLICY] = policy
    return response


@lru_cache(maxsize=1)
def _page_and_policy() -> tuple[str, str]:
    page = get_graphql_ide_html(graphql_ide="graphiql")
    return page, policy_of(page)


def policy_of(page: str) -> str:
    """Return the policy that lets ``page`` load what it names, and run what is written in it.

    A foreign file without a digest is left out, and so is refused by the browser. Pure.
    """
    files: dict[str, list[str]] = {"script": [], "link": []}
    for kind, attributes, address in FOREIGN.findall(page):
        if 'integrity="sha' in attributes:
            files[kind].append(address)
    written = [f"'sha256-{_digest(text)}'" for text in WRITTEN.findall(page)]
    # The editor measures its lines by styles of its own.
    return (
        f"default-src 'none'; script-src {' '.join([*files['script'], *written])};"
        f" style-src 'unsafe-inline' {' '.join(files['link'])}; img-src data:; font-src data:;"
        " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
