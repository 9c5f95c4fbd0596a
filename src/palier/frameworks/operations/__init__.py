"""What one may do with grids and assessments."""

from palier.frameworks.operations.answers import Entry, Saved, Theirs, attach, detach, fill, save_answer
from palier.frameworks.operations.assessments import carry_over, entrust, finish, release, reopen, start
from palier.frameworks.operations.grids import import_version, load_shipped

__all__ = [
    "Entry",
    "Saved",
    "Theirs",
    "attach",
    "carry_over",
    "detach",
    "entrust",
    "fill",
    "finish",
    "import_version",
    "load_shipped",
    "release",
    "reopen",
    "save_answer",
    "start",
]
