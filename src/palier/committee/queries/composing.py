"""What one may ask of the committees: who sits, under which terms, what was decided."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from palier.calendar import paris_day
from palier.committee.models import Committee, Decision, Mandate, Seat, Tenure, TermsVersion
from palier.committee.rules.origins import Origin, Recorded, Voted
from palier.committee.rules.seats import Office
from palier.committee.rules.terms import Terms, parse
from palier.directory.models import Person, dated
from palier.directory.rules import Right, Role, Thing, may

SHIPPED = Path(__file__).parent.parent / "terms" / "sober.yaml"


ORIGIN = ("item__session__committee", "document")
"""What ``origin`` reads of a decision."""


def origin(decision: Decision) -> Origin:
    """How a decision was taken."""
    if item := getattr(decision, "item", None):
        return Voted(item.session.committee.name, item.session.number, item.session.written)
    return Recorded(paris_day(decision.recorded_at), decision.document.sha256 if decision.document else "")


def decisions(*, landlord: int) -> QuerySet[Decision]:
    """Every decision on a landlord's journeys, latest first."""
    return (
        Decision.objects.filter(journey__landlord=landlord)
        .select_related("journey", "passage", "recorded_by", *ORIGIN)
        .order_by("-decided_on", "-pk")
    )


def committees(*, on: date) -> QuerySet[Committee]:
    """Every committee, the first founded first, with what it counts on a day: ``open_seats``, ``voices``, ``vacant``."""
    in_force = dated(on, "seats__")
    titular = Mandate.objects.filter(dated(on), seat=OuterRef("seats"), rank=0)
    return Committee.objects.annotate(
        open_seats=Count("seats", filter=in_force),
        voices=Count("seats", filter=in_force & Q(seats__voting=True)),
        vacant=Count("seats", filter=in_force & Q(~Exists(titular))),
    ).order_by("created_at", "pk")


@dataclass(frozen=True, slots=True)
class Composed:
    """A seat on a day: its titular, its substitutes in the order of call, and the office that its titular holds."""

    seat: Seat
    titular: Mandate | None = None
    substitutes: tuple[Mandate, ...] = ()
    office: Office | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """A committee on a day."""

    seats: tuple[Composed, ...]
    president: Mandate | None = None
    vice_president: Mandate | None = None
    voices: int = field(init=False)
    """Seats with a voice."""
    vacant: int = field(init=False)
    """Seats without a titular."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "voices", sum(line.seat.voting for line in self.seats))
        object.__setattr__(self, "vacant", sum(line.titular is None for line in self.seats))


def composition(*, committee: Committee, on: date) -> Composition:
    """Who sits in a committee on a day, seat by seat; three queries."""
    seats = Seat.objects.filter(dated(on), committee=committee).select_related("body").order_by("number")
    held: dict[int, list[Mandate]] = defaultdict(list)
    mandates = Mandate.objects.filter(dated(on), committee=committee).select_related("person", "appointment").order_by("rank")
    for mandate in mandates:
        held[mandate.seat_id].append(mandate)
    tenures = Tenure.objects.filter(dated(on), committee=committee).select_related("mandate__person", "mandate__seat__body")
    offices = {Office(tenure.office): tenure.mandate for tenure in tenures}
    of_mandate = {mandate.pk: office for office, mandate in offices.items()}
    return Composition(
        tuple(_composed(seat, held[seat.pk], of_mandate) for seat in seats),
        offices.get(Office.PRESIDENT),
        offices.get(Office.VICE_PRESIDENT),
    )


def _composed(seat: Seat, held: list[Mandate], offices: Mapping[int, Office]) -> Composed:
    titular = next((mandate for mandate in held if mandate.rank == 0), None)
    substitutes = tuple(mandate for mandate in held if mandate.rank)
    return Composed(seat, titular, substitutes, offices.get(titular.pk) if titular else None)


def mandates(*, seat: Seat) -> QuerySet[Mandate]:
    """Every mandate of a seat, those to come and in force first."""
    return seat.mandates.select_related("person", "appointment").order_by("-starts_on", "rank", "pk")


def shipped_terms() -> dict[str, Any]:
    """The terms that a new committee begins with, as plain data."""
    return dict(yaml.load(SHIPPED.read_text(), yaml.CSafeLoader))


def terms_of(version: TermsVersion) -> Terms:
    """The terms of a version; each is read once a process."""
    return terms_in(version.data)


def terms_in(data: Mapping[str, Any]) -> Terms:
    """The terms that plain data say; each is read once a process."""
    return _read(json.dumps(data, sort_keys=True))


@lru_cache(maxsize=64)
def _read(data: str) -> Terms:
    return parse(json.loads(data))


def terms_versions(*, committee: int, roles: frozenset[Role]) -> QuerySet[TermsVersion]:
    """The versions that these roles may read, latest first: drafts are for those who write them."""
    found = TermsVersion.objects.filter(committee=committee).select_related("committee", "drafted_by").order_by("-number")
    return found if may(roles, Right.WRITE, Thing.COMMITTEE) else found.filter(published_at__isnull=False)


def terms_on(*, committee: Committee, on: date) -> TermsVersion | None:
    """The published version in force on a day."""
    return (
        committee.terms.filter(published_at__isnull=False, effective_from__lte=on)
        .order_by("-effective_from", "-number")
        .first()
    )


def mandate_of(*, person: Person, committee: int, on: date) -> Mandate | None:
    """What a person is in a committee on a day; one at most."""
    found = Mandate.objects.filter(dated(on), committee=committee, person=person)
    return found.select_related("seat__body", "person").first()
