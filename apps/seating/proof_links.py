"""Links to proofs for the hotel's people: signed, for one proof, for a few minutes.

A page shows a picture by its address alone, without a header; so the address itself is the proof
that somebody who may see it has asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core import signing

from apps.common.errors import NotFound
from apps.seating.models import PaymentProof
from apps.seating.proof_storage import read_file

SALT: Final = "seating.proof"
OPEN_SECONDS: Final = 300
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProof:
    """A proof's file as it is kept."""

    content: bytes
    media_type: str


def link_to(proof: PaymentProof) -> str:
    """Return the address, from the server's root, that shows the proof for some minutes."""
    name = signing.dumps(proof.pk, salt=SALT, compress=False)
    return f"/api/seating/proofs/{name}/"


def open_link(name: str) -> ShownProof:
    """Return what a link shows. Raises NotFound for links that are wrong or too old."""
    if len(name) > LONGEST_NAME:
        raise NotFound
    try:
        pk = signing.loads(name, salt=SALT, max_age=OPEN_SECONDS)
    except signing.BadSignature:
        raise NotFound from None
    proof = PaymentProof.objects.filter(pk=pk).first()
    if proof is None:
        raise NotFound
    try:
        return ShownProof(content=read_file(proof.file_name), media_type=proof.media_type)
    except FileNotFoundError:
        raise NotFound from None
