"""What the gate says of dependencies: vulnerable ones fail it, silence of the index does not."""

from __future__ import annotations

import pytest

from scripts.audit import SKIPPED, judge
from scripts.licences import is_allowed

pytestmark = pytest.mark.once("embedded")
GOOD = {"name": "one", "version": "1.0", "vulns": []}
BAD = {"name": "two", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "three", "skip_reason": "not found"}


def test_a_vulnerable_package_fails_whatever_else_is_unknown() -> None:
    code, lines = judge({"dependencies": [GOOD, UNKNOWN, BAD]})
    assert code == 1
    assert lines == ["two 2.0: PYSEC-1, mended in 2.1"]


def test_what_was_not_audited_is_not_called_well() -> None:
    code, (line,) = judge({"dependencies": [GOOD, UNKNOWN]})
    assert code == SKIPPED
    assert line.startswith("not audited: 1 of 2")


def test_all_well() -> None:
    assert judge({"dependencies": [GOOD]})[0] == 0


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("LGPL-3.0-only", True),
        ("AGPL-3.0-or-later", False),
        ("GPL-3.0-only", False),
        ("GNU Affero General Public License v3", False),
        ("MIT AND SSPL-1.0", False),
        ("unknown", False),
        ("not installed here", False),
    ],
)
def test_a_licence_has_to_be_known_and_to_ask_for_nobodys_code(
    licence: str, *, allowed: bool
) -> None:
    assert is_allowed(licence) is allowed
