"""The alerts that one module of this room opens and another closes."""

from typing import Final

UNSET: Final = "code_not_set"  # subject: the code
OVERDUE: Final = "code_not_removed"  # subject: the code
CHANGED_ELSEWHERE: Final = "code_changed_elsewhere"  # subject: the code
DOES_NOT_WORK: Final = "code_does_not_work"  # subject: grant:lock
