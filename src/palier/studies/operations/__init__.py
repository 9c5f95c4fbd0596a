"""What one may do with regional studies."""

from palier.studies.operations.answering import hand, save, take_back, validate, validate_at_once
from palier.studies.operations.editions import close, close_due, invite_newcomers, keep_words, open_study, publish, remind

__all__ = [
    "close",
    "close_due",
    "hand",
    "invite_newcomers",
    "keep_words",
    "open_study",
    "publish",
    "remind",
    "save",
    "take_back",
    "validate",
    "validate_at_once",
]
