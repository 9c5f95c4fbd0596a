"""Filling a visit, from a phone that may have been without network for hours: each sending happens once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Person
from palier.documents.models import Document
from palier.documents.operations import Received, keep
from palier.frameworks import operations as assessing
from palier.frameworks import queries as grids
from palier.frameworks.models import Answer
from palier.frameworks.operations import Saved
from palier.frameworks.rules.purposes import PURPOSES
from palier.verdict import Refusal, no, require
from palier.visits import queries
from palier.visits.models import Photo, Priority, Visit
from palier.visits.operations.planning import require_person
from palier.visits.operations.writing import locked, name, remember
from palier.visits.rules import MAX_PHOTOS, Kind, State, finishable, may_fill, may_take


@transaction.atomic
def take(*, visit: Visit, by: Person, at: datetime) -> Visit:
    """Take a visit in charge: it is theirs, and its assessment starts. Taking it twice changes nothing.

    Raises:
        Refusal: when it is over or somebody else's, or when they may not check this staircase.
    """
    found = locked(visit)
    mine = found.entrusted_to_id == by.pk
    require(may_take(State(found.state), entrusted=mine, nobody=found.entrusted_to_id is None))
    if mine and found.assessment_id:
        return _again(found)
    stairs = found.staircase
    require_person(found.landlord, by, [stairs] if stairs else [], on=paris_day(at))
    version = grids.current_version(code=found.kind, on=paris_day(at))
    started = assessing.start(
        version=version,
        landlord=found.landlord,
        subject=("visit", found.pk, f"{found.residence.name}, {stairs.name}" if stairs else found.residence.name),
        by=by,
        at=at,
        entrusted_to=by,
    )
    cleaned = {"cleaned_by": stairs.cleaned_by, "provider": stairs.provider} if stairs else {}
    Visit.objects.filter(pk=found.pk).update(assessment=started, taken_at=at, entrusted_to=by, **cleaned)
    remember(found, "taken", f"a pris en charge {name(found)}.", by=by, at=at, facts={"assessment": started.pk})
    return _again(found)


def _again(visit: Visit) -> Visit:
    found: Visit = queries.visits(landlord=visit.landlord_id).get(pk=visit.pk)
    return found


def _mine(visit: Visit, by: Person) -> Visit:
    found: Any = queries.visits(landlord=visit.landlord_id).get(pk=visit.pk)
    require(may_fill(State(found.state), entrusted=found.entrusted_to_id == by.pk))
    return cast("Visit", found)


def answer(
    *,
    visit: Visit,
    criterion: str,
    revision: int,
    value: int | None,
    not_seen: bool,
    note: str,
    by: Person,
    at: datetime,
) -> Saved:
    """Keep what was seen of one point, over the revision that was on the device. Sent again, it writes nothing more.

    Raises:
        Conflict: when somebody else answered it meanwhile; ``theirs`` is what stands. Nothing was written.
        Refusal: when the visit is not theirs, is over, or the point does not take this answer.
    """
    found = _mine(visit, by)
    assert found.assessment is not None
    return assessing.save_answer(
        assessment=found.assessment,
        criterion=criterion,
        revision=revision,
        value=value,
        not_applicable=not_seen,
        justification=note,
        by=by,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """A photo as its device sent it: its name there, its fingerprint on leaving, and what arrived."""

    key: str
    sha256: str
    received: Received


@transaction.atomic
def add_photo(*, visit: Visit, criterion: str, sent: Sent, by: Person, at: datetime) -> Photo:
    """Keep a photo of a point. The same one sent again is the one already kept.

    Raises:
        Refusal: when the visit is not theirs, is over, has photos enough, or the point is unknown.
    """
    found = locked(visit)
    if known := Photo.objects.filter(visit=found, key=sent.key).first():
        return known
    require(may_fill(State(found.state), entrusted=found.entrusted_to_id == by.pk))
    if Photo.objects.filter(visit=found, removed_at__isnull=True).count() >= MAX_PHOTOS:
        raise Refusal(no("visits.photos_full", f"Une visite garde {MAX_PHOTOS} photos au plus : retirez-en une."))
    point = queries.grid(found).criteria.get(criterion)
    if point is None:
        raise Refusal(no("visits.unknown_point", "Ce point n’est pas de cette visite."))
    document = _document(found, point.title, sent, by=by, at=at)
    assessing.attach(assessment=found.assessment, criterion=criterion, document=document, by=by, at=at)
    return Photo.objects.create(
        visit=found, criterion=criterion, document=document, key=sent.key, sent_sha256=sent.sha256, at=at, by=by
    )


def _document(visit: Visit, point: str, sent: Sent, *, by: Person, at: datetime) -> Document:
    return keep(
        received=sent.received,
        landlord=visit.landlord,
        title=f"{visit.residence.name} : {point}",
        kind="photo",
        audience=PURPOSES[visit.kind].audience,
        by=by,
        at=at,
    ).document


@transaction.atomic
def remove_photo(*, visit: Visit, key: str, by: Person, at: datetime) -> None:
    """Take a photo off its point; it stays in the history. Removing it twice changes nothing.

    Raises:
        Refusal: when the visit is not theirs or is over.
    """
    found = locked(visit)
    require(may_fill(State(found.state), entrusted=found.entrusted_to_id == by.pk))
    row = Photo.objects.filter(visit=found, key=key, removed_at__isnull=True).select_related("document").first()
    if row is None:
        return
    assessing.detach(assessment=found.assessment, criterion=row.criterion, document=row.document, by=by, at=at)
    Photo.objects.filter(pk=row.pk).update(removed_at=at)


@transaction.atomic
def finish(*, visit: Visit, priorities: Sequence[str], by: Person, at: datetime) -> None:
    """End a visit, with the points that come first. Ending it twice with the same points changes nothing.

    Raises:
        Refusal: when it is not theirs, a point is left, or a sheet has not its five priorities.
    """
    found = locked(visit)
    if found.state == State.DONE and found.entrusted_to_id == by.pk and queries.priorities(found) == list(priorities):
        return
    require(may_fill(State(found.state), entrusted=found.entrusted_to_id == by.pk))
    of = queries.grid(found)
    chosen = list(priorities) if found.kind == Kind.SHEET else []
    require(finishable(Kind(found.kind), of, grids.given(found.assessment), chosen))
    assessing.finish(assessment=found.assessment, by=by, at=at)
    Priority.objects.bulk_create(Priority(visit=found, rank=rank, criterion=code) for rank, code in enumerate(chosen, 1))
    Visit.objects.filter(pk=found.pk).update(done_at=at)
    rated = Answer.objects.filter(assessment=found.assessment, not_applicable=False).count()
    remember(
        found,
        "done",
        f"a terminé {name(found)} : {rated} point{'s' if rated > 1 else ''} vu{'s' if rated > 1 else ''} sur {found.assessment.total}.",
        by=by,
        at=at,
        facts={"priorities": chosen, "seen": rated},
    )
