"""What one may do with answers: keep one in progress, give it, add details; empty the urns; count what was said."""

from palier.answers.operations.giving import add_details, keep_draft, submit
from palier.answers.operations.results import commit_to, count_due, count_wave, note_context, show_to_tenants
from palier.answers.operations.themes import Decided, verify_themes
from palier.answers.operations.urns import empty_due, empty_urn, erase_remarks

__all__ = [
    "Decided",
    "add_details",
    "commit_to",
    "count_due",
    "count_wave",
    "empty_due",
    "empty_urn",
    "erase_remarks",
    "keep_draft",
    "note_context",
    "show_to_tenants",
    "submit",
    "verify_themes",
]
