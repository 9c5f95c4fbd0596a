"""What the committee's room keeps."""

from palier.committee.models.composing import Committee, Decision, Mandate, Seat, Tenure, TermsVersion
from palier.committee.models.polls import Ballot, Poll, RollLine, Voiding
from palier.committee.models.sessions import (
    ConflictReview,
    Declaration,
    Dossier,
    Item,
    Move,
    Proxy,
    Recusal,
    SeatReply,
    Session,
)

__all__ = [
    "Ballot",
    "Committee",
    "ConflictReview",
    "Decision",
    "Declaration",
    "Dossier",
    "Item",
    "Mandate",
    "Move",
    "Poll",
    "Proxy",
    "Recusal",
    "RollLine",
    "Seat",
    "SeatReply",
    "Session",
    "Tenure",
    "TermsVersion",
    "Voiding",
]
