"""What one may do with minutes: write, send, comment, answer, propose, sign, correct; and, by themselves, approve and seal them."""

from palier.minutes.operations.approving import catch_up, propose, propose_ready
from palier.minutes.operations.sealing import seal_due
from palier.minutes.operations.signing import correct, sign
from palier.minutes.operations.writing import answer, comment, send, start, write_texts

__all__ = [
    "answer",
    "catch_up",
    "comment",
    "correct",
    "propose",
    "propose_ready",
    "seal_due",
    "send",
    "sign",
    "start",
    "write_texts",
]
