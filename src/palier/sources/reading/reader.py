"""A file of figures or of incidents, read whole: what it brings, what is wrong with it, what is left aside and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from palier.directory.rules import plain
from palier.sources.reading.homes import Finder
from palier.sources.reading.targets import FACETS
from palier.sources.reading.values import count, day, number, period, says_nothing
from palier.sources.reading.words import DEFAULTS, meaning
from palier.sources.rules.incidents import Complaint, IncidentKind, Place, Recurrence, Told, Victim, may_have_happened
from palier.sources.rules.indicators import BROUGHT, Indicator
from palier.sources.rules.intake import READ_AT_MOST, Layout
from palier.sources.rules.moderation import moderated
from palier.sources.rules.readings import Entry, Given, may_stand, with_homes
from palier.sources.rules.vocabulary import Kind
from palier.stock.reading.looking import Cells, Faults, clean
from palier.stock.reading.places import Fault, Unreadable, grouped, quoted
from palier.stock.reading.recognise import head_of
from palier.stock.reading.tables import Lines, Table, open_table
from palier.stock.reading.values import BadValue

_MOST_WORDS, _MOST_ASIDES = 60, 200
_TEXT_MOST = 300


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person said: layout, column number to what it is, period of the whole file, words, whether to skip the unknown.

    ``words`` says, by column, what the file's own words mean. ``skip_unknown`` leaves aside lines of no residence of the stock.
    """

    layout: Layout
    mapping: Mapping[int, str]
    sheet: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skip_unknown: bool = False

    @property
    def period(self) -> tuple[date, date] | None:
        """The period of the whole file, if it has one."""
        return (self.starts_on, self.ends_on) if self.starts_on and self.ends_on else None


@dataclass(slots=True)
class ReadFile(Faults):
    """What came of a file. With one fault, nothing of it may be kept.

    ``entries`` or ``told`` are what it brings; ``unknown`` the words nobody knows the meaning of, by what they are;
    ``asides`` what is left out and said, ``nothing`` how many cells said « NC », ``lost`` the names no residence bears.
    """

    entries: list[Entry] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    asides: list[Fault] = field(default_factory=list)
    aside_count: int = 0
    nothing: int = 0
    lost: Counter[str] = field(default_factory=Counter)

    def aside(self, found: Fault) -> None:
        """Take one more thing left out into account."""
        self.aside_count += 1
        if len(self.asides) < _MOST_ASIDES:
            self.asides.append(found)


def read(path: Path, *, answers: Answers, finder: Finder, today: date) -> ReadFile:
    """Read a file as the person said. Nothing is raised: a file that cannot be read gives one fault."""
    found = ReadFile()
    try:
        with open_table(path, sheet=answers.sheet, limits=READ_AT_MOST) as table:
            _, header, rows = head_of(table)
            _Lines(found, answers, finder, today, [clean(name) for name in header], table).take(rows)
    except Unreadable as problem:
        found.fault(Fault(problem.sentence))
    if not found.fault_count and not found.unknown and not found.entries and not found.told:
        found.fault(Fault("aucun chiffre à reprendre dans ce fichier. Vérifiez les colonnes choisies."))
    return found


class _Lines:
    """Reads the lines of one file, one after another."""

    def __init__(self, found: ReadFile, answers: Answers, finder: Finder, today: date, header: list[str], table: Table) -> None:
        self.found, self.answers, self.finder, self.today = found, answers, finder, today
        self.cells = Cells(found, answers.mapping, header, table)
        self.exact = bool(table.sheets)
        self.parts: dict[str, list[Decimal]] = {}
        self.seen: dict[Any, int] = {}

    def take(self, rows: Lines) -> None:
        for total in self.cells.over(rows):
            if total:
                self.found.aside(
                    Fault(
                        f"{quoted(total)} est un total : la ligne n’est pas reprise.", self.cells.number, sheet=self.cells.sheet
                    )
                )
                continue
            home = self._home()
            if home is not None:
                self._told(home) if self.answers.layout is Layout.INCIDENTS else self._figures(home)
        self._suspect_parts()

    def _bad(self, name: str, problem: BadValue) -> None:
        self.cells.fault(f"{quoted(self.cells[name])} {problem.problem}.", name)

    def _home(self) -> int | None:
        said = {"code": self.cells["code"], "name": self.cells["residence"], "address": self.cells["address"]}
        name = next((n for n, key in (("code", "code"), ("residence", "name"), ("address", "address")) if said[key]), "")
        try:
            return self.finder.find(**said)
        except BadValue as problem:
            shown = self.cells[name] if name else ""
            if shown and "aucune résidence" in problem.problem:
                self.found.lost[shown[:120]] += 1
                if self.answers.skip_unknown:
                    self.found.aside(
                        Fault(
                            f"{quoted(shown)} {problem.problem} : la ligne est laissée de côté.",
                            self.cells.number,
                            sheet=self.cells.sheet,
                        )
                    )
                    return None
            self.cells.fault(
                f"{quoted(shown)} {problem.problem}." if shown else "la ligne ne dit pas de quelle résidence il s’agit.", name
            )
            return None

    def _figures(self, home: int) -> None:
        span = self._span()
        if span is None:
            return
        if self.answers.layout is Layout.LONG:
            indicator = self._indicator()
            if indicator is not None:
                self._entry(home, indicator, span, {what: what for what in ("count", "of", "value") if what in self.cells.at})
            return
        by_indicator: dict[str, dict[str, str]] = {}
        for name in self.cells.at:
            if facet := FACETS.get(name):
                by_indicator.setdefault(facet.indicator.key, {})[facet.what] = name
        for key, names in by_indicator.items():
            self._entry(home, BROUGHT[key], span, names)

    def _span(self) -> tuple[date, date] | None:
        try:
            if "period" in self.cells.at:
                return period(self.cells["period"])
        except BadValue as problem:
            self._bad("period", problem)
            return None
        given = {name: "" for name in ("starts_on", "ends_on") if name in self.cells.at}
        if len(given) < 2 and self.answers.period:
            return self.answers.period
        days = []
        for name in ("starts_on", "ends_on"):
            try:
                days.append(day(self.cells[name]))
            except BadValue as problem:
                self._bad(name, problem)
        return (days[0], days[1]) if len(days) == 2 else None

    def _indicator(self) -> Indicator | None:
        key = self._meaning("indicator")
        return BROUGHT.get(key) if key else None

    def _meaning(self, name: str) -> str | None:
        """What the word of a column means; asked from the person when nobody knows."""
        text = self.cells[name]
        if not text and name in DEFAULTS:
            return DEFAULTS[name]
        if not text:
            self.cells.fault("la case est vide. Complétez-la ou retirez la ligne.", name)
            return None
        key = meaning(name, text, self.answers.words.get(name, {}))
        if key is None:
            words = self.found.unknown.setdefault(name, Counter())
            word = plain(text)[:80]
            if word in words or len(words) < _MOST_WORDS:
                words[word] += 1
            else:
                self.cells.fault(
                    f"{quoted(text)} n’est pas connu. Ramenez les mots de cette colonne à {_MOST_WORDS} au plus.", name
                )
        return key

    def _entry(self, home: int, indicator: Indicator, span: tuple[date, date], names: dict[str, str]) -> None:
        numbers: dict[str, Decimal] = {}
        for what, name in names.items():
            text = self.cells[name]
            if says_nothing(text):
                self.found.nothing += 1
                continue
            try:
                numbers[what] = self._number(indicator, what, text)
            except BadValue as problem:
                self._bad(name, problem)
                return
        if not set(numbers) - {"of"}:
            return
        if "part" in numbers:
            numbers["value"] = numbers.pop("part") * 100
        elif "value" in numbers and indicator.kind is Kind.SHARE and "%" not in self.cells[names["value"]]:
            self.parts.setdefault(names["value"] if self.answers.layout is Layout.WIDE else indicator.key, []).append(
                numbers["value"]
            )
        given = Given(*span, numbers.get("count"), numbers.get("of"), numbers.get("value"))
        known = self.finder.residences[home].homes
        (entry,) = with_homes([Entry(home, indicator.key, given)], {home: known} if known else {})
        place = names.get("count") or names.get("value") or names.get("part") or ""
        for reason in may_stand(indicator, entry.given, today=self.today).reasons:
            self.cells.fault(reason.sentence, place)
            return
        self._once(entry.key, f"« {indicator.label} » de cette résidence, pour la même période,")
        self.found.entries.append(entry)

    def _number(self, indicator: Indicator, what: str, text: str) -> Decimal:
        if what in {"count", "of"}:
            return count(text, exact=self.exact)
        value = number(text, exact=self.exact, percent=indicator.kind is Kind.SHARE and what == "value")
        if what == "part" and not 0 <= value <= 1:
            raise BadValue("n’est pas entre 0 et 1")
        return value

    def _once(self, key: object, what: str) -> None:
        first = self.seen.setdefault(key, self.cells.number)
        if first != self.cells.number:
            self.cells.fault(f"{what} est déjà à la ligne {grouped(first)}. Retirez l’une des deux.")

    def _suspect_parts(self) -> None:
        """A column of percentages all under 1 was most likely written as parts of one: 0,075 for 7,5 %."""
        for name, values in self.parts.items():
            if len(values) > 1 and max(values) <= 1 and any(v != v.to_integral_value() for v in values):
                place = self.cells.place(name) or f"indicateur {BROUGHT[name].label}"
                self.found.fault(
                    Fault(
                        "toutes les valeurs sont entre 0 et 1, alors qu’un pourcentage est attendu. "
                        "Dites que cette colonne est une valeur entre 0 et 1, ou écrivez 7,5 pour 7,5 %.",
                        None,
                        place,
                        self.cells.sheet,
                    )
                )

    def _told(self, home: int) -> None:
        try:
            on = day(self.cells["on"])
        except BadValue as problem:
            self._bad("on", problem)
            return
        if not (verdict := may_have_happened(on, self.today)):
            self.cells.fault(verdict.sentence, "on")
            return
        said = {name: self._meaning(name) for name in ("kind", *DEFAULTS)}
        if None in said.values():
            return
        reference = self.cells["reference"][:60]
        if reference:
            self._once(("reference", reference), f"la référence {quoted(reference)}")
        self.found.told.append(
            Told(
                residence=home,
                on=on,
                kind=IncidentKind(str(said["kind"])),
                place=Place(str(said["place"])),
                victim=Victim(str(said["victim"])),
                recurrence=Recurrence(str(said["recurrence"])),
                complaint=Complaint(str(said["complaint"])),
                text=self._words(home),
                reference=reference,
            )
        )

    def _words(self, home: int) -> str:
        """The words of an incident, or nothing where they could name somebody: that is said, and the incident still counts."""
        text = " ".join(self.cells["text"].split())
        if len(text) > _TEXT_MOST:
            said = f"les précisions dépassent {_TEXT_MOST} caractères : elles ne sont pas reprises, l’incident est compté."
        elif not moderated(text, known=self.finder.residences[home].words):
            said = "les précisions pourraient désigner quelqu’un : elles ne sont pas reprises, l’incident est compté."
        else:
            return text
        self.found.aside(Fault(said, self.cells.number, self.cells.place("text"), self.cells.sheet))
        return ""


def lines_said(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """Faults as plain JSON values."""
    return [{"place": fault.place, "sentence": fault.sentence} for fault in faults]
