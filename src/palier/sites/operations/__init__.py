"""What one may do in the rating of the stock: open, entrust, rate, declare priority sites, close; score, answer alerts."""

from palier.sites.operations.alerts import answer_alert, conclude_alert
from palier.sites.operations.rating import (
    Given,
    close,
    confirm_list,
    declare_priority,
    entrust,
    open_campaign,
    rate,
    remove_priority,
)
from palier.sites.operations.scores import note_changes, score, undo_import

__all__ = [
    "Given",
    "answer_alert",
    "close",
    "conclude_alert",
    "confirm_list",
    "declare_priority",
    "entrust",
    "note_changes",
    "open_campaign",
    "rate",
    "remove_priority",
    "score",
    "undo_import",
]
