"""The figures of a wave as they are told: in percent, with their names, beside those of the wave before. No Django, no clock.

A figure is never told alone: ``Figure`` holds what must be read with it, and is the only way from the counted JSON to a page,
a report or a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from palier.estimates.proportions import Share, margin
from palier.estimates.shrinkage import Regime
from palier.estimates.waves import Change, compare
from palier.questionnaires.rules.form import SATISFIED_FROM, SCORES, Kind, Question, Questionnaire, Text

Json = Mapping[str, Any]
MODES = {
    "web": "en ligne",
    "email": "par e-mail",
    "sms": "par SMS",
    "paper": "sur papier",
    "phone": "par téléphone",
    "hall": "par affiche",
}
MODE_MOVED = 0.05
"""By how much the part of a mode moves for the answers of two waves to be said to come otherwise."""
UNTOLD = "other"
"""Under which the answers stand whose mode was not kept, so that nobody is known by it, or that too few share."""
SIDES = {"inside": "En quartier prioritaire", "outside": "Hors quartier prioritaire"}
CATEGORIES = {**SIDES, "": "Autres agences"}
"""What weights call the groups of households, in words; an agency has its own name."""
SURE, LIKELY = 0.95, 0.8


@dataclass(frozen=True, slots=True)
class Figure:
    """A percentage with its interval, how many answered of how many invited (0: not known), and how it was made.

    ``bound`` is « ou plus » or « ou moins » where the percentage is only one that the share is beyond.
    """

    value: int
    low: int
    high: int
    answers: int
    invited: int
    regime: Regime
    target: int | None = None
    under: float | None = None
    raw: int | None = None
    bound: str = ""

    @property
    def rate(self) -> int | None:
        """The response rate, in percent; None when how many were asked is not known."""
        return round(100 * self.answers / self.invited) if self.invited else None

    @property
    def risk(self) -> str:
        """How likely the share is under the commitment, in words and in percent; nothing without a commitment."""
        if self.under is None:
            return ""
        if self.under >= SURE:
            word = "presque sûr"
        elif self.under >= LIKELY:
            word = "probable"
        elif self.under > 1 - LIKELY:
            word = "incertain"
        elif self.under > 1 - SURE:
            word = "peu probable"
        else:
            word = "presque exclu"
        shown = min(max(round(100 * self.under), 1), 99)
        return f"{word} ({shown} %)"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of results: what it speaks of, its figure (None: hidden), how it moved since the wave before."""

    key: str
    name: str
    figure: Figure | None
    note: str = ""
    change: Change | None = None

    @property
    def points(self) -> str:
        """The gap since the wave before, in points with its sign."""
        return signed(self.change) if self.change else ""


def signed(change: Change) -> str:
    """A gap in points: « +4 points », « −1 point », « 0 point »."""
    gap = round(100 * change.gap)
    sign = "+" if gap > 0 else "−" if gap < 0 else ""
    return f"{sign}{abs(gap)} point{'s' if abs(gap) > 1 else ''}"


def share_of(counted: Json) -> Share:
    """A counted share, for what it is worth."""
    size = inf if counted["size"] is None else counted["size"]
    return Share(counted["value"], counted["answers"], counted["low"], counted["high"], size, counted["effect"])


def figure_of(counted: Json, *, invited: int, target: float | None = None, public: bool = False) -> Figure:
    """A counted share as it is told, to everybody when ``public``; nothing of who was asked when ``invited`` is 0."""
    raw = counted.get("raw")
    asked = counted.get("invited", invited) if invited else 0
    figure = Figure(
        round(100 * counted["value"]),
        round(100 * counted["low"]),
        round(100 * counted["high"]),
        counted["answers"],
        max(asked, counted["answers"]) if asked else 0,
        Regime(counted["regime"]),
        None if target is None else round(100 * target),
        counted.get("under"),
        None if raw is None else round(100 * raw),
    )
    return (
        _veiled(figure, counted["satisfied"] / counted["answers"] if "satisfied" in counted else counted["value"])
        if public
        else figure
    )


def bound(share: float, answers: int) -> tuple[int, str] | None:
    """All that everybody reads of a share near none or all, in percent: « 90 ou plus ». It holds one answer fewer as well."""
    near = 10 if answers < 100 else 1
    if 100 * share <= near:
        return near, "ou moins"
    return (100 - near, "ou plus") if 100 * share >= 100 - near else None


def _veiled(figure: Figure, own: float) -> Figure:
    """What everybody may read of answers of which ``own`` are good: near none or all, a bound alone.

    Where all say the same, the figure tells what each said.
    """
    if (found := bound(own, figure.answers)) is None:
        return figure
    value, words = found
    low, high = (0, value) if own < 0.5 else (value, 100)
    # What a model made of these answers would give them back.
    regime = Regime.MEASURED if figure.regime is Regime.MODELLED else figure.regime
    return replace(figure, value=value, low=low, high=high, regime=regime, raw=None, bound=words)


def said(text: Text, reference: str = "fr") -> str:
    """Words in French, or in the language of the questionnaire."""
    return text.get("fr") or text.get(reference, "")


def question_line(
    question: Question, counted: Json | None, *, invited: int, target: float | None, before: Json | None, public: bool = False
) -> Line:
    """A question with a good side: the share of good answers, and its gap with the wave before."""
    name = said(question.text)
    found = (counted or {}).get("satisfied")
    if not found:
        return Line(question.key, name, None)
    past = (before or {}).get("satisfied")
    change = compare(share_of(past), share_of(found)) if past else None
    # How many of those invited would have been asked is not known: it follows from what they answered before.
    figure = figure_of(found, invited=0 if question.when else invited, target=target, public=public)
    return Line(question.key, name, figure, _remark(question), change)


def asked_of(question: Question) -> list[str]:
    """Who was asked, when not everybody was."""
    return ["posée à une partie des locataires"] if question.when else []


def _remark(question: Question) -> str:
    """What must be read beside a question: who was asked, and what is counted as good where it is not satisfaction."""
    good = [said(choice.label) for choice in question.choices if choice.favourable]
    remarks = asked_of(question)
    if question.kind is Kind.SCORE:
        remarks.append(f"favorables : de {SATISFIED_FROM} à {max(SCORES)}")
    elif any("satisfait" not in label for label in good):
        remarks.append(f"favorables : {' ou '.join(f'« {label} »' for label in good)}")
    return " ; ".join(remarks)


def shares(question: Question, counted: Json) -> list[tuple[str, float]]:
    """What was answered, each choice with its share, in the order of the questionnaire: stored JSON has none."""
    names = {choice.code: said(choice.label) for choice in question.choices} or {str(mark): str(mark) for mark in SCORES}
    return [(name, counted["distribution"].get(code, 0)) for code, name in names.items()]


def distribution(question: Question, counted: Json) -> list[tuple[str, int]]:
    """The same in percent."""
    return [(name, round(100 * share)) for name, share in shares(question, counted)]


def themes(
    form: Questionnaire, counted: Json, *, targets: Mapping[str, float], before: Json | None, public: bool = False
) -> list[tuple[str, list[Line]]]:
    """Each theme with its questions that have a good side and were answered enough."""
    questions, past = counted["questions"], (before or {}).get("questions", {})
    told = []
    for theme in form.themes:
        lines = [
            question_line(
                question,
                questions.get(question.key),
                invited=counted["invited"],
                target=targets.get(question.key),
                before=past.get(question.key),
                public=public,
            )
            for question in theme.questions
            if (questions.get(question.key) or {}).get("satisfied") or (questions.get(question.key) or {}).get("hidden")
        ]
        if lines:
            told.append((said(theme.title), lines))
    return told


def residence_lines(
    counted: Sequence[Json], names: Mapping[int, str], target: float | None, *, rated: bool = True, public: bool = False
) -> list[Line]:
    """The residences, those read together under one name, by their figure from the lowest; ``rated``, with response rates."""
    lines = []
    for row in counted:
        known = sorted(names.get(residence, "Réponses sans résidence") for residence in row["residences"])
        name = known[0] if len(known) == 1 else f"{len(known)} résidences lues ensemble"
        note = row["agency"] if len(known) == 1 else f"{row['agency']} : {', '.join(known)}"
        figure = figure_of(row, invited=row["invited"] if rated else 0, target=target, public=public)
        lines.append(Line(",".join(map(str, row["residences"])), name, figure, note))
    return sorted(lines, key=lambda line: (line.figure.value if line.figure else 101, line.name))


def group_lines(counted: Json, *, invited: int, target: float | None, public: bool = False) -> tuple[list[Line], list[Line]]:
    """The agencies, then inside and outside the priority districts, for one question."""
    agencies = [
        Line(
            ",".join(row["names"]),
            " et ".join(name or "Autres agences" for name in row["names"]),
            figure_of(row, invited=invited, target=target, public=public),
        )
        for row in counted.get("agencies", ())
    ]
    sides = [
        Line(row["side"], SIDES[row["side"]], figure_of(row, invited=invited, target=target, public=public))
        for row in counted.get("qpv", ())
    ]
    return sorted(agencies, key=lambda line: line.name), sides


@dataclass(frozen=True, slots=True)
class Priority:
    """A theme by its weight in the overall opinion and by its satisfaction, in percent, and what follows."""

    name: str
    weight: int
    satisfied: int
    first: bool
    verdict: str


_HEADS = {-1: ("À suivre", "À traiter d’abord"), 0: ("À égalité", "À égalité"), 1: ("Acquis", "À préserver")}
_WEIGHS = {-1: "pèse moins que les autres", 0: "pèse autant que les autres", 1: "pèse plus que les autres"}
_SATISFIES = {-1: "satisfait moins", 0: "satisfait autant", 1: "satisfait plus"}


def priorities(form: Questionnaire, counted: Json) -> list[Priority]:
    """The themes by what they weigh, those that weigh as much and satisfy less than the others marked as first.

    A theme satisfies more or less than the others only beyond what chance explains, and weighs more or less only as printed.
    """
    found = counted.get("importance")
    if not found:
        return []
    titles = {theme.code: said(theme.title) for theme in form.themes}
    rows = found["themes"]
    fair, middle = round(100 / len(rows)), sum(row["satisfied"] for row in rows) / len(rows)
    # The questions of a theme and the themes of a person say much the same: the true margin of a gap is smaller.
    chance = margin(found["answers"], expected=middle)
    told = []
    for row in rows:
        weight, gap = round(100 * row["share"]), row["satisfied"] - middle
        heavier = (weight > fair) - (weight < fair)
        better = (gap > chance) - (gap < -chance)
        verdict = f"{_HEADS[better][heavier >= 0]} : {_WEIGHS[heavier]}, {_SATISFIES[better]}."
        told.append(Priority(titles[row["theme"]], weight, round(100 * row["satisfied"]), better < 0 <= heavier, verdict))
    return sorted(told, key=lambda one: (not one.first, -one.weight))


def mode_mix(modes: Mapping[str, int]) -> str:
    """How people answered, in percent of those whose mode was kept: « en ligne 62 %, par téléphone 38 % ».

    How many others there are is said besides; when they are the most, no mix is told.
    """
    total, untold = sum(modes.values()), modes.get(UNTOLD, 0)
    ordered = sorted(((mode, number) for mode, number in modes.items() if mode != UNTOLD), key=lambda item: -item[1])
    mix = ", ".join(f"{MODES.get(mode, mode)} {round(100 * number / (total - untold))} %" for mode, number in ordered)
    if not untold:
        return mix
    unkept = f"moyen de réponse non gardé pour {_number(untold)} réponses sur {_number(total)}"
    return f"{mix} ; {unkept}" if _mix_told(modes) else unkept


def _mix_told(modes: Mapping[str, int]) -> bool:
    """Whether the mode of most answers was kept."""
    return 2 * modes.get(UNTOLD, 0) < sum(modes.values())


def context_facts(now: Json, before: Json, *, same_version: bool) -> list[str]:
    """What differs between two waves by itself, before anybody's note: way of answering, response rate, questionnaire."""
    facts = []
    if _mix_told(now["modes"]) and _mix_told(before["modes"]):
        past, mix = ({mode: n for mode, n in one["modes"].items() if mode != UNTOLD} for one in (before, now))
        if any(
            abs(mix.get(mode, 0) / sum(mix.values()) - past.get(mode, 0) / sum(past.values())) >= MODE_MOVED
            for mode in {*past, *mix}
        ):
            facts.append(
                f"Les réponses venaient {mode_mix(past)} ; elles viennent {mode_mix(mix)}. "
                "Un changement de mode peut à lui seul changer les réponses."
            )
    elif {**now["modes"], **before["modes"]}:
        facts.append("Le moyen de réponse de la plupart des réponses n’a pas été gardé : il n’est pas comparé.")
    rate, old = (round(100 * one["answers"] / one["invited"]) if one["invited"] else 0 for one in (now, before))
    if rate != old:
        facts.append(f"Le taux de réponse passe de {old} % à {rate} %.")
    if not same_version:
        facts.append("Le questionnaire a changé de version : seules les questions restées les mêmes sont comparées.")
    return facts


def method_note(counted: Json, *, drawn: str, opened: str, closed: str) -> list[tuple[str, list[str]]]:
    """The note of method, written from the counts: title and sentences of each part."""
    method = counted["method"]
    rate = round(100 * counted["answers"] / counted["invited"]) if counted["invited"] else 0
    who = [
        f"Ont été interrogés : {drawn}.",
        f"{_number(counted['invited'])} ménages invités sur {_number(counted['households'])}, du {opened} au {closed}.",
        f"{_number(counted['answers'])} réponses, soit {rate} % de réponse : {mode_mix(counted['modes'])}.",
    ]
    parts = [("Qui a répondu", who)]
    if method["weighted"]:
        names = sorted({line["margin"] for line in method["margins"]})
        weights = [
            (
                "Les réponses sont redressées : chaque poids est déplacé le moins possible pour que les réponses comptent comme "
                f"l’ensemble des ménages par {' et par '.join(names)} (calage sur marges, Deville, Särndal et Sautory, 1993)."
            ),
            (
                f"Un poids va de {_decimal(method['smallest'])} à {_decimal(method['largest'])} fois celui du tirage ; il ne pouvait "
                f"pas sortir de {_decimal(method['bounds'][0])} à {_decimal(method['bounds'][1])}."
            ),
            f"Ces {_number(counted['answers'])} réponses en valent {_number(round(method['worth']))} de poids égaux (Kish).",
        ]
    else:
        weights = ["Les réponses ne sont pas redressées : chacune compte pour autant de ménages que sa strate l’exige."]
    parts.append(("Les poids", weights + [_in_french(reason) for reason in method["refused"]]))
    parts.append(
        (
            "Les intervalles",
            [
                (
                    "Chaque part est donnée avec l’intervalle où se trouve la part vraie, 19 fois sur 20 (Wilson, population finie, "
                    "effet du plan de sondage et des poids compris)."
                ),
                (
                    "Une résidence est dite « mesurée directement » quand ses réponses sont assez nombreuses pour suffire à 10 points "
                    "près, quoi qu’elles disent. Sinon elle est « estimée par un modèle » : ses réponses sont complétées par ce que "
                    "disent les autres résidences de son agence (loi bêta-binomiale) ; son intervalle tient 9 fois sur 10."
                ),
                f"Une résidence de moins de {counted['fewest']} réponses est lue avec d’autres de la même agence.",
            ],
        )
    )
    parts.append(
        (
            "Ce qui n’est pas montré",
            [
                f"Aucun chiffre ne porte sur moins de {counted['fewest']} réponses ; aucune soustraction n’en donne un.",
                "Rien ne relie une réponse à une personne : qui a répondu et ce qui a été répondu sont gardés séparément.",
                (
                    "Ceux qui n’ont pas répondu pensent peut-être autrement : le redressement corrige les écarts d’agence et de "
                    "quartier, pas ceux que l’on ne connaît pas."
                ),
            ],
        )
    )
    return parts


def _in_french(reason: str) -> str:
    for code, label in CATEGORIES.items():
        reason = reason.replace(f"« {code} »", f"« {label} »")
    return reason


def margins(counted: Json) -> list[dict[str, Any]]:
    """The categories that answers were weighted by, in words and in percent."""
    return [
        {**line, "label": CATEGORIES.get(line["label"], line["label"])}
        | {name: round(100 * line[name]) for name in ("raw", "known", "weighted")}
        for line in counted["method"]["margins"]
    ]


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _decimal(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
