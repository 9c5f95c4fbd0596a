"""What somebody may see of a landlord's visits: everything by right, what is shared for the tenants' representatives."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import Right, Thing
from palier.visits import queries
from palier.visits.models import Visit, Walk
from palier.visits.operations.planning import TEAM
from palier.web.doors import Request

READ = (Thing.VISITS, Right.READ)
WRITE = (Thing.VISITS, Right.WRITE)
OWN = (Thing.VISITS, Right.WRITE_OWN)


def holds(request: Request, right: Right) -> bool:
    """Whether the person has a right on the visits of this landlord."""
    return bool(request.may(right, Thing.VISITS))


def visible(request: Request, landlord: Landlord) -> Any:
    """The visits that the person may read."""
    if holds(request, Right.READ):
        return queries.visits(landlord=landlord)
    shared = queries.visits(landlord=landlord, shared_only=True)
    return shared if holds(request, Right.SPEAK) else shared.none()


def visible_walks(request: Request, landlord: Landlord) -> Any:
    """The walks that the person may read."""
    if holds(request, Right.READ):
        return queries.walks(landlord=landlord)
    shared = queries.walks(landlord=landlord, shared_only=True)
    return shared if holds(request, Right.SPEAK) else shared.none()


def visit_of(request: Request, landlord: Landlord, visit_id: int) -> Any:
    """A visit that the person may read, or 404."""
    found: Visit = get_object_or_404(visible(request, landlord), pk=visit_id)
    return found


def walk_of(request: Request, landlord: Landlord, walk_id: int) -> Any:
    """A walk that the person may read, or 404."""
    found: Walk = get_object_or_404(visible_walks(request, landlord), pk=walk_id)
    return found


def team(request: Request, landlord: Landlord) -> dict[int, Person]:
    """The people of the landlord's team who make visits, by name."""
    people = people_of(landlord=landlord.pk, roles=TEAM, on=request.on).order_by("name", "pk")
    return {person.pk: person for person in people}
