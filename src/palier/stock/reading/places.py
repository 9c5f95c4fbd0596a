"""Where something is wrong in a file, said so that somebody can go there and mend it."""

from __future__ import annotations

from dataclasses import dataclass

NARROW = "\u202f"


def grouped(number: int) -> str:
    """A number in figures, thousands apart as French does: 4 212."""
    return f"{number:,}".replace(",", NARROW)


def quoted(text: str) -> str:
    """A value as found, shortened so that the sentence stays readable."""
    text = " ".join(text.split())
    return f"« {text if len(text) <= 40 else f'{text[:39]}…'} »"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: its place (sheet, line, column) and a French sentence that says the cure.

    A ``light`` fault does not stop the import: the value is left aside, and it is said.
    """

    sentence: str
    line: int | None = None
    column: str = ""
    sheet: str = ""
    light: bool = False

    @property
    def place(self) -> str:
        """« Feuille « Logements », ligne 4 212, colonne DEPCOM »; empty for the file as a whole."""
        parts = []
        if self.sheet:
            parts.append(f"feuille « {self.sheet} »")
        if self.line is not None:
            parts.append(f"ligne {grouped(self.line)}")
        if self.column:
            parts.append(self.column)
        place = ", ".join(parts)
        return place[:1].upper() + place[1:]

    @property
    def whole(self) -> str:
        """Place and sentence together, as read on the page."""
        return f"{self.place} : {self.sentence}" if self.place else self.sentence


class Unreadable(Exception):
    """A file that cannot be read at all; the sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
