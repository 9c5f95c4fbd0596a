"""What the sources say of a landlord's residences: what was counted each month, the scores, the alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict

import numpy as np
from django.db.models import (
    Case,
    CharField,
    F,
    FilteredRelation,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from palier.calendar import add_months
from palier.frameworks import queries as grids
from palier.ledger.models import Entry
from palier.sites.models import ScoreRun, Scoring, SiteAlert, SiteScore
from palier.sites.rules import GRID, SUBJECT, AlertState
from palier.sites.scoring.counts import Counts, Floats
from palier.sources import queries as sources
from palier.sources.models import Incident, Reading
from palier.sources.rules.incidents import COUNTED_IN
from palier.sources.rules.indicators import INDICATORS
from palier.sources.rules.vocabulary import Denominator, Kind

WATCHED_MONTHS = 36
# Lines of the ledger after which scores are no longer what the sources say.
CHANGES = ("sources.", "stock.")


@dataclass(frozen=True, slots=True)
class Watched:
    """Monthly counts of a landlord by indicator, the last whole month last."""

    months: list[date]
    counts: dict[str, Counts]


def watched(*, landlord: int, residences: list[int], on: date) -> Watched:
    """What was counted each month, from the log of incidents and from the landlord's own monthly figures.

    A month before the log began is no zero: the table starts with the log. An indicator counts for the residences that
    have it every month.
    """
    last = on.replace(day=1) - timedelta(days=1)
    months = [add_months(last.replace(day=1), -back) for back in reversed(range(WATCHED_MONTHS))]
    counts = _monthly_readings(landlord, residences, months)
    if months:
        counts |= _log(landlord, residences, months, last)
    return Watched(months, counts)


def _log(landlord: int, residences: list[int], months: list[date], last: date) -> dict[str, Counts]:
    first = Incident.objects.filter(landlord=landlord, voided_at__isnull=True).aggregate(first=Min("on"))["first"]
    if first is None or first > last:
        return {}
    kept = [month for month in months if month >= first.replace(day=1)]
    rows, columns = {pk: row for row, pk in enumerate(residences)}, {month: column for column, month in enumerate(kept)}
    found = {}
    for key, kinds in COUNTED_IN.items():
        values = np.zeros((len(rows), len(kept)))
        for one in sources.monthly_incidents(landlord=landlord, since=kept[0], until=last, kinds=kinds):
            if one.residence in rows:
                values[rows[one.residence], columns[one.month]] = one.count
        found[key] = Counts(range(len(rows)), values)
    return found


def _monthly_readings(landlord: int, residences: list[int], months: list[date]) -> dict[str, Counts]:
    rates = [key for key, one in INDICATORS.items() if one.kind is Kind.RATE and one.denominator is Denominator.DWELLINGS]
    rows, columns = {pk: row for row, pk in enumerate(residences)}, {month: column for column, month in enumerate(months)}
    found = Reading.objects.filter(
        landlord=landlord,
        indicator__in=rates,
        starts_on__gte=months[0],
        starts_on__day=1,
        numerator__isnull=False,
        superseded_at__isnull=True,
        withdrawn_at__isnull=True,
    ).annotate(home=Coalesce("residence__merged_into_id", "residence_id"))
    tables: dict[str, Floats] = {}
    for key, home, starts_on, ends_on, counted in found.values_list("indicator", "home", "starts_on", "ends_on", "numerator"):
        whole_month = ends_on == add_months(starts_on, 1) - timedelta(days=1)
        if counted is not None and whole_month and home in rows and starts_on in columns:
            values = tables.setdefault(key, np.full((len(rows), len(months)), np.nan))
            values[rows[home], columns[starts_on]] = float(counted)
    return {key: counts for key, values in tables.items() if (counts := _whole(values)) is not None}


def _whole(values: Floats) -> Counts | None:
    """The residences that have every month since most of them began, if the last one is there."""
    known = ~np.isnan(values)
    usual = np.flatnonzero(known.sum(axis=0) * 2 >= known.sum(axis=0).max())
    kept = values[:, usual[0] :]
    rows = np.flatnonzero(~np.isnan(kept).any(axis=1))
    return Counts(rows.tolist(), kept[rows]) if len(rows) else None


def latest_run(*, landlord: int) -> ScoreRun | None:
    """The scores of a landlord as they stand."""
    return ScoreRun.objects.filter(landlord=landlord).order_by("-month").first()


class Scored(TypedDict):
    """What ``with_scores`` adds to each residence: empty or None while too little is known."""

    score_cautious: str
    score_favourable: str
    score_rank: int | None
    score_low: int | None
    score_high: int | None
    score_points: float | None


def with_scores(found: QuerySet[Any], *, run: ScoreRun | None) -> QuerySet[Any]:
    """Residences, each with its score in a run (``Scored``)."""
    annotated: QuerySet[Any] = found.annotate(
        scored=FilteredRelation("scores", condition=Q(scores__run=run.pk if run else 0))
    ).annotate(
        score_cautious=Coalesce(F("scored__cautious"), Value(""), output_field=CharField()),
        score_favourable=Coalesce(F("scored__favourable"), Value(""), output_field=CharField()),
        score_rank=F("scored__rank"),
        score_low=F("scored__rank_low"),
        score_high=F("scored__rank_high"),
        score_points=F("scored__points"),
    )
    return annotated


def score_of(*, run: ScoreRun | None, residence: int) -> SiteScore | None:
    """The score of one residence in a run."""
    return SiteScore.objects.filter(run=run, residence=residence).first() if run else None


def scoring(*, landlord: int) -> Scoring | None:
    """Whether the scores of a landlord are up to date."""
    return Scoring.objects.filter(landlord=landlord).first()


def latest_changes(*, after: int) -> dict[int, int]:
    """For each landlord, the last line of the ledger, past a number, that changed its sources or its stock."""
    changing = Q()
    for prefix in CHANGES:
        changing |= Q(act__startswith=prefix)
    found = Entry.objects.filter(changing, number__gt=after, landlord_id__isnull=False).order_by()
    rows = found.values("landlord_id").annotate(last=Max("number")).values_list("landlord_id", "last")
    return {landlord: last for landlord, last in rows if landlord is not None}


def to_score(*, method: str) -> list[int]:
    """The landlords whose scores are behind what their sources say, or were last made by another method than this one."""
    latest = ScoreRun.objects.filter(landlord=OuterRef("landlord")).order_by("-month").values("method")[:1]
    older = Q(by__isnull=False) & ~Q(by=method)
    behind = Scoring.objects.annotate(by=Subquery(latest)).filter(Q(asked_number__gt=F("made_number")) | older)
    behind = behind.order_by("asked_number")
    return list(behind.values_list("landlord_id", flat=True))


def alert_of(*, landlord: int, pk: int) -> QuerySet[SiteAlert]:
    """One alert of a landlord, over or not."""
    return alerts(landlord=landlord, ended=True).filter(pk=pk)


def is_diagnosed(alert: SiteAlert) -> bool:
    """Whether the diagnosis that an alert opened is finished, carried over to a newer grid or not. One SQL query at most."""
    if alert.state != AlertState.DIAGNOSIS:
        return False
    done = grids.of_landlord(landlord=alert.landlord, code=GRID).filter(subject_kind=SUBJECT, subject_id=alert.residence_id)
    return done.filter(finished_at__gte=alert.answered_at).exists()


def alerts(*, landlord: int, ended: bool = False) -> QuerySet[SiteAlert]:
    """The alerts of a landlord, those that nobody answered first, then the surest; with ``ended``, those that are over too."""
    waiting = Case(When(state=AlertState.OPEN, then=0), default=1, output_field=IntegerField())
    found = SiteAlert.objects.filter(landlord=landlord).select_related("residence", "answered_by")
    if not ended:
        found = found.filter(ended_at__isnull=True)
    return found.order_by(F("ended_at").desc(nulls_first=True), waiting, "q", "pk")
