"""The life of a file of tenants or of events, and where an event or an objection came from."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from palier.stock.rules.imports import LIMITS
from palier.verdict import YES, Verdict, no


class State(StrEnum):
    """Where a file stands. Nothing of it counts before ``APPLIED``."""

    TO_COMPLETE = "to_complete"
    REFUSED = "refused"
    READY = "ready"
    APPLIED = "applied"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {
            "to_complete": "Colonnes à confirmer",
            "refused": "Refusé",
            "ready": "Aperçu à relire",
            "applied": "Intégré",
            "dropped": "Abandonné",
        }[self.value]


class Holds(StrEnum):
    """What a file lists: households, or what happened to them."""

    HOUSEHOLDS = "households"
    EVENTS = "events"


class Origin(StrEnum):
    """Who said it: the tenant's page, an answer by SMS, somebody at the landlord's, its file, its own software."""

    PAGE = "page"
    SMS = "sms"
    STAFF = "staff"
    FILE = "file"
    API = "api"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {
            "page": "Page du locataire",
            "sms": "Réponse STOP",
            "staff": "Saisie par l’organisme",
            "file": "Fichier",
            "api": "Logiciel de l’organisme",
        }[self.value]


OPEN = frozenset({State.TO_COMPLETE, State.REFUSED, State.READY})
# A line a household: a large landlord has some hundred thousand.
READ_AT_MOST = replace(LIMITS, file_bytes=60 * 2**20, unpacked_bytes=300 * 2**20, rows=250_000, columns=120, seconds=40)
# Each event may ask its household at once, while somebody waits: a week of a large landlord, or a day of a very large one.
EVENTS_AT_MOST = replace(READ_AT_MOST, rows=2_000)


def may_apply(state: State) -> Verdict:
    """Whether a preview may be brought in."""
    if state is State.READY:
        return YES
    return no("surveys.file_not_ready", "Ce fichier n’est pas prêt : son aperçu doit être relu d’abord.")
