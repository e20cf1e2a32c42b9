"""Write ``docs/licences.md``: under which licence each dependency comes.

Usage: python -m scripts.licences UV [--check]. Ends with 1 where one is unknown or not allowed,
and, with --check, where the page says something else.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from typing import Final

from scripts.dependencies import ROOT, names

PAGE: Final = ROOT / "docs" / "licences.md"
# What metadata leaves open, read in the package's own file; and what only some systems install.
READ_BY_HAND: Final[Mapping[str, str]] = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "huey": "MIT",
}
# A person may run, change and sell the product without publishing their own code. psycopg's LGPL
# allows that to who uses it as it is; MPL asks for changes of its own files alone.
ALLOWED: Final = re.compile(
    r"\b(MIT|BSD|Apache|MPL|Mozilla Public|PSF|ISC|LGPL|0BSD|Unlicense|Zlib)", re.IGNORECASE
)
REFUSED: Final = re.compile(
    r"\bAGPL|Affero|(?<!L)GPL|(?<!Lesser )General Public|SSPL|BUSL|Business Source|Commons Clause",
    re.IGNORECASE,
)
HEAD: Final = """# Licences of what Doorstep needs

Written by `python -m scripts.licences uv` from the lock file and the packages' own metadata; the
gate compares it. Tools of developers are not among them.

| Package | Licence |
| --- | --- |
"""


def main(arguments: Sequence[str]) -> int:
    """Write or compare the page; return an exit code."""
    licences = {name: licence_of(name) for name in names(arguments[0])}
    wrong = [f"{name}: {text}" for name, text in licences.items() if not is_allowed(text)]
    if wrong:
        print("not allowed, or unknown:", *wrong, sep="\n")
        return 1
    page = HEAD + "".join(f"| {name} | {text} |\n" for name, text in sorted(licences.items()))
    if "--check" in arguments:
        is_same = PAGE.exists() and PAGE.read_text() == page
        print(
            "as it says"
            if is_same
            else "docs/licences.md is old: run python -m scripts.licences uv"
        )
        return 0 if is_same else 1
    PAGE.write_text(page)
    return 0


def licence_of(name: str) -> str:
    """Return the licence that a package names, or what was read in its file."""
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    try:
        told = metadata(name).json
    except PackageNotFoundError:
        return "not installed here"
    classifiers = [line for line in told.get("classifier", ()) if line.startswith("License")]
    named = [line.rpartition(" :: ")[2] for line in classifiers]
    plain = str(told.get("license", "")).strip()
    short = plain if "\n" not in plain else ""
    return str(told.get("license_expression") or short or ", ".join(named) or "unknown")


def is_allowed(licence: str) -> bool:
    """Answer whether a product that others run and sell may contain it. Pure."""
    return bool(ALLOWED.search(licence)) and not REFUSED.search(licence)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
