"""What one may do with the sources: readings, incidents, files, open data."""

from palier.sources.operations.files import (
    Looked,
    answers_of,
    apply_intake,
    drop_intake,
    keep_preview,
    look_again,
    look_at,
    open_intake,
    read_again,
    remove_saved_mapping,
    undo_intake,
)
from palier.sources.operations.incidents import erase_texts, record_incident, void_incident
from palier.sources.operations.readings import Kept, record_readings
from palier.sources.operations.territory import OpenFile, load_iris, load_open_figures, read_open_file
from palier.sources.reading.reader import Answers
from palier.sources.rules.incidents import Told
from palier.sources.rules.readings import Entry

__all__ = [
    "Answers",
    "Entry",
    "Kept",
    "Looked",
    "OpenFile",
    "Told",
    "answers_of",
    "apply_intake",
    "drop_intake",
    "erase_texts",
    "keep_preview",
    "load_iris",
    "load_open_figures",
    "look_again",
    "look_at",
    "open_intake",
    "read_again",
    "read_open_file",
    "record_incident",
    "record_readings",
    "remove_saved_mapping",
    "undo_intake",
    "void_incident",
]
