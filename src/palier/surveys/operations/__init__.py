"""What one may do with surveys: bring households in, draw, launch, send, call, stop; hear answers, events and objections."""

from palier.surveys.operations.calls import (
    begin_interview,
    begin_typing,
    next_call,
    note_attempt,
    post_letters,
    take_back_letters,
)
from palier.surveys.operations.events import hear_events
from palier.surveys.operations.frame import (
    Looked,
    apply_file,
    drop_file,
    keep_preview,
    look_again,
    look_at,
    mapping_of,
    open_file,
    place_households,
    read_again,
)
from palier.surveys.operations.links import send_link_again, way_of
from palier.surveys.operations.planning import plan_due
from palier.surveys.operations.responses import hear_stop, lift_objection, note_answer, note_refusal, object_to
from palier.surveys.operations.retention import drop_old_files, forget_asked, forget_events, forget_left, note_run
from palier.surveys.operations.sending import Departure, Hand, Uncertain, leave
from palier.surveys.operations.terms import set_terms
from palier.surveys.operations.waves import (
    Draft,
    close,
    close_due,
    create_wave,
    draw_sample,
    edit_wave,
    launch,
    resume,
    stop,
    undo_draw,
)
from palier.surveys.rules.waves import Told

__all__ = [
    "Departure",
    "Draft",
    "Hand",
    "Looked",
    "Told",
    "Uncertain",
    "apply_file",
    "begin_interview",
    "begin_typing",
    "close",
    "close_due",
    "create_wave",
    "draw_sample",
    "drop_file",
    "drop_old_files",
    "edit_wave",
    "forget_asked",
    "forget_events",
    "forget_left",
    "hear_events",
    "hear_stop",
    "keep_preview",
    "launch",
    "leave",
    "lift_objection",
    "look_again",
    "look_at",
    "mapping_of",
    "next_call",
    "note_answer",
    "note_attempt",
    "note_refusal",
    "note_run",
    "object_to",
    "open_file",
    "place_households",
    "plan_due",
    "post_letters",
    "read_again",
    "resume",
    "send_link_again",
    "set_terms",
    "stop",
    "take_back_letters",
    "undo_draw",
    "way_of",
]
