"""Chance that comes again with the seed: everybody who decides something has draws of their own."""

import random


def draws_of(seed: str, name: str) -> random.Random:
    """Return the draws of one decider."""
    return random.Random(f"{seed} {name}")  # noqa: S311  # it has to be repeatable
