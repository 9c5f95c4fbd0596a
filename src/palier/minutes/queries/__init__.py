"""What one may ask of the minutes."""

from palier.minutes.queries.reading import (
    attendees,
    comments,
    copy_for,
    copy_sets,
    draft,
    extract_of,
    later_sessions,
    latest,
    read_by,
    sessions_with,
    signer,
    unconcluded,
    versions,
    withheld,
)
from palier.minutes.queries.recorded import recorded

__all__ = [
    "attendees",
    "comments",
    "copy_for",
    "copy_sets",
    "draft",
    "extract_of",
    "later_sessions",
    "latest",
    "read_by",
    "recorded",
    "sessions_with",
    "signer",
    "unconcluded",
    "versions",
    "withheld",
]
