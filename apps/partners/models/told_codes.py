"""What the hotels' logs have told of access codes."""

from __future__ import annotations

from django.db import models

from apps.locks.models import AccessCode
from apps.locks.states import CodeState


class ToldCode(models.Model):
    """The state of an access code that its hotel's log last told of."""

    code = models.OneToOneField(AccessCode, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=CodeState.choices)

    def __str__(self) -> str:
        return f"{self.code_id} {self.state}"
