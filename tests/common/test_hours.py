"""Times of day in bodies: the hotel's own, so that none has an offset that would be lost."""

from __future__ import annotations

from datetime import time

import pytest
from rest_framework.exceptions import ValidationError

from apps.common.api.fields import HourField


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("14:00", time(14)),
        ("06:30:07", time(6, 30, 7)),
        ("23:59:59.5", time(23, 59, 59, 500_000)),
    ],
)
def test_a_time_of_day_is_taken(sent: str, meant: time) -> None:
    assert HourField().run_validation(sent) == meant


@pytest.mark.parametrize(
    "sent", ["06:00:07Z", "14:00+05:00", "1400", "T14:00", "24:00", "14:00\n", "", 14, True, [], {}]
)
def test_everything_else_is_refused(sent: object) -> None:
    with pytest.raises(ValidationError, match="without an offset"):
        HourField().run_validation(sent)
