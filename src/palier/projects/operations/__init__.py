"""What one may do in a local project."""

from palier.projects.operations.actions import assign_action, create_action, link_action, unlink_action
from palier.projects.operations.diagnosis import add_finding, restore_finding, start_diagnosis, withdraw_finding
from palier.projects.operations.help import acknowledge_help, answer_help, ask_help, close_help, remind_help_due
from palier.projects.operations.partners import invite_partner, mark_seen, renew_link, revoke_partner, speak, take_over
from palier.projects.operations.project import (
    Definition,
    abandon,
    change_project,
    evaluate,
    open_project,
    pass_stage,
    step_back,
)
from palier.projects.operations.residents import associate, cite_walk, record_involvement, withdraw_involvement

__all__ = [
    "Definition",
    "abandon",
    "acknowledge_help",
    "add_finding",
    "answer_help",
    "ask_help",
    "assign_action",
    "associate",
    "change_project",
    "cite_walk",
    "close_help",
    "create_action",
    "evaluate",
    "invite_partner",
    "link_action",
    "mark_seen",
    "open_project",
    "pass_stage",
    "record_involvement",
    "remind_help_due",
    "renew_link",
    "restore_finding",
    "revoke_partner",
    "speak",
    "start_diagnosis",
    "step_back",
    "take_over",
    "unlink_action",
    "withdraw_finding",
    "withdraw_involvement",
]
