"""What the demo prints can be copied."""

from __future__ import annotations

import pytest

from backend.demo.urls import print_urls


def test_no_address_is_cut_off_by_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    print_urls("http://127.0.0.1:8000", "http://127.0.0.1:8090", reference="5735307998")

    wanted = "http://127.0.0.1:8000/demo/guest/?hotel=hotel-killarney&reference=5735307998"
    assert any(line.endswith(wanted) for line in capsys.readouterr().out.splitlines())
