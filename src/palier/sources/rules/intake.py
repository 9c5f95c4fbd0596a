"""The life of a file of figures, and where a figure came from."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from palier.stock.rules.imports import LIMITS
from palier.verdict import YES, Verdict, no


class Origin(StrEnum):
    """How a figure or an incident came in."""

    FILE = "file"
    FORM = "form"
    API = "api"
    COUNTED = "counted"
    PUBLIC = "public"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {
            "file": "Fichier",
            "form": "Saisie",
            "api": "API",
            "counted": "Compté par Palier",
            "public": "Donnée publique",
        }[self.value]


class Layout(StrEnum):
    """How a file says its figures."""

    WIDE = "wide"
    LONG = "long"
    INCIDENTS = "incidents"

    @property
    def label(self) -> str:
        """In French, after « une ligne, c’est »."""
        return {
            "wide": "une résidence, avec une colonne par indicateur",
            "long": "un chiffre : résidence, indicateur, période, valeur",
            "incidents": "un incident",
        }[self.value]


class State(StrEnum):
    """Where a file stands. Nothing of it counts before ``APPLIED``."""

    TO_COMPLETE = "to_complete"
    REFUSED = "refused"
    READY = "ready"
    APPLIED = "applied"
    UNDONE = "undone"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {
            "to_complete": "Colonnes à confirmer",
            "refused": "Refusé",
            "ready": "Aperçu à relire",
            "applied": "Intégré",
            "undone": "Annulé",
            "dropped": "Abandonné",
        }[self.value]


OPEN = frozenset({State.TO_COMPLETE, State.REFUSED, State.READY})
# A file of figures has a line a residence, or a line an incident: far less than a stock, and read while somebody waits.
READ_AT_MOST = replace(LIMITS, file_bytes=30 * 2**20, unpacked_bytes=200 * 2**20, rows=100_000, columns=120, seconds=20)


def may_apply(state: State) -> Verdict:
    """Whether a preview may enter the figures."""
    if state is State.READY:
        return YES
    return no("sources.not_ready", "Cet import n’est pas prêt : son aperçu doit être relu d’abord.")


def may_undo(state: State) -> Verdict:
    """Whether what a file brought may be taken out."""
    if state is State.APPLIED:
        return YES
    return no("sources.not_applied", "Cet import n’est pas intégré : il n’y a rien à annuler.")
