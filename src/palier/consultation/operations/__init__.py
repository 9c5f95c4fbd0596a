"""What one may do to associate tenants' representatives."""

from palier.consultation.operations.meetings import record_meeting, withdraw_meeting
from palier.consultation.operations.rounds import close_round, inform, open_round, reach, remind, remind_all_due, remind_due
from palier.consultation.operations.voices import answer_opinion, give_opinion, mark_read, may_speak

__all__ = [
    "answer_opinion",
    "close_round",
    "give_opinion",
    "inform",
    "mark_read",
    "may_speak",
    "open_round",
    "reach",
    "record_meeting",
    "remind",
    "remind_all_due",
    "remind_due",
    "withdraw_meeting",
]
