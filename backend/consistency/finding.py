"""What a search tells of something that does not agree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not agree: ``subject`` names it, ``advice`` says what to do."""

    subject: str
    problem: str
    advice: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.problem} {self.advice}"
