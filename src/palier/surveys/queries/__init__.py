"""What one may ask of surveys: households, waves, how they go. Never what was said."""

from palier.surveys.queries.households import (
    frame_files,
    frame_mappings,
    households,
    live_objections,
    objections,
    objects,
)
from palier.surveys.queries.paper import batches, letters_of, printed
from palier.surveys.queries.terms import terms_of
from palier.surveys.queries.waves import (
    Standing,
    dropped,
    held_calls,
    invited,
    open_invitations,
    outcomes_of,
    paces,
    plan_of,
    rates_of,
    rates_of_many,
    sendings_of,
    standings,
    strata,
    waves,
)

__all__ = [
    "Standing",
    "batches",
    "dropped",
    "frame_files",
    "frame_mappings",
    "held_calls",
    "households",
    "invited",
    "letters_of",
    "live_objections",
    "objections",
    "objects",
    "open_invitations",
    "outcomes_of",
    "paces",
    "plan_of",
    "printed",
    "rates_of",
    "rates_of_many",
    "sendings_of",
    "standings",
    "strata",
    "terms_of",
    "waves",
]
