"""The columns of a row that owes work."""

from __future__ import annotations

from django.db import models


class WorkRow(models.Model):
    """A row with work owed at ``due_at``; null means that nothing is owed.

    ``fence`` counts the claims: a result is stored only under the fence that its worker got.
    ``attempts`` counts the claims since the work was last asked for or done.
    """

    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.PositiveBigIntegerField(default=0, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
