"""What one may do with the stock: bring files in, correct residences, bring priority districts in."""

from palier.stock.operations.applying import apply_import, undo_import
from palier.stock.operations.corrections import (
    merge_residences,
    move_addresses,
    place_residence,
    rename_residence,
    separate_residences,
)
from palier.stock.operations.districts import (
    import_districts,
    load_districts,
    read_districts,
    stand_again,
    to_stand_again,
)
from palier.stock.operations.intake import (
    Received,
    ask_to_apply,
    choose_sheet,
    complete_import,
    drop_import,
    owners_in,
    receive,
    remove_mapping,
    resume_import,
    start_import,
)
from palier.stock.operations.previews import differences
from palier.stock.operations.running import run_import

__all__ = [
    "Received",
    "apply_import",
    "ask_to_apply",
    "choose_sheet",
    "complete_import",
    "differences",
    "drop_import",
    "import_districts",
    "load_districts",
    "merge_residences",
    "move_addresses",
    "owners_in",
    "place_residence",
    "read_districts",
    "receive",
    "remove_mapping",
    "rename_residence",
    "resume_import",
    "run_import",
    "separate_residences",
    "stand_again",
    "start_import",
    "to_stand_again",
    "undo_import",
]
