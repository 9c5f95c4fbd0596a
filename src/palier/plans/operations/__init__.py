"""What one may do with action plans."""

from palier.plans.operations.actions import add_action, change_action, entrust_action
from palier.plans.operations.conditions import find_condition, remind_due, set_conditions, show_condition
from palier.plans.operations.follow import (
    add_evidence,
    drop_action,
    record_measure,
    remove_evidence,
    report_progress,
    set_verdict,
)
from palier.plans.operations.guards import changeable
from palier.plans.operations.plan import freeze, open_plan, reopen, set_term
from palier.plans.operations.recommendations import (
    add_recommendation,
    link,
    reconsider_recommendation,
    refuse_recommendation,
    unlink,
)

__all__ = [
    "add_action",
    "add_evidence",
    "add_recommendation",
    "change_action",
    "changeable",
    "drop_action",
    "entrust_action",
    "find_condition",
    "freeze",
    "link",
    "open_plan",
    "reconsider_recommendation",
    "record_measure",
    "refuse_recommendation",
    "remind_due",
    "remove_evidence",
    "reopen",
    "report_progress",
    "set_conditions",
    "set_term",
    "set_verdict",
    "show_condition",
    "unlink",
]
