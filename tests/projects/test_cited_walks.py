"""A project cites the walks of its site: their day and their residents, once, as they were restituted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from palier.projects import operations, queries
from palier.projects.models import Involvement
from palier.projects.rules.terms import Trace
from palier.stock.models import Residence
from palier.verdict import Refusal
from palier.visits import operations as visits
from palier.visits.models import Walk
from palier.visits.rules import Public, Responsibility, Theme

if TYPE_CHECKING:
    from datetime import datetime

    from tests.projects.conftest import Place

pytestmark = pytest.mark.django_db
COUNTS = {Public.RESIDENTS: 12, Public.REPRESENTATIVES: 2, Public.STAFF: 3}


def held(
    place: Place,
    at: datetime,
    *,
    residence: Residence | None = None,
    counts: dict[Public, int] = COUNTS,
    closed: bool = True,
    days: int = 0,
) -> Walk:
    """A walk of the site, with one weak point."""
    by = {"by": place.lead, "at": at}
    where, day = residence or place.site.residence, at.date() + timedelta(days=days)
    walk = visits.open_walk(landlord=place.desk.landlord, residence=where, title="Printemps", held_on=day, **by)
    visits.set_participants(walk=walk, counts=counts, revision=0, **by)
    stop = visits.add_stop(walk=walk, place="Hall 3", **by)
    seen = {"theme": Theme.LIGHTING, "positive": False, "text": "Sombre", "responsible": Responsibility.LANDLORD}
    visits.observe(stop=stop, **seen, **by)
    if closed:
        visits.close_walk(walk=walk, **by)
    return walk


def cite(place: Place, walk: Walk, at: datetime, note: str = "") -> Involvement:
    return operations.cite_walk(project=place.project, walk=walk, note=note, by=place.lead, at=at)


def test_its_day_and_its_residents_are_those_of_the_walk(place: Place, at: datetime) -> None:
    walk = held(place, at)
    made = cite(place, walk, at)
    assert (made.trace, made.held_on, made.residents) == (Trace.WALK, walk.held_on, 14)
    [part] = queries.parts(place.project)
    assert (part.walk, part.words, part.detail) == (walk.pk, "14 habitants", "")
    assert part.seen == "« Printemps » : 0 point fort, 1 point faible."
    assert queries.facts(place.project).traces == 1


def test_it_is_cited_once_until_it_is_taken_back(place: Place, at: datetime) -> None:
    walk = held(place, at)
    made = cite(place, walk, at)
    assert not queries.walks_to_cite(place.project).exists()
    with pytest.raises(Refusal, match="une fois par projet"):
        cite(place, walk, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Involvement.objects.create(
            project=place.project,
            stage="diagnosis",
            trace="walk",
            held_on=at.date(),
            residents=1,
            note="",
            walk=walk,
            recorded_at=at,
        )
    operations.withdraw_involvement(involvement=made, because="Mauvaise étape.", by=place.lead, at=at)
    assert cite(place, walk, at).walk == walk


def test_only_a_restituted_walk_of_this_site_since_the_project_opened_is_cited(place: Place, at: datetime) -> None:
    elsewhere = place.desk.residences[1]
    for walk in (held(place, at, closed=False), held(place, at, residence=elsewhere), held(place, at, days=-1)):
        with pytest.raises(Refusal, match="restitué de ce site"):
            cite(place, walk, at)
    with pytest.raises(Refusal, match="Aucun habitant"):
        cite(place, held(place, at, counts={Public.STAFF: 3}), at)
    assert not Involvement.objects.exists()
