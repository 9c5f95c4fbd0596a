"""What one may do with minutes: write, send, comment, answer, approve, sign, correct; and seal their copies."""

from palier.minutes.operations.sealing import seal_due
from palier.minutes.operations.signing import approve, correct, sign
from palier.minutes.operations.writing import answer, comment, send, start, write_texts

__all__ = ["answer", "approve", "comment", "correct", "seal_due", "send", "sign", "start", "write_texts"]
