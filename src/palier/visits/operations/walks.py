"""Walks with residents: stops, observations, the restitution, and what is then done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.db.models import Max

from palier.calendar import in_words
from palier.directory.models import Landlord, Person
from palier.documents.operations import Received, keep
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.stock.models import Residence
from palier.stock.queries import all_residences
from palier.verdict import Conflict, Refusal, no, require
from palier.visits import queries
from palier.visits.models import FollowUp, Observation, Participants, Stop, Walk
from palier.visits.rules import Public, Responsibility, Theme, may_close, said, walk_open


def _remember(walk: Walk, act: str, summary: str, *, by: Person | None, at: datetime, **facts: Any) -> None:
    record(
        act=f"visits.{act}",
        by=by.pk if by else None,
        at=at,
        on=("visits.walk", walk.pk),
        landlord=walk.landlord_id,
        summary=summary,
        facts=facts,
        audience=Audience.FILE if walk.shared_at else Audience.LANDLORD,
    )


def _locked(walk: Walk) -> Walk:
    """The row of a walk until the end of the transaction."""
    return Walk.objects.select_for_update(of=("self",)).select_related("landlord", "residence", "counted_by").get(pk=walk.pk)


def _opened(walk: Walk) -> Walk:
    """The same, when it still changes."""
    found = _locked(walk)
    require(walk_open(closed=found.closed_at is not None))
    return found


@transaction.atomic
def open_walk(*, landlord: Landlord, residence: Residence, title: str, held_on: date, by: Person, at: datetime) -> Walk:
    """Prepare a walk through a residence.

    Raises:
        Refusal: when the residence is not of this landlord's stock, or the walk has no title.
    """
    require(said(title, "un titre, par exemple « Diagnostic en marchant du printemps »"))
    if not all_residences(landlord=landlord).filter(pk=residence.pk).exists():
        raise Refusal(no("visits.elsewhere", "Cette résidence n’est pas du patrimoine de cet organisme."))
    walk = Walk.objects.create(
        landlord=landlord, residence=residence, title=title.strip()[:160], held_on=held_on, led_by=by, created_at=at
    )
    _remember(walk, "walk_opened", f"a préparé « {walk.title} », le {in_words(held_on)}.", by=by, at=at)
    return walk


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people took part as it stands, who counted them and when."""

    counts: dict[str, int]
    revision: int
    who: str
    at: datetime | None


@transaction.atomic
def set_participants(*, walk: Walk, counts: Mapping[Public, int], revision: int, by: Person, at: datetime) -> int:
    """Say how many people of each kind took part, over the count that was read; nobody is named. The same count changes nothing.

    Raises:
        Conflict: when somebody counted otherwise meanwhile; ``theirs`` is what stands.
        Refusal: when the walk is restituted.
    """
    found = _opened(walk)
    stands = queries.participants(found)
    wanted = {public.value: count for public, count in counts.items() if count > 0}
    if stands == wanted:
        return found.count_revision
    if revision != found.count_revision:
        who = found.counted_by.name if found.counted_by else ""
        verdict = no("visits.counted_meanwhile", f"{who} a compté les participants pendant ce temps.")
        raise Conflict(verdict, Counted(stands, found.count_revision, who, found.counted_at))
    Participants.objects.filter(walk=found).delete()
    Participants.objects.bulk_create(Participants(walk=found, public=public, count=count) for public, count in wanted.items())
    Walk.objects.filter(pk=found.pk).update(count_revision=revision + 1, counted_by=by, counted_at=at)
    told = f"a compté {sum(wanted.values())} participants à « {found.title} »."
    _remember(found, "walk_counted", told, by=by, at=at, **{public.value: count for public, count in counts.items()})
    return revision + 1


@transaction.atomic
def add_stop(
    *, walk: Walk, place: str, point: tuple[float, float] | None = None, key: str = "", by: Person | None, at: datetime
) -> Stop:
    """Add a stop at the end of a walk; ``point`` is its longitude and latitude. The same ``key`` again is the one already kept.

    Raises:
        Refusal: when the walk is restituted, the place has no name, or the point is on no globe.
    """
    found = _locked(walk)
    if known := Stop.objects.filter(walk=found, key=key).first():
        return known
    require(walk_open(closed=found.closed_at is not None))
    require(said(place, "le lieu de l’arrêt"))
    lon, lat = point or (None, None)
    if lon is not None and lat is not None and not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Refusal(no("visits.off_earth", "Ces coordonnées ne sont d’aucun lieu."))
    number = 1 + (Stop.objects.filter(walk=found).aggregate(n=Max("number"))["n"] or 0)
    key = key or token_hex(16)
    stop = Stop.objects.create(walk=found, key=key, number=number, place=place.strip()[:160], lon=lon, lat=lat)
    _remember(found, "stop_added", f"a ajouté l’arrêt {number}, « {stop.place} », à « {found.title} ».", by=by, at=at)
    return stop


@transaction.atomic
def observe(
    *,
    stop: Stop,
    theme: Theme,
    positive: bool,
    text: str,
    responsible: Responsibility,
    photo: Received | None = None,
    key: str = "",
    by: Person,
    at: datetime,
) -> Observation:
    """Note a strength or a weakness at a stop, with its photo if there is one. The same ``key`` again is the one already kept.

    Raises:
        Refusal: when the walk is restituted, nothing is said, or the file is no photo.
    """
    walk = _locked(stop.walk)
    if known := Observation.objects.filter(stop=stop, key=key).first():
        return known
    require(walk_open(closed=walk.closed_at is not None) & said(text, "ce qui a été observé"))
    document = None
    if photo:
        title = f"{walk.residence.name} : {stop.place}"
        document = keep(
            received=photo, landlord=walk.landlord, title=title, kind="photo", audience=Audience.LANDLORD, by=by, at=at
        ).document
    noted = Observation.objects.create(
        stop=stop,
        key=key or token_hex(16),
        theme=theme,
        positive=positive,
        text=text.strip(),
        responsible=responsible,
        photo=document,
        by=by,
        at=at,
    )
    sign = "un point fort" if positive else "un point faible"
    told = f"a noté {sign} à l’arrêt {stop.number} de « {walk.title} » ({theme.label.lower()})."
    _remember(walk, "observed", told, by=by, at=at, observation=noted.pk, theme=theme.value, positive=positive)
    return noted


@transaction.atomic
def withdraw_observation(*, observation: Observation, by: Person, at: datetime) -> None:
    """Withdraw an observation noted by mistake. Doing it twice changes nothing.

    Raises:
        Refusal: when the walk is restituted.
    """
    walk = _opened(observation.stop.walk)
    if Observation.objects.filter(pk=observation.pk, withdrawn_at__isnull=True).update(withdrawn_at=at):
        told = f"a retiré une observation de l’arrêt {observation.stop.number} de « {walk.title} »."
        _remember(walk, "observation_withdrawn", told, by=by, at=at, observation=observation.pk)


@transaction.atomic
def share_walk(*, walk: Walk, by: Person, at: datetime) -> None:
    """Open a walk to the tenants' representatives, who may note their own observations. Twice changes nothing."""
    if Walk.objects.filter(pk=walk.pk, shared_at__isnull=True).update(shared_at=at):
        walk.shared_at = at
        _remember(walk, "walk_shared", f"a ouvert « {walk.title} » aux représentants des locataires.", by=by, at=at)


@transaction.atomic
def close_walk(*, walk: Walk, by: Person, at: datetime) -> None:
    """Give the restitution of a walk: it no longer changes, and is open to the tenants' representatives.

    Raises:
        Refusal: when it is restituted already, or nothing was noted.
    """
    found = _opened(walk)
    noted = Observation.objects.filter(stop__walk=found, withdrawn_at__isnull=True).count()
    require(may_close(noted))
    found.shared_at = found.shared_at or at
    Walk.objects.filter(pk=found.pk).update(closed_at=at, shared_at=found.shared_at)
    told = f"a restitué « {found.title} » : {noted} observations."
    _remember(found, "walk_closed", told, by=by, at=at, observations=noted)


@transaction.atomic
def follow_up(*, observation: Observation, text: str, who: str, due_on: date, by: Person, at: datetime) -> FollowUp:
    """Promise something on an observation, by somebody, for a day.

    Raises:
        Refusal: when what is promised or who does it is not said, or the observation is withdrawn.
    """
    require(said(text, "la suite donnée") & said(who, "qui s’en charge"))
    if observation.withdrawn_at:
        raise Refusal(no("visits.withdrawn", "Cette observation est retirée."))
    made = FollowUp.objects.create(
        observation=observation, text=text.strip(), who=who.strip()[:120], due_on=due_on, by=by, at=at
    )
    walk = observation.stop.walk
    told = f"a promis une suite à une observation de « {walk.title} », pour le {in_words(due_on)}."
    _remember(walk, "followed_up", told, by=by, at=at, observation=observation.pk, follow_up=made.pk)
    return made


@transaction.atomic
def record_outcome(*, follow_up: FollowUp, done_on: date, outcome: str, by: Person, at: datetime) -> None:
    """Say what was done of what was promised, once.

    Raises:
        Refusal: when nothing is said, or it was said already.
    """
    require(said(outcome, "ce qui a été fait"))
    changed = FollowUp.objects.filter(pk=follow_up.pk, done_on__isnull=True).update(done_on=done_on, outcome=outcome.strip())
    if not changed:
        raise Refusal(no("visits.done_already", "Cette suite est déjà notée comme faite."))
    walk = follow_up.observation.stop.walk
    _remember(
        walk, "outcome_recorded", f"a noté ce qui a été fait après « {walk.title} ».", by=by, at=at, follow_up=follow_up.pk
    )
