"""What one may do in the committee's name: compose it, set its terms, hold its sessions, vote, record what it decided."""

from palier.committee.operations.again import convene_again
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
from palier.committee.operations.concluding import conclude
from palier.committee.operations.decisions import record_decision
from palier.committee.operations.declaring import declare, lift, recuse, review
from palier.committee.operations.sessions import (
    add_item,
    add_ready,
    cancel,
    convene,
    move,
    place_item,
    prepare,
    reply,
    restate,
    take_off,
)
from palier.committee.operations.sitting import (
    close_session,
    designate,
    enter,
    give_proxy,
    leave,
    open_item,
    open_session,
    take_proxy_back,
)
from palier.committee.operations.terms import change_terms, draft_terms, publish_terms
from palier.committee.operations.voiding import set_aside, take_signature_back, void
from palier.committee.operations.voting import cast, close_due, close_poll, open_poll, remind_due, remind_undecided

__all__ = [
    "add_item",
    "add_ready",
    "add_seat",
    "appoint",
    "call_earlier",
    "cancel",
    "cast",
    "change_terms",
    "close_due",
    "close_poll",
    "close_seat",
    "close_session",
    "conclude",
    "convene",
    "convene_again",
    "declare",
    "designate",
    "draft_terms",
    "end_mandate",
    "enter",
    "found",
    "give_office",
    "give_proxy",
    "lapse_due",
    "leave",
    "lift",
    "move",
    "open_item",
    "open_poll",
    "open_session",
    "place_item",
    "prepare",
    "publish_terms",
    "record_decision",
    "recuse",
    "remind_due",
    "remind_undecided",
    "reply",
    "restate",
    "review",
    "set_aside",
    "take_off",
    "take_proxy_back",
    "take_signature_back",
    "void",
]
