"""Readings come in, whatever the way: checked together, kept all or none, a newer one superseding the older."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sources.models import Intake, Reading
from palier.sources.rules.indicators import BROUGHT
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import PRECISION, Entry, Given, may_stand, value_of, with_homes
from palier.stock.models import ResidenceVintage
from palier.stock.queries import all_residences
from palier.verdict import Conflict, Reason, Refusal, Verdict, no, require

# The first number of the pair under which PostgreSQL lets one writer at a time change a landlord's figures.
_LOCK = 0x50C5
_BATCH = 2_000
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of figures: how many are new, how many of them superseded another, how many were known already."""

    new: int
    superseding: int
    known: int


@transaction.atomic
def record_readings(
    *,
    landlord: Landlord,
    entries: Sequence[Entry],
    origin: Origin,
    by: Person | None,
    at: datetime,
    intake: Intake | None = None,
) -> Kept:
    """Keep figures of a landlord's residences, all or none. A figure already known with the same facts is left as it is.

    Where an indicator is counted of homes and nobody says of how many, they are those of the residence in its last vintage.
    The caller of a file writes the ledger line; the other ways write it here.

    Raises:
        Refusal: with every figure that cannot stand, when a residence or an indicator is not known, or one comes twice.
        Conflict: when a figure changed since it was seen; ``theirs`` are the readings that now stand.
    """
    hold(landlord)
    names = _names(landlord, {entry.residence for entry in entries})
    entries = with_homes(entries, _homes(names))
    require(standing(entries, names, at))
    current = _current(entries)
    _unchanged_since_seen(entries, current)
    fresh = [entry for entry in entries if not _same(current.get(entry.key), entry.given)]
    old = [current[entry.key].pk for entry in fresh if entry.key in current]
    Reading.objects.filter(pk__in=old).update(superseded_at=at)
    Reading.objects.bulk_create(
        [_reading(landlord, entry, origin, intake, by, at) for entry in fresh],
        batch_size=_BATCH,
    )
    kept = Kept(len(fresh), len(old), len(entries) - len(fresh))
    if fresh and intake is None:
        _line(landlord, fresh, origin, by, at)
    return kept


def superseded_by(entries: Sequence[Entry]) -> Kept:
    """What would come of figures: how many are new, supersede another, are known already. One SQL query."""
    current = _current(entries)
    known = sum(_same(current.get(entry.key), entry.given) for entry in entries)
    over = sum(entry.key in current and not _same(current[entry.key], entry.given) for entry in entries)
    return Kept(len(entries) - known, over, known)


def hold(landlord: Landlord) -> None:
    """Let one writer at a time change a landlord's figures, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, landlord.pk % 2**31])


def standing(entries: Sequence[Entry], names: dict[int, str], at: datetime) -> Verdict:
    """Whether all these figures may be kept together; otherwise why each one may not."""
    reasons: list[Reason] = []
    today = paris_day(at)
    times = Counter(entry.key for entry in entries)
    for entry in entries:
        name = names.get(entry.residence)
        indicator = BROUGHT.get(entry.indicator)
        if name is None:
            reasons.append(Reason("sources.residence", "Cette résidence n’est pas dans le patrimoine de l’organisme."))
        elif indicator is None:
            reasons.append(Reason("sources.indicator", f"« {entry.indicator} » n’est pas un indicateur que l’on saisit."))
        else:
            said = may_stand(indicator, entry.given, today=today).reasons
            reasons.extend(replace(reason, sentence=f"{name} : {reason.sentence}") for reason in said)
            if times[entry.key] > 1:
                times[entry.key] = 0
                reasons.append(
                    Reason("sources.twice", f"{name} : « {indicator.label} » est donné deux fois pour la même période.")
                )
        if len(reasons) >= _SHOWN:
            break
    return Verdict(tuple(reasons))


def _names(landlord: Landlord, wanted: Collection[int]) -> dict[int, str]:
    return dict(all_residences(landlord=landlord).filter(pk__in=wanted).values_list("pk", "name"))


def _homes(residences: Collection[int]) -> dict[int, int]:
    last = ResidenceVintage.objects.filter(residence__in=residences, source=F("residence__last_source"), homes__gt=0)
    return {pk: homes for pk, homes in last.values_list("residence_id", "homes") if homes}


def _current(entries: Sequence[Entry]) -> dict[tuple[int, str, object, object], Reading]:
    if not entries:
        return {}
    found = Reading.objects.filter(
        residence__in={entry.residence for entry in entries},
        indicator__in={entry.indicator for entry in entries},
        starts_on__gte=min(entry.given.starts_on for entry in entries),
        ends_on__lte=max(entry.given.ends_on for entry in entries),
        superseded_at__isnull=True,
        withdrawn_at__isnull=True,
    )
    return {(r.residence_id, r.indicator, r.starts_on, r.ends_on): r for r in found}


def _unchanged_since_seen(entries: Sequence[Entry], current: dict[tuple[int, str, object, object], Reading]) -> None:
    moved = [
        current.get(entry.key)
        for entry in entries
        if entry.seen is not None and entry.seen != (current[entry.key].pk if entry.key in current else 0)
    ]
    if moved:
        count = "Un chiffre a changé" if len(moved) == 1 else f"{len(moved)} chiffres ont changé"
        raise Conflict(
            no(
                "sources.changed_meanwhile", f"{count} pendant votre saisie. Rien n’est enregistré : relisez, puis enregistrez."
            ),
            [reading for reading in moved if reading is not None],
        )


def _same(reading: Reading | None, given: Given) -> bool:
    if reading is None:
        return False
    indicator = BROUGHT[reading.indicator]
    return (reading.numerator, reading.denominator, reading.value) == (
        _rounded(given.numerator),
        _rounded(given.denominator),
        value_of(indicator, given),
    )


def _rounded(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(PRECISION)


def _reading(
    landlord: Landlord, entry: Entry, origin: Origin, intake: Intake | None, by: Person | None, at: datetime
) -> Reading:
    given = entry.given
    value = value_of(BROUGHT[entry.indicator], given)
    if value is None:
        raise Refusal(no("sources.no_value", "Ce chiffre n’a pas de valeur."))
    return Reading(
        landlord=landlord,
        residence_id=entry.residence,
        indicator=entry.indicator,
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        numerator=_rounded(given.numerator),
        denominator=_rounded(given.denominator),
        value=value,
        origin=origin,
        intake=intake,
        at=at,
        by=by,
    )


def _line(landlord: Landlord, fresh: Sequence[Entry], origin: Origin, by: Person | None, at: datetime) -> None:
    counts = Counter(entry.indicator for entry in fresh)
    what = BROUGHT[next(iter(counts))].label if len(counts) == 1 else f"{len(counts)} indicateurs"
    number = f"{len(fresh)} chiffre" + ("s" if len(fresh) > 1 else "")
    record(
        act="sources.readings_recorded",
        by=by.pk if by else None,
        at=at,
        on=("directory.landlord", landlord.pk),
        landlord=landlord.pk,
        summary=f"a enregistré {number} : {what}.",
        facts={"origin": origin.value, "indicators": dict(counts)},
        audience=Audience.LANDLORD,
    )


def withdraw(*, intake: Intake, at: datetime) -> int:
    """Take back what a file brought: its readings no longer hold, and those they had superseded hold again; how many.

    A reading that a newer one superseded since stays superseded.
    """
    hold(intake.landlord)
    live = list(Reading.objects.filter(intake=intake, superseded_at__isnull=True, withdrawn_at__isnull=True))
    count = Reading.objects.filter(intake=intake, withdrawn_at__isnull=True).update(withdrawn_at=at)
    keys = {(r.residence_id, r.indicator, r.starts_on, r.ends_on) for r in live}
    former = Reading.objects.filter(
        residence__in={r.residence_id for r in live},
        indicator__in={r.indicator for r in live},
        superseded_at__isnull=False,
        withdrawn_at__isnull=True,
    ).order_by("pk")
    latest = {key: r.pk for r in former if (key := (r.residence_id, r.indicator, r.starts_on, r.ends_on)) in keys}
    Reading.objects.filter(pk__in=latest.values()).update(superseded_at=None)
    return count
