"""What a column may be: proposed from its header and what it holds, decided by people."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from palier.directory.rules import plain
from palier.sources.reading.values import number
from palier.sources.rules.headers import indicator_named, spoken
from palier.sources.rules.indicators import BROUGHT, Indicator
from palier.sources.rules.intake import Layout
from palier.sources.rules.vocabulary import Denominator, Kind, Source
from palier.stock.reading.mapping import Column
from palier.stock.reading.values import BadValue

IDENTITY = ("code", "residence", "address")
_LABELS = {
    "code": "code de la résidence",
    "residence": "nom de la résidence",
    "address": "adresse de la résidence",
    "period": "période (année, trimestre, mois)",
    "starts_on": "début de la période",
    "ends_on": "fin de la période",
    "indicator": "indicateur",
    "count": "compte",
    "of": "sur combien",
    "value": "valeur",
    "on": "jour de l’incident",
    "kind": "nature",
    "place": "lieu",
    "victim": "victime (catégorie)",
    "recurrence": "répétition",
    "complaint": "plainte déposée",
    "text": "précisions",
    "reference": "référence de l’incident",
}
_HEADERS = {
    "code": "code residence | code | code programme | code groupe | reference residence | ref | esi | code esi | code site",
    "residence": "residence | nom residence | nom de la residence | programme | groupe | site | ensemble immobilier | nom",
    "address": "adresse | adresse complete | adresse principale",
    "period": "periode | annee | millesime | mois | trimestre | exercice",
    "starts_on": "debut | date debut | du | debut de periode",
    "ends_on": "fin | date fin | au | fin de periode | date d arret | date",
    "indicator": "indicateur | libelle indicateur | critere | mesure",
    "count": "compte | nombre | numerateur | nb | effectif",
    "of": "sur | denominateur | base | sur combien | total",
    "value": "valeur | taux | resultat | part",
    "on": "date | jour | date incident | date de l incident | date du fait | date des faits | survenu le",
    "kind": "nature | type | nature incident | type incident | type d incident | nature du fait | categorie | fait",
    "place": "lieu | localisation | emplacement | endroit",
    "victim": "victime | type victime | categorie victime",
    "recurrence": "recurrence | repetition | frequence",
    "complaint": "plainte | plainte deposee | depot de plainte",
    "text": "precisions | commentaire | description | observations | details",
    "reference": "reference | numero | n | id | num incident | reference incident | n incident",
}
HEADERS = {name: tuple(word.strip() for word in text.split("|")) for name, text in _HEADERS.items()}
_OF_LAYOUT = {
    Layout.WIDE: ("code", "residence", "address", "period", "starts_on", "ends_on"),
    Layout.LONG: ("code", "residence", "address", "period", "starts_on", "ends_on", "indicator", "count", "of", "value"),
    Layout.INCIDENTS: (
        *("code", "residence", "address", "on", "kind", "place", "victim", "recurrence", "complaint", "text", "reference"),
    ),
}
# « Ménages < 20 % des plafonds » are counted.
_PERCENT = re.compile(r"(?<!\d)(?<!\d )%|(?<![a-z])(?:taux|tx|part|pct|pourcentage|proportion)(?![a-z])")
_PER_HUNDRED = re.compile(r"(?:\bpour|\bpar|/) ?100 ?(?:logements|logts|lgts)\b", re.IGNORECASE)
_A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# More households in arrears, or empty homes, than a residence has: an amount.
_HOUSED_AT_MOST = 500
_OF = re.compile(r"^(?:base|total|nb total|sur|nombre total|denominateur) ?(?:d |de |des )?(?P<what>.*)$")


@dataclass(frozen=True, slots=True)
class Facet:
    """What a column says of an indicator: how many, of how many, the value, or the value as a part of one."""

    indicator: Indicator
    what: str

    @property
    def name(self) -> str:
        """As kept in a mapping: « vacancy.count »."""
        return f"{self.indicator.key}.{self.what}"

    @property
    def label(self) -> str:
        """In French, for the list of choices."""
        unit = self.indicator.unit
        said = {
            "count": "compte",
            "of": f"sur combien de {self.indicator.denominator.label}",
            "value": f"valeur ({unit})",
            "part": "valeur entre 0 et 1",
        }
        return f"{self.indicator.label} : {said[self.what]}"


def facets(indicator: Indicator) -> tuple[Facet, ...]:
    """What columns may say of an indicator."""
    names = {Kind.SHARE: ("count", "of", "value", "part"), Kind.RATE: ("count", "of", "value")}.get(indicator.kind, ("value",))
    return tuple(Facet(indicator, name) for name in names)


FACETS: Mapping[str, Facet] = {facet.name: facet for found in BROUGHT.values() for facet in facets(found)}


def choices(layout: Layout) -> list[tuple[str, str]]:
    """Everything a column of such a file may be, with its French words."""
    found = [(name, _LABELS[name]) for name in _OF_LAYOUT[layout]]
    return [*found, *((name, facet.label) for name, facet in FACETS.items())] if layout is Layout.WIDE else found


def layout_of(columns: Sequence[Column]) -> Layout:
    """How a file seems to say its figures."""
    headers = {_spelled(column.header) for column in columns}
    if headers & set(HEADERS["indicator"]):
        return Layout.LONG
    telling = {"nature", "type incident", "type d incident", "nature incident", "nature du fait", "fait", "date incident"}
    if headers & telling and headers & {*HEADERS["on"], *HEADERS["place"]}:
        return Layout.INCIDENTS
    return Layout.WIDE


def propose(columns: Sequence[Column], layout: Layout) -> dict[int, str]:
    """What each column seems to be, once each. What is doubtful is left to people."""
    found: dict[int, str] = {}
    years = {year for column in columns for year in _A_YEAR.findall(column.header)}
    year = years.pop() if len(years) == 1 else ""
    for index, column in enumerate(columns):
        name = _proposed(column, layout, set(found.values()), year)
        if name:
            found[index] = name
    return found


def _proposed(column: Column, layout: Layout, taken: set[str], year: str) -> str:
    header = _spelled(column.header)
    for name in _OF_LAYOUT[layout]:
        if name not in taken and header in HEADERS[name]:
            return name
    if layout is not Layout.WIDE:
        return ""
    bare = _PER_HUNDRED.sub("", _without_year(column.header, year))
    asked = _OF.match(_spelled(bare))
    key = indicator_named(bare)
    of = None if key else asked and indicator_named(asked["what"])
    name = f"{of}.of" if of else f"{key}.{_facet(column, BROUGHT[key])}" if key else ""
    return name if name in FACETS and name not in taken else ""


def _without_year(header: str, year: str) -> str:
    """A header without the one year that headers tell: « Logements vacants au 31/12/2025 »."""
    words = spoken(header)
    return re.sub(rf"(?:\bau )?(?:\b31[/.]12[/.]|\b[ts][1-4] ?)?\b{year}\b", " ", words, flags=re.IGNORECASE) if year else words


def _facet(column: Column, indicator: Indicator) -> str:
    """What the cells of a column look like: counts, percentages, parts of one; nothing when it is doubtful."""
    header = plain(spoken(column.header))
    if indicator.kind is Kind.LEVEL:
        return "value"
    numbers = []
    for text in column.samples:
        try:
            numbers.append(number(text, exact=True, percent=True))
        except BadValue:
            continue
    halves = sum(n != n.to_integral_value() for n in numbers)
    if indicator.kind is Kind.SHARE and halves and all(0 <= n <= 1 for n in numbers):
        return "part"
    if _PERCENT.search(header) or _PER_HUNDRED.search(header) or any("%" in text for text in column.samples):
        return "value"
    if indicator.source is Source.SURVEYS and all(n <= 10 for n in numbers):
        return ""  # they may be marks
    if not halves:
        housed = indicator.denominator in {Denominator.HOUSEHOLDS, Denominator.DWELLINGS}
        return "" if housed and indicator.kind is Kind.SHARE and any(n > _HOUSED_AT_MOST for n in numbers) else "count"
    # Nothing is counted by halves: where most cells have some they are percentages.
    percents = len(numbers) > 2 and halves * 2 > len(numbers) and all(0 <= n <= 100 for n in numbers)
    return "value" if indicator.kind is Kind.SHARE and percents else ""


def _spelled(header: str) -> str:
    return " ".join(re.sub(r"[_.°/()\[\]:]+", " ", plain(header)).split())


def problems(mapping: Mapping[int, str], layout: Layout, *, has_period: bool) -> list[str]:
    """What makes a mapping unusable, each with its cure; empty when the file can be read."""
    names = list(mapping.values())
    labels = dict(choices(layout))
    found = [f"« {name} » n’est pas une information de ce fichier." for name in sorted(set(names) - set(labels))]
    found += [
        f"Deux colonnes sont dites « {labels[name]} » : n’en gardez qu’une."
        for name in sorted(set(names) & set(labels))
        if names.count(name) > 1
    ]
    if not set(names) & set(IDENTITY):
        found.append("Dites quelle colonne porte le code, le nom ou l’adresse de la résidence.")
    if layout is Layout.INCIDENTS:
        found += [f"Dites quelle colonne porte : {labels[name]}." for name in ("on", "kind") if name not in names]
        return found
    if not has_period and "period" not in names and not {"starts_on", "ends_on"} <= set(names):
        found.append("Dites quelle colonne porte la période, ou indiquez le début et la fin de la période du fichier.")
    if layout is Layout.LONG:
        if "indicator" not in names:
            found.append("Dites quelle colonne porte l’indicateur.")
        if not {"count", "value"} & set(names):
            found.append("Dites quelle colonne porte le compte ou la valeur.")
        return found
    return found + _wide_problems(names)


def _wide_problems(names: list[str]) -> list[str]:
    of_each: dict[str, set[str]] = {}
    for name in names:
        if facet := FACETS.get(name):
            of_each.setdefault(facet.indicator.key, set()).add(facet.what)
    if not of_each:
        return ["Dites quelle colonne porte au moins un indicateur."]
    found = []
    for key, given in of_each.items():
        label = BROUGHT[key].label
        if given == {"of"}:
            found.append(f"« {label} » : une colonne dit sur combien, dites aussi laquelle porte le compte.")
        if len(given & {"count", "value", "part"}) > 1:
            found.append(f"« {label} » : gardez le compte ou la valeur, pas les deux.")
    return found
