"""Scores follow the sources: what changed them is read in the ledger, whatever door it came by; a worker computes."""

from __future__ import annotations

from datetime import date, datetime
from math import isnan
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import Role
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import post
from palier.sites import queries
from palier.sites.models import ScoreRun, Scoring, SiteAlert, SiteScore
from palier.sites.rules import AlertState, Level, worsened
from palier.sites.scoring.assessed import Assessed, assess
from palier.sites.scoring.method import ScoringMethod, in_force
from palier.stock import operations as stock
from palier.stock.models import Import, Residence

if TYPE_CHECKING:
    from palier.sites.queries.crossing import Table
    from palier.sites.queries.scores import Watched
    from palier.sites.scoring.watch import Signal

EVENT = "sites.alert"
WHOLE = "incidents"
"""The indicator that counts all the others."""


@transaction.atomic
def note_changes(*, at: datetime) -> list[int]:
    """Read in the ledger whose sources or stock changed since last time; the landlords whose scores are to be made again.

    So are scores of an older method. Every act writes its line in its own transaction: nothing is missed, whether it came by a page, a file or a program.
    """
    seen = Scoring.objects.aggregate(last=Max("asked_number"))["last"] or 0
    for landlord, number in queries.latest_changes(after=seen).items():
        Scoring.objects.update_or_create(landlord_id=landlord, defaults={"asked_number": number, "asked_at": at})
    return queries.to_score(method=in_force(paris_day(at)).version)


@transaction.atomic
def score(*, landlord: Landlord, at: datetime) -> ScoreRun | None:
    """Make the scores and the alerts of a landlord again from what its sources say; None without a stock.

    Twice in a row gives the same. The month's scores replace one another; those of the months before stay.
    """
    on = paris_day(at)
    Scoring.objects.get_or_create(landlord=landlord, defaults={"asked_number": 0, "asked_at": at})
    known = Scoring.objects.select_for_update().get(landlord=landlord)
    method = in_force(on)
    table = queries.table(landlord=landlord.pk, keys=method.keys, on=on)
    run = None
    if table.residences:
        assessed = assess(table.values, method)
        watched = queries.watched(landlord=landlord.pk, residences=table.residences, on=on)
        run, _ = ScoreRun.objects.update_or_create(
            landlord=landlord,
            month=on.replace(day=1),
            defaults={
                "method": method.version,
                "made_at": at,
                "ranked": assessed.ranks.ranked,
                "watched": max((one.table.shape[1] for one in watched.counts.values()), default=0),
                "notes": list(assessed.composite.notes),
            },
        )
        run.scores.all().delete()
        SiteScore.objects.bulk_create(_scores(run, table, assessed, method))
        _watch(landlord, table, watched, at)
    known.made_number, known.made_at = known.asked_number, at
    known.save(update_fields=["made_number", "made_at"])
    return run


@transaction.atomic
def undo_import(*, item: Import, by: Person | None, at: datetime) -> Import:
    """Take an import out of the stock with the scores of the residences it made: computed, they hold nothing back.

    Raises:
        Refusal: as the stock does.
    """
    SiteScore.objects.filter(residence__first_source=item).delete()
    return stock.undo_import(item=item, by=by, at=at)


def _scores(run: ScoreRun, table: Table, assessed: Assessed, method: ScoringMethod) -> list[SiteScore]:
    levels = list(Level)
    composite, classes, ranks = assessed.composite, assessed.classes, assessed.ranks
    found = []
    for row, residence in enumerate(table.residences):
        told = classes.pessimistic[row] >= 0
        brought = [
            [key, round(float(points), 4), float(value)]
            for key, points, value in zip(method.keys, composite.contributions[row], table.values[row], strict=True)
            if not isnan(value)
        ]
        found.append(
            SiteScore(
                run=run,
                residence_id=residence,
                points=round(float(composite.scores[row]), 4) if told else None,
                coverage=float(composite.coverage[row]),
                cautious=levels[classes.pessimistic[row]] if told else "",
                favourable=levels[classes.optimistic[row]] if told else "",
                rank=int(ranks.rank[row]) if told else None,
                rank_low=int(ranks.low[row]) if told else None,
                rank_high=int(ranks.high[row]) if told else None,
                families={
                    key: round(float(values[row]), 4)
                    for key, values in composite.families.items()
                    if values[row] == values[row]
                },
                parts=sorted(brought, key=lambda part: -part[1]),
                stale=table.stale.get(residence, []),
            )
        )
    return found


def _watch(landlord: Landlord, table: Table, watched: Watched, at: datetime) -> None:
    """Raise, follow and end the alerts of a landlord."""
    from palier.sites.scoring.watch import watch  # noqa: PLC0415 - scipy, only where a score is computed

    rows = {pk: row for row, pk in enumerate(table.residences)}
    known = {
        (one.residence_id, one.indicator): one
        for one in SiteAlert.objects.select_for_update().filter(landlord=landlord, ended_at__isnull=True)
    }
    up = frozenset((rows[residence], key) for residence, key in known if residence in rows)
    exposure = np.maximum(np.array(table.homes, dtype=np.float64), 1.0)
    raised = []
    for signal in watch(watched.counts, exposure, up=up, whole=WHOLE):
        residence = table.residences[signal.row]
        alert = known.pop((residence, signal.indicator), None)
        months = watched.months[-watched.counts[signal.indicator].table.shape[1] :]
        if alert is None:
            raised.append(_raise(landlord, residence, signal, months, at))
        else:
            _follow(alert, signal, months, at)
    # What is left is over. It stays, with its answer.
    SiteAlert.objects.filter(pk__in=[one.pk for one in known.values()]).update(ended_at=at)
    if raised:
        _tell(landlord, raised, at)


def _figures(signal: Signal, months: list[date]) -> dict[str, object]:
    told = signal.move
    return {
        "since": months[told.since],
        "before": told.before,
        "after": told.after,
        "at_least": told.at_least,
        "q": signal.q,
    }


def _raise(landlord: Landlord, residence: int, signal: Signal, months: list[date], at: datetime) -> SiteAlert:
    return SiteAlert.objects.create(
        landlord=landlord,
        residence_id=residence,
        indicator=signal.indicator,
        first_seen_at=at,
        seen_at=at,
        **_figures(signal, months),
    )


def _follow(alert: SiteAlert, signal: Signal, months: list[date], at: datetime) -> None:
    for name, value in _figures(signal, months).items():
        setattr(alert, name, value)
    alert.seen_at = at
    answered = alert.answered_rate is not None and alert.state in {AlertState.ACKNOWLEDGED, AlertState.EXPLAINED}
    if answered and worsened(answered_at_rate=alert.answered_rate or 0.0, rate=alert.after):
        alert.state, alert.reopened_at = AlertState.OPEN, at
    alert.save()


def _tell(landlord: Landlord, raised: list[SiteAlert], at: datetime) -> None:
    names = dict(Residence.objects.filter(pk__in=[one.residence_id for one in raised]).values_list("pk", "name"))
    told = sorted(set(names.values()))
    many = f"{len(told)} résidences" if len(told) > 1 else told[0]
    record(
        act="sites.alerts_raised",
        by=None,
        at=at,
        on=("directory.landlord", landlord.pk),
        landlord=landlord.pk,
        summary=f"a relevé un mouvement inhabituel sur {many}.",
        facts={"alerts": [one.pk for one in raised]},
        audience=Audience.LANDLORD,
    )
    leads = people_of(landlord=landlord.pk, roles=frozenset({Role.QUALITY_LEAD}), on=paris_day(at))
    shown = ", ".join(told[:5]) + (f" et {len(told) - 5} de plus" if len(told) > 5 else "")
    post(
        event=EVENT,
        to=set(leads.values_list("pk", flat=True)),
        at=at,
        subject=f"{landlord.name} : mouvement inhabituel sur {many}",
        body=f"Les chiffres des derniers mois s’écartent de ce que le passé laissait attendre : {shown}. À vous de dire ce qu’il en est.",
        landlord=landlord.pk,
        link=reverse("site_alerts", kwargs={"landlord_id": landlord.pk}),
    )
