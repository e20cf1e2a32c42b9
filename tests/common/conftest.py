from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.common import errands


@pytest.fixture(scope="module")
def errand_table(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The table of errands, for as long as the module's tests run."""
    with django_db_blocker.unblock():
        errands.create_table()
    yield
    with django_db_blocker.unblock():
        errands.drop_table()


@pytest.fixture
def errand_rows(errand_table: None, transactional_db: None) -> Iterator[None]:
    """No errands at the beginning, and what is committed is seen by every thread."""
    yield
    errands.Errand.objects.all().delete()
