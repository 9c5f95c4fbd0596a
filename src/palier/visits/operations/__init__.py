"""What one may do with visits, staircases and walks."""

from palier.visits.operations.filling import add_photo, answer, finish, remove_photo, take
from palier.visits.operations.planning import cancel, plan, remark, replan, share
from palier.visits.operations.staircases import add_staircases, change_staircase, close_staircase, set_function
from palier.visits.operations.walks import (
    add_stop,
    close_walk,
    follow_up,
    observe,
    open_walk,
    record_outcome,
    set_participants,
    share_walk,
    withdraw_observation,
)

__all__ = [
    "add_photo",
    "add_staircases",
    "add_stop",
    "answer",
    "cancel",
    "change_staircase",
    "close_staircase",
    "close_walk",
    "finish",
    "follow_up",
    "observe",
    "open_walk",
    "plan",
    "record_outcome",
    "remark",
    "remove_photo",
    "replan",
    "set_function",
    "set_participants",
    "share",
    "share_walk",
    "take",
    "withdraw_observation",
]
