"""What one may do with answers: keep one in progress, give it, add details; empty the urns."""

from palier.answers.operations.giving import add_details, keep_draft, submit
from palier.answers.operations.urns import empty_due, empty_urn, erase_remarks

__all__ = ["add_details", "empty_due", "empty_urn", "erase_remarks", "keep_draft", "submit"]
