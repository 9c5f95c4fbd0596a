"""The comparison between landlords: what is published for all, and to a landlord its own figures beside it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Room, Text
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import OneOf, Term, term
from palier.comparison import queries
from palier.comparison.models import OwnFigure, Publication
from palier.comparison.rules import SHARED, Territory, standing
from palier.directory.rules import Thing
from palier.disclosure.primary import Why
from palier.disclosure.quantiles import Quartiles

room = Room("comparison", "Comparaison entre organismes")


class PublishedOut(Schema):
    """A published figure; ``hidden`` says why the quartiles are absent."""

    starts_on: date = Field(description="Premier jour du trimestre.")
    territory: Term
    territory_code: str
    territory_name: str
    indicator: str
    unit: str
    contributors: int | None = Field(description="Nombre d’organismes ; absent quand il est trop petit.")
    homes: int | None = Field(description="Logements concernés, à la centaine.")
    low: float | None
    median: float | None
    high: float | None
    hidden: Term | None


class OwnOut(PublishedOut):
    """One's own figure beside what is published."""

    own: float
    standing: Term | None


@room.reads("/comparisons", Thing.COMPARISON, "Lister les chiffres publiés entre organismes")
def comparisons(
    request: Call,
    territory: Annotated[str, OneOf(Territory)] | None = None,
    territory_code: Text | None = None,
    indicator: Annotated[str, OneOf(SHARED)] | None = None,
) -> Page[PublishedOut]:
    """Medians and quartiles of all quarters published, the latest first."""
    found = queries.publications().filter(indicator__in=SHARED)
    if territory:
        found = found.filter(territory=territory)
    if territory_code:
        found = found.filter(territory_code=territory_code)
    if indicator:
        found = found.filter(indicator=indicator)
    return paged(request, found, lambda rows: [PublishedOut(**_published(row)) for row in rows])


@room.reads("/landlords/{landlord_id}/comparisons", Thing.COMPARED_FIGURES, "Lister ses propres chiffres comparés")
def own_comparisons(request: Call) -> Page[OwnOut]:
    """One's own figures of the last quarter published, and where they stand."""
    periods = queries.periods()
    found = list(queries.own_figures(landlord=request.landlord, period=periods[0])) if periods else []
    return paged(
        request, [row for row in found if row.publication.indicator in SHARED], lambda rows: [_own(row) for row in rows]
    )


def _own(row: OwnFigure) -> OwnOut:
    one = row.publication
    stands = None
    if one.low is not None and one.median is not None and one.high is not None:
        stands = term(standing(row.value, Quartiles(one.low, one.median, one.high), SHARED[one.indicator].direction))
    return OwnOut(**_published(one), own=row.value, standing=stands)


def _published(row: Publication) -> dict[str, Any]:
    return {
        "starts_on": row.starts_on,
        "territory": term(Territory(row.territory)),
        "territory_code": row.territory_code,
        "territory_name": row.territory_name,
        "indicator": row.indicator,
        "unit": SHARED[row.indicator].unit,
        "contributors": row.contributors,
        "homes": row.homes,
        "low": row.low,
        "median": row.median,
        "high": row.high,
        "hidden": term(Why(row.hidden)) if row.hidden else None,
    }
