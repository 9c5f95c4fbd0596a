"""What one may ask of surveys: households, waves, how they go. Never what was said."""

from palier.surveys.queries.events import ASKED, events_by_fate, hot_events, hot_waves
from palier.surveys.queries.households import (
    frame_files,
    frame_mappings,
    households,
    live_objections,
    objections,
    objects,
)
from palier.surveys.queries.paper import batches, letters_of, printed
from palier.surveys.queries.retention import Kept, kept, last_runs, past_term
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
    token_of_code,
    waves,
)

__all__ = [
    "ASKED",
    "Kept",
    "Standing",
    "batches",
    "dropped",
    "events_by_fate",
    "frame_files",
    "frame_mappings",
    "held_calls",
    "hot_events",
    "hot_waves",
    "households",
    "invited",
    "kept",
    "last_runs",
    "letters_of",
    "live_objections",
    "objections",
    "objects",
    "open_invitations",
    "outcomes_of",
    "paces",
    "past_term",
    "plan_of",
    "printed",
    "rates_of",
    "rates_of_many",
    "sendings_of",
    "standings",
    "strata",
    "terms_of",
    "token_of_code",
    "waves",
]
