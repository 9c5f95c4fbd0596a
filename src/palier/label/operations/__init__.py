"""What one may do with the label: move along a journey, review a file, publish rules."""

from palier.label.operations.moves import advance, forget, lapse_due, merge, open_journey, present_observations, reach, remind
from palier.label.operations.review import (
    answer_correction,
    ask_correction,
    check_piece,
    deliver_note,
    deposit,
    withdraw_correction,
    write_note,
)
from palier.label.operations.rules import (
    change_draft,
    draft_rule_set,
    drop_draft,
    load_shipped,
    may_take_effect,
    publish_rule_set,
)

__all__ = [
    "advance",
    "answer_correction",
    "ask_correction",
    "change_draft",
    "check_piece",
    "deliver_note",
    "deposit",
    "draft_rule_set",
    "drop_draft",
    "forget",
    "lapse_due",
    "load_shipped",
    "may_take_effect",
    "merge",
    "open_journey",
    "present_observations",
    "publish_rule_set",
    "reach",
    "remind",
    "withdraw_correction",
    "write_note",
]
