"""The results of hot surveys while they go on, by supplier, theme, agency or residence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform

from palier.answers.models import Answer
from palier.answers.queries.giving import form_of
from palier.answers.rules.hot import By, Cut, Heard, Key, cuts
from palier.answers.rules.units import INSIDE
from palier.answers.statistics.telling import Figure, Line, said
from palier.calendar import start_of_day
from palier.directory.models import Landlord
from palier.estimates.proportions import share
from palier.estimates.shrinkage import Regime
from palier.questionnaires.rules.form import Kind, Question
from palier.stock.models import Residence
from palier.surveys.models import Wave
from palier.surveys.queries import asked, hot_waves
from palier.surveys.rules.outcomes import OUT
from palier.surveys.rules.waves import EventKind

_ASKED_BY = {
    By.SUPPLIER: "event__supplier",
    By.THEME: "event__theme",
    By.AGENCY: "household__agency",
    By.RESIDENCE: "household__residence",
}


@dataclass(frozen=True, slots=True)
class HotResults:
    """The hot waves read, what they ask, everybody's figure (None: too few answered) and those of groups, the lowest first."""

    waves: tuple[Wave, ...]
    question: str
    overall: Line | None
    lines: tuple[Line, ...]

    @property
    def rated(self) -> bool:
        """Whether groups have a response rate."""
        return all(line.figure and line.figure.invited for line in self.lines)


def hot_results(*, landlord: Landlord, kind: EventKind, by: By, since: date | None = None) -> HotResults:
    """What households said after one kind of event, to the first question with a good side. Five SQL queries at most."""
    waves = tuple(hot_waves(landlord=landlord, kind=kind))
    question = _headline(waves[0]) if waves else None
    if question is None:
        return HotResults(waves, "", None, ())
    heard = _heard(waves, question, by, since)
    invited = _invited(waves, by, since)
    everybody = cuts({"ensemble": _sum(heard)}, {"ensemble": sum(invited.values())}, INSIDE)
    found = cuts(heard, invited, INSIDE)
    names = _names(found) if by is By.RESIDENCE else {}
    lines = [_line(cut, names) for cut in found]
    return HotResults(
        waves,
        said(question.text),
        _line(everybody[0], {}) if everybody else None,
        tuple(sorted(lines, key=lambda line: (line.figure.value if line.figure else 0, line.name))),
    )


def _headline(wave: Wave) -> Question | None:
    """The first question with a good side that is asked of everybody."""
    questions = (one for one in form_of(wave).questions if not one.when)
    return next(
        (one for one in questions if one.kind is Kind.SCORE or any(c.favourable is not None for c in one.choices)), None
    )


def _heard(waves: tuple[Wave, ...], question: Question, by: By, since: date | None) -> dict[Key, Heard]:
    rows = Answer.objects.filter(wave__in=waves, said__has_key=question.key)
    if since:
        rows = rows.filter(emptied_on__gte=since)
    counted: dict[Key, Heard] = {}
    told = rows.annotate(value=KeyTextTransform(question.key, "said")).order_by().values_list(str(by), "value")
    for key, value, count in told.annotate(Count("pk")):
        mark = int(value) if question.kind is Kind.SCORE and value.isdecimal() else value
        if (good := question.favourable(mark)) is not None:
            before = counted.get(key, Heard(0, 0))
            counted[key] = Heard(before.answers + count, before.good + (count if good else 0))
    return counted


def _sum(heard: dict[Key, Heard]) -> Heard:
    return Heard(sum(one.answers for one in heard.values()), sum(one.good for one in heard.values()))


def _invited(waves: tuple[Wave, ...], by: By, since: date | None) -> dict[Key, int]:
    found = asked().filter(wave__in=waves).exclude(outcome__in=OUT)
    if since:
        found = found.filter(event__at__gte=start_of_day(since))
    return dict(found.order_by().values_list(_ASKED_BY[by]).annotate(Count("pk")))


def _names(found: list[Cut]) -> dict[Key, str]:
    shown = {key for cut in found for key in cut.keys if key}
    return dict(Residence.objects.filter(pk__in=shown).values_list("pk", "name"))


def _line(cut: Cut, names: dict[Key, str]) -> Line:
    known = sorted(names.get(key, str(key)) for key in cut.keys if key)
    unsaid = len(known) < len(cut.keys)
    name = known[0] if len(known) == 1 and not unsaid else f"{len(known)} lus ensemble" if known else "Groupe non précisé"
    note = ", ".join(known) if len(cut.keys) > 1 else ""
    found = share(cut.heard.good, cut.heard.answers)
    assert found is not None
    figure = Figure(
        round(100 * found.value),
        round(100 * found.low),
        round(100 * found.high),
        cut.heard.answers,
        max(cut.invited, cut.heard.answers) if cut.invited else 0,
        Regime.MEASURED if len(cut.keys) == 1 else Regime.GROUPED,
    )
    return Line(",".join(str(key) for key in cut.keys if key), name, figure, note)
