"""What one may do in the committee's name: compose it, set its terms, record what it decided."""

from palier.committee.operations.composing import (
    add_seat,
    appoint,
    call_earlier,
    close_seat,
    end_mandate,
    found,
    give_office,
    lapse_due,
)
from palier.committee.operations.decisions import record_decision
from palier.committee.operations.terms import change_terms, draft_terms, publish_terms

__all__ = [
    "add_seat",
    "appoint",
    "call_earlier",
    "change_terms",
    "close_seat",
    "draft_terms",
    "end_mandate",
    "found",
    "give_office",
    "lapse_due",
    "publish_terms",
    "record_decision",
]
