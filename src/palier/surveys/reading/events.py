"""A landlord's file of events for hot surveys: what each column is, what each line says, what is wrong with it and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from palier.directory.rules import plain
from palier.sources.reading.values import day, says_nothing
from palier.stock.reading.looking import Cells, Faults, clean
from palier.stock.reading.places import Fault, Unreadable, grouped, quoted
from palier.stock.reading.recognise import head_of
from palier.stock.reading.tables import Lines, Table, open_table
from palier.stock.reading.values import BadValue
from palier.surveys.rules.frame import EVENTS_AT_MOST
from palier.surveys.rules.waves import EventKind, Told

LABELS = {
    "event": "numéro de l’événement",
    "household": "référence du locataire ou du contrat",
    "kind": "nature de l’événement",
    "on": "date de l’événement",
    "supplier": "prestataire",
    "theme": "thème, corps d’état",
}
_HEADERS = {
    "event": "numero | n | reference | evenement | numero evenement | reference evenement | numero intervention | n intervention | "
    "bon de travaux | numero bon | n bon | reference intervention | numero demande | ticket | id",
    "household": "reference locataire | ref locataire | numero locataire | n locataire | code locataire | contrat | "
    "numero contrat | n contrat | reference contrat | locataire",
    "kind": "nature | type | evenement type | type evenement | nature evenement",
    "on": "date | date evenement | date intervention | date fin | date de fin | date cloture | date entree | date contact | le",
    "supplier": "prestataire | fournisseur | entreprise | societe",
    "theme": "theme | corps d etat | corps etat | metier | lot | domaine",
}
HEADERS = {name: tuple(word.strip() for word in text.split("|")) for name, text in _HEADERS.items()}
_KINDS = {
    EventKind.INTERVENTION: "intervention | intervention terminee | travaux | depannage | bon de travaux | reparation",
    EventKind.MOVE_IN: "entree | entree dans les lieux | emmenagement | move in | entree locataire | attribution",
    EventKind.CONTACT: "contact | contact avec l agence | appel | accueil | visite agence | reclamation | demande",
}
_SAID = {word.strip(): kind for kind, text in _KINDS.items() for word in text.split("|")}


@dataclass(slots=True)
class ReadEvents(Faults):
    """What came of a file of events. With one fault, nothing of it may be kept."""

    lines: list[Told] = field(default_factory=list)


def problems(mapping: Mapping[int, str], kind: EventKind | None) -> list[str]:
    """What makes a mapping unusable, each with its cure; empty when the file can be read."""
    names = list(mapping.values())
    found = []
    if "event" not in names:
        found.append(
            "Dites quelle colonne porte le numéro de l’événement : par lui, un événement déposé deux fois compte une fois."
        )
    if "household" not in names:
        found.append("Dites quelle colonne porte la référence du locataire, celle du fichier des locataires.")
    if "on" not in names:
        found.append("Dites quelle colonne porte la date de l’événement.")
    if "kind" not in names and kind is None:
        found.append("Dites quelle colonne porte la nature de l’événement, ou choisissez la même pour tout le fichier.")
    twice = sorted(LABELS[name] for name in set(names) if names.count(name) > 1)
    return found + [f"Deux colonnes sont dites « {label} » : n’en gardez qu’une." for label in twice]


def read(path: Path, *, mapping: Mapping[int, str], sheet: str, kind: EventKind | None, today: date) -> ReadEvents:
    """Read a file as the person said; ``kind`` is that of every line, unless a column says it. Nothing is raised."""
    found = ReadEvents()
    try:
        with open_table(path, sheet=sheet, limits=EVENTS_AT_MOST) as table:
            _, header, rows = head_of(table)
            _Reader(found, mapping, kind, today, [clean(name) for name in header], table).take(rows)
    except Unreadable as problem:
        found.fault(Fault(problem.sentence))
    if not found.fault_count and not found.lines:
        found.fault(Fault("aucun événement à reprendre dans ce fichier. Vérifiez les colonnes choisies."))
    return found


class _Reader:
    """Reads the lines of one file, one after another."""

    def __init__(
        self,
        found: ReadEvents,
        mapping: Mapping[int, str],
        kind: EventKind | None,
        today: date,
        header: list[str],
        table: Table,
    ) -> None:
        self.found, self.kind, self.today = found, kind, today
        self.cells = Cells(found, mapping, header, table)
        self.seen: dict[str, int] = {}

    def take(self, rows: Lines) -> None:
        for total in self.cells.over(rows):
            if not total:
                self._event()

    def _event(self) -> None:
        wrong = self.found.fault_count
        reference = self._needed("event", "le numéro de l’événement")
        if reference and (first := self.seen.setdefault(reference, self.cells.number)) != self.cells.number:
            self.cells.fault(f"{quoted(reference)} est déjà à la ligne {grouped(first)}. Retirez l’une des deux.", "event")
        household = self._needed("household", "la référence du locataire")
        kind, on = self._kind(), self._day()
        supplier, theme = self._text("supplier")[:100], self._text("theme")[:60]
        if kind and on and self.found.fault_count == wrong:
            self.found.lines.append(Told(kind, reference, household, on, supplier, theme))

    def _text(self, name: str) -> str:
        text = self.cells[name]
        return "" if says_nothing(text) else " ".join(text.split())

    def _needed(self, name: str, what: str) -> str:
        text = self._text(name)
        if not text:
            self.cells.fault(f"{what} est vide. Complétez la case ou retirez la ligne.", name)
        elif len(text) > 60:
            self.cells.fault(f"{quoted(text)} dépasse 60 caractères.", name)
        return text

    def _kind(self) -> EventKind | None:
        text = plain(self._text("kind"))
        if not text and self.kind:
            return self.kind
        found = _SAID.get(text)
        if found is None:
            known = ", ".join(kind.label.lower() for kind in EventKind)
            self.cells.fault(f"{quoted(text)} n’est pas un événement connu : {known}.", "kind")
        return found

    def _day(self) -> date | None:
        text = self._text("on")
        try:
            found = day(text)
        except BadValue as problem:
            self.cells.fault(f"{quoted(text)} {problem.problem}.", "on")
            return None
        if found > self.today:
            self.cells.fault("cet événement n’a pas encore eu lieu.", "on")
            return None
        return found
