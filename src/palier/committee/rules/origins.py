"""How a decision was taken, as anybody may read it: voted in a session, or decided elsewhere and recorded by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from palier.calendar import in_words


@dataclass(frozen=True, slots=True)
class Voted:
    """Voted by a committee, in one of its sessions or in writing."""

    committee: str
    session: int
    written: bool

    @property
    def sentence(self) -> str:
        """In French, without a capital nor a full stop."""
        return f"votée en {'consultation écrite' if self.written else 'séance'} n° {self.session}, {self.committee}"

    @property
    def data(self) -> dict[str, Any]:
        """For programs."""
        where = {"committee": self.committee, "session": self.session, "written": self.written}
        return {"voted": True, **where, "sentence": self.sentence}


@dataclass(frozen=True, slots=True)
class Recorded:
    """Decided elsewhere, and recorded from the document whose SHA-256 is ``sha256``; the oldest have none."""

    on: date
    sha256: str

    @property
    def sentence(self) -> str:
        """In French, without a capital nor a full stop."""
        source = "d’après le document joint au dossier" if self.sha256 else "sans document joint"
        return f"prise hors de Palier, enregistrée le {in_words(self.on)} {source}"

    @property
    def data(self) -> dict[str, Any]:
        """For programs."""
        known = {"recorded_on": self.on.isoformat(), "document": self.sha256 or None}
        return {"voted": False, **known, "sentence": self.sentence}


Origin = Voted | Recorded
