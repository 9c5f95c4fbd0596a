"""The figures of a wave as they are told: in percent, with their names, beside those of the wave before. No Django, no clock.

A figure is never told alone: ``Figure`` holds what must be read with it, and is the only way from the counted JSON to a page,
a report or a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from palier.estimates.proportions import Share
from palier.estimates.shrinkage import Regime
from palier.estimates.waves import Change, compare
from palier.questionnaires.rules.form import SCORES, Question, Questionnaire, Text

Json = Mapping[str, Any]
MODES = {
    "web": "en ligne",
    "email": "par e-mail",
    "sms": "par SMS",
    "paper": "sur papier",
    "phone": "par téléphone",
    "hall": "par affiche",
}
UNTOLD = "other"
"""Under which the answers stand whose mode was not kept, so that nobody is known by it, or that too few share."""
SIDES = {"inside": "En quartier prioritaire", "outside": "Hors quartier prioritaire"}
CATEGORIES = {**SIDES, "": "Autres agences"}
"""What weights call the groups of households, in words; an agency has its own name."""
SURE, LIKELY = 0.95, 0.8


@dataclass(frozen=True, slots=True)
class Figure:
    """A percentage with its interval, how many answered of how many invited, and how it was made."""

    value: int
    low: int
    high: int
    answers: int
    invited: int
    regime: Regime
    target: int | None = None
    under: float | None = None
    raw: int | None = None

    @property
    def rate(self) -> int:
        """The response rate, in percent."""
        return round(100 * self.answers / self.invited) if self.invited else 0

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


def figure_of(counted: Json, *, invited: int, target: float | None = None) -> Figure:
    """A counted share as it is told."""
    raw = counted.get("raw")
    return Figure(
        round(100 * counted["value"]),
        round(100 * counted["low"]),
        round(100 * counted["high"]),
        counted["answers"],
        max(counted.get("invited") or invited, counted["answers"]),
        Regime(counted["regime"]),
        None if target is None else round(100 * target),
        counted.get("under"),
        None if raw is None else round(100 * raw),
    )


def said(text: Text, reference: str = "fr") -> str:
    """Words in French, or in the language of the questionnaire."""
    return text.get("fr") or text.get(reference, "")


def question_line(question: Question, counted: Json | None, *, invited: int, target: float | None, before: Json | None) -> Line:
    """A question with a good side: the share of good answers, and its gap with the wave before."""
    name = said(question.text)
    found = (counted or {}).get("satisfied")
    if not found:
        return Line(question.key, name, None)
    past = (before or {}).get("satisfied")
    change = compare(share_of(past), share_of(found)) if past else None
    return Line(question.key, name, figure_of(found, invited=invited, target=target), change=change)


def distribution(question: Question, counted: Json) -> list[tuple[str, int]]:
    """What was answered, each choice with its percentage, in the order of the questionnaire: stored JSON has none."""
    names = {choice.code: said(choice.label) for choice in question.choices} or {str(mark): str(mark) for mark in SCORES}
    return [(name, round(100 * counted["distribution"].get(code, 0))) for code, name in names.items()]


def themes(
    form: Questionnaire, counted: Json, *, targets: Mapping[str, float], before: Json | None
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
            )
            for question in theme.questions
            if (questions.get(question.key) or {}).get("satisfied") or (questions.get(question.key) or {}).get("hidden")
        ]
        if lines:
            told.append((said(theme.title), lines))
    return told


def residence_lines(counted: Sequence[Json], names: Mapping[int, str], target: float | None) -> list[Line]:
    """The residences, those read together under one name, by their figure from the lowest."""
    lines = []
    for row in counted:
        known = sorted(names.get(residence, "Réponses sans résidence") for residence in row["residences"])
        name = known[0] if len(known) == 1 else f"{len(known)} résidences lues ensemble"
        note = row["agency"] if len(known) == 1 else f"{row['agency']} : {', '.join(known)}"
        figure = figure_of(row, invited=row["invited"], target=target)
        lines.append(Line(",".join(map(str, row["residences"])), name, figure, note))
    return sorted(lines, key=lambda line: (line.figure.value if line.figure else 101, line.name))


def group_lines(counted: Json, *, invited: int, target: float | None) -> tuple[list[Line], list[Line]]:
    """The agencies, then inside and outside the priority districts, for one question."""
    agencies = [
        Line(
            ",".join(row["names"]),
            " et ".join(name or "Autres agences" for name in row["names"]),
            figure_of(row, invited=invited, target=target),
        )
        for row in counted.get("agencies", ())
    ]
    sides = [
        Line(row["side"], SIDES[row["side"]], figure_of(row, invited=invited, target=target)) for row in counted.get("qpv", ())
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


def priorities(form: Questionnaire, counted: Json) -> list[Priority]:
    """The themes by what they weigh, those that weigh more and satisfy less than the others marked as first."""
    found = counted.get("importance")
    if not found:
        return []
    titles = {theme.code: said(theme.title) for theme in form.themes}
    rows = found["themes"]
    fair = 1 / len(rows)
    middle = sum(row["satisfied"] for row in rows) / len(rows)
    told = []
    for row in rows:
        heavy, low = row["share"] >= fair, row["satisfied"] < middle
        verdict = {
            (True, True): "À traiter d’abord : pèse plus que les autres, satisfait moins.",
            (True, False): "À préserver : pèse plus que les autres, satisfait plus.",
            (False, True): "À suivre : satisfait moins, mais pèse peu dans l’avis d’ensemble.",
            (False, False): "Acquis : satisfait plus, pèse peu.",
        }[heavy, low]
        told.append(
            Priority(titles[row["theme"]], round(100 * row["share"]), round(100 * row["satisfied"]), heavy and low, verdict)
        )
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
        past, mix = (mode_mix({mode: n for mode, n in one["modes"].items() if mode != UNTOLD}) for one in (before, now))
        if mix != past:
            facts.append(
                f"Les réponses venaient {past} ; elles viennent {mix}. "
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


def rows_of_file(
    form: Questionnaire, counted: Json, groups: Mapping[str, Json], names: Mapping[int, str]
) -> Iterable[list[Any]]:
    """The open data file, a row a figure: question, group, share and bounds in percent, answers, invited, regime."""
    for question in form.questions:
        of_question = counted["questions"].get(question.key) or {}
        if not of_question.get("satisfied"):
            continue
        split = groups.get(question.key, {})
        lines = [("ensemble", question_line(question, of_question, invited=counted["invited"], target=None, before=None))]
        agencies, sides = group_lines(split, invited=counted["invited"], target=None)
        lines += [("agence", line) for line in agencies]
        lines += [("quartier", line) for line in sides]
        lines += [("résidence", line) for line in residence_lines(split.get("residences", ()), names, None)]
        for kind, line in lines:
            if line.figure:
                group = "" if kind == "ensemble" else line.note if line.name.endswith("lues ensemble") else line.name
                yield [
                    question.key,
                    said(question.text),
                    kind,
                    group,
                    line.figure.value,
                    line.figure.low,
                    line.figure.high,
                    line.figure.answers,
                    line.figure.invited,
                    line.figure.rate,
                    line.figure.regime.value,
                ]


FILE_HEADER = (
    *("question", "libelle", "maille", "groupe", "satisfaits_pct", "borne_basse_pct", "borne_haute_pct"),
    *("reponses", "invites", "taux_reponse_pct", "regime"),
)
DICTIONARY = (
    ("question", "Clé stable de la question, la même d’une vague à l’autre"),
    ("libelle", "La question, telle qu’elle a été posée"),
    ("maille", "ensemble, agence, quartier (prioritaire ou non) ou résidence"),
    (
        "groupe",
        "L’agence, le côté du quartier prioritaire, la résidence ou les résidences lues ensemble ; vide pour l’ensemble",
    ),
    ("satisfaits_pct", "Part des réponses favorables, en %, redressée pour l’ensemble, les agences et les quartiers"),
    ("borne_basse_pct", "Borne basse de l’intervalle, en % (19 fois sur 20 ; 9 fois sur 10 par résidence)"),
    ("borne_haute_pct", "Borne haute du même intervalle, en %"),
    ("reponses", "Réponses favorables ou défavorables ; les autres ne comptent pas"),
    ("invites", "Ménages invités à répondre"),
    ("taux_reponse_pct", "Réponses pour cent invités"),
    ("regime", "measured : mesuré ; modelled : estimé par un modèle ; grouped : plusieurs résidences lues ensemble"),
)
