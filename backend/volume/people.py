"""Invented people: names put together at random, numbers that are kept for fiction."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

FIRST_NAMES: Final = (
    *("Aoife", "Bridget", "Ciara", "Declan", "Eoin", "Fiona", "Grace", "Hugh", "Imogen", "Jack"),
    *("Keira", "Liam", "Maeve", "Niamh", "Oisín", "Patrick", "Róisín", "Seán", "Tara", "Úna"),
    *("Anna", "Beatriz", "Carlos", "Dieter", "Elena", "François", "Giulia", "Hans", "Inês", "João"),
)
LAST_NAMES: Final = (
    *("Byrne", "Clarke", "Doyle", "Evans", "Flynn", "Gallagher", "Hughes", "Jordan", "Kelly"),
    *("Lynch", "Murphy", "Nolan", "O'Brien", "Power", "Quinn", "Ryan", "Smith", "Turner", "Walsh"),
    *("Almeida", "Bauer", "Costa", "Dubois", "Esposito", "Ferreira", "García", "Hoffmann"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A guest."""

    name: str
    phone: str
    email: str


def somebody(random: Random) -> Person:
    """Return one."""
    return Person(
        name=f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}",
        phone=f"+44207946{random.randrange(1000):04d}",
        email=f"guest{random.randrange(10**9)}@example.com",
    )
