"""What one may do with call-backs."""

from palier.cases.operations.asking import answer_by_link, note_answer, send_links
from palier.cases.operations.calling import close_unreached, hand_over, handle, note_call
from palier.cases.operations.opening import Contact, Place, open_case
from palier.cases.operations.passing import climb_due, erase_due, let_silence
from palier.cases.operations.terms import set_owner, set_terms

__all__ = [
    "Contact",
    "Place",
    "answer_by_link",
    "climb_due",
    "close_unreached",
    "erase_due",
    "hand_over",
    "handle",
    "let_silence",
    "note_answer",
    "note_call",
    "open_case",
    "send_links",
    "set_owner",
    "set_terms",
]
