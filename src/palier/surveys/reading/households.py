"""A landlord's file of tenants, read whole: what each column is, what each line says, what is wrong with it and where.

Nothing here knows the database: files in, households out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from palier.directory.rules import plain
from palier.sources.reading.homes import Finder
from palier.sources.reading.values import day, says_nothing
from palier.stock.reading.looking import Cells, Faults, clean
from palier.stock.reading.places import Fault, Unreadable, grouped, quoted
from palier.stock.reading.recognise import head_of
from palier.stock.reading.tables import Lines, Table, open_table
from palier.stock.reading.values import BadValue
from palier.surveys.rules.contact import LANGUAGES, email_of, phone_of
from palier.surveys.rules.frame import READ_AT_MOST

LABELS = {
    "reference": "référence du locataire ou du contrat",
    "code": "code de la résidence",
    "residence": "nom de la résidence",
    "building": "adresse de l’immeuble",
    "agency": "agence",
    "qpv": "en quartier prioritaire (oui ou non)",
    "name": "nom du locataire",
    "first_name": "prénom",
    "language": "langue",
    "email": "e-mail",
    "phone": "téléphone mobile, ou le seul",
    "other_phone": "autre téléphone",
    "address": "adresse postale complète",
    "moved_in_on": "date d’entrée dans les lieux",
    "objects": "s’oppose aux enquêtes (oui ou non)",
}
_HEADERS = {
    "reference": "reference | reference locataire | ref locataire | numero locataire | n locataire | code locataire | contrat | "
    "numero contrat | n contrat | num contrat | reference contrat | id locataire | identifiant",
    "code": "code residence | code programme | code groupe | esi | code esi | code site | programme code",
    "residence": "residence | nom residence | nom de la residence | programme | groupe | site | ensemble immobilier",
    "building": "adresse immeuble | adresse logement | adresse du logement | adresse batiment",
    "agency": "agence | secteur | antenne | territoire | nom agence",
    "qpv": "qpv | en qpv | quartier prioritaire | zone qpv",
    "name": "nom | nom locataire | nom du locataire | titulaire | nom prenom | locataire | destinataire | civilite nom",
    "first_name": "prenom | prenom locataire",
    "language": "langue | code langue | langue parlee",
    "email": "email | e mail | mail | courriel | adresse mail | adresse email | adresse electronique",
    "phone": "mobile | portable | telephone mobile | tel mobile | telephone portable | telephone | tel | gsm",
    "other_phone": "telephone fixe | fixe | tel fixe | telephone domicile | telephone 2 | autre telephone",
    "address": "adresse postale | adresse | adresse complete | adresse de correspondance",
    "moved_in_on": "date entree | date d entree | entree dans les lieux | date entree logement | debut bail | date de bail | "
    "date debut bail | date emmenagement",
    "objects": "opposition | opposition enquete | refus enquete | ne pas solliciter | stop",
}
HEADERS = {name: tuple(word.strip() for word in text.split("|")) for name, text in _HEADERS.items()}
_YES, _NO = frozenset({"oui", "o", "1", "vrai", "x", "true"}), frozenset({"non", "n", "0", "faux", "false", "hors qpv", "hqpv"})
_SPOKEN = {plain(label): code for code, label in LANGUAGES.items()} | {code: code for code in LANGUAGES}
_MOST_LOST = 60
# A lease is signed before the household moves in; « 15/03/48 » is of another century.
_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says of a household."""

    reference: str
    residence: int
    agency: str = ""
    qpv: bool | None = None
    name: str = ""
    language: str = "fr"
    email: str = ""
    phone: str = ""
    address: str = ""
    moved_in_on: date | None = None
    objects: bool = False


@dataclass(slots=True)
class ReadFrame(Faults):
    """What came of a file. With one fault, nothing of it may be kept. ``lost`` are the names that no residence bears."""

    lines: list[Line] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)


def problems(mapping: Mapping[int, str]) -> list[str]:
    """What makes a mapping unusable, each with its cure; empty when the file can be read."""
    names = list(mapping.values())
    found = []
    if "reference" not in names:
        found.append("Dites quelle colonne porte la référence du locataire ou du contrat : c’est elle qui le fait reconnaître.")
    if not {"code", "residence", "building"} & set(names):
        found.append("Dites quelle colonne dit la résidence : son code, son nom ou l’adresse de l’immeuble.")
    twice = sorted(LABELS[name] for name in set(names) if names.count(name) > 1)
    return found + [f"Deux colonnes sont dites « {label} » : n’en gardez qu’une." for label in twice]


def read(path: Path, *, mapping: Mapping[int, str], sheet: str, finder: Finder, today: date) -> ReadFrame:
    """Read a file as the person said. Nothing is raised: a file that cannot be read gives one fault."""
    found = ReadFrame()
    try:
        with open_table(path, sheet=sheet, limits=READ_AT_MOST) as table:
            _, header, rows = head_of(table)
            _Reader(found, mapping, finder, today, [clean(name) for name in header], table).take(rows)
    except Unreadable as problem:
        found.fault(Fault(problem.sentence))
    if not found.fault_count and not found.lines:
        found.fault(Fault("aucun locataire à reprendre dans ce fichier. Vérifiez les colonnes choisies."))
    return found


class _Reader:
    """Reads the lines of one file, one after another."""

    def __init__(
        self, found: ReadFrame, mapping: Mapping[int, str], finder: Finder, today: date, header: list[str], table: Table
    ) -> None:
        self.found, self.finder, self.today = found, finder, today
        self.cells = Cells(found, mapping, header, table)
        self.seen: dict[str, int] = {}

    def take(self, rows: Lines) -> None:
        for total in self.cells.over(rows):
            if not total:
                self._household()

    def _household(self) -> None:
        wrong = self.found.fault_count
        line = Line(
            reference=self._reference(),
            residence=self._residence(),
            agency=self._text("agency")[:100],
            qpv=self._yes_or_no("qpv"),
            name=" ".join(filter(None, (self._text("name"), self._text("first_name"))))[:120],
            language=self._language(),
            email=self._contact("email", email_of, "n’est pas une adresse électronique"),
            phone=self._phone(),
            address=self._text("address")[:300],
            moved_in_on=self._moved_in(),
            objects=bool(self._yes_or_no("objects")),
        )
        if self.found.fault_count == wrong:
            self.found.lines.append(line)

    def _text(self, name: str) -> str:
        text = self.cells[name]
        return "" if says_nothing(text) else " ".join(text.split())

    def _reference(self) -> str:
        text = self._text("reference")
        if not text:
            self.cells.fault("la référence est vide. Complétez-la ou retirez la ligne.", "reference")
        elif len(text) > 60:
            self.cells.fault(f"{quoted(text)} dépasse 60 caractères.", "reference")
        elif (first := self.seen.setdefault(text, self.cells.number)) != self.cells.number:
            self.cells.fault(f"{quoted(text)} est déjà à la ligne {grouped(first)}. Retirez l’une des deux.", "reference")
        return text

    def _residence(self) -> int:
        said = {"code": self._text("code"), "name": self._text("residence"), "address": self._text("building")}
        columns = {"code": "code", "name": "residence", "address": "building"}
        first = next((key for key, text in said.items() if text), "")
        try:
            return self.finder.find(**said)
        except BadValue as problem:
            if first:
                self.cells.fault(f"{quoted(said[first])} {problem.problem}.", columns[first])
                if len(self.found.lost) < _MOST_LOST:
                    self.found.lost[said[first][:120]] += 1
            else:
                self.cells.fault("la ligne ne dit pas de quelle résidence il s’agit.")
            return 0

    def _yes_or_no(self, name: str) -> bool | None:
        text = plain(self._text(name))
        if not text:
            return None
        if text in _YES or text in _NO:
            return text in _YES
        self.cells.fault(f"{quoted(text)} n’est ni oui ni non.", name)
        return None

    def _language(self) -> str:
        text = plain(self._text("language"))
        if not text:
            return "fr"
        if text not in _SPOKEN:
            self.cells.fault(f"{quoted(text)} n’est pas une langue connue : {', '.join(LANGUAGES.values())}.", "language")
        return _SPOKEN.get(text, "fr")

    def _contact(self, name: str, kept: Callable[[str], str], wrong: str) -> str:
        text = self._text(name)
        try:
            return kept(text)
        except ValueError:
            self.cells.fault(f"{quoted(text)} {wrong}. Corrigez ou videz la case.", name)
            return ""

    def _phone(self) -> str:
        first, other = (self._contact(name, phone_of, "n’est pas un numéro de téléphone") for name in ("phone", "other_phone"))
        return first or other

    def _moved_in(self) -> date | None:
        text = self._text("moved_in_on")
        if not text:
            return None
        try:
            found = day(text)
        except BadValue as problem:
            self.cells.fault(f"{quoted(text)} {problem.problem}.", "moved_in_on")
            return None
        if found > self.today + _AHEAD:
            self.cells.fault(f"{quoted(text)} est dans plus d’un an. Vérifiez l’année.", "moved_in_on")
        return found
