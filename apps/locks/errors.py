"""What the locks room refuses."""

from __future__ import annotations

from apps.common import errors


class CodeTransitionNotAllowed(errors.Conflict):
    """A code can't go from one state to the other."""

    code = "CODE_STATE_CONFLICT"

    def __init__(self, *, current: str, target: str) -> None:
        super().__init__(f"A code that is {current} can't become {target}.")


class NoOtherCode(errors.Conflict):
    """Neither a preset code nor an offline one can be had for this lock."""

    code = "PIN_FAILED"
    sentence = "No other code can be given for this door; please contact the hotel."


class NoFreePin(errors.Unavailable):
    """Every acceptable code of the asked length is live on one of the locks."""

    sentence = "No free code is left on these locks; remove old ones or use longer codes."
