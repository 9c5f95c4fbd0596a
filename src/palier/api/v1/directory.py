"""The directory: who calls, the landlords they may see, the people and associations of each, all organisations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema

from palier.api.v1.doors import Call, Open, Room, Search
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.directory import queries
from palier.directory.models import Landlord, Membership, Organisation
from palier.directory.rules import Kind, LandlordType, Role, Scope, Thing, plain

room = Room("directory", "Annuaire")
KindCode = Annotated[str, OneOf(Kind)]


class HeldOut(Schema):
    """A role held in an organisation."""

    organisation: Named
    kind: Term
    role: Term
    starts_on: date
    ends_on: date | None


class MeOut(Schema):
    """The person of the key, what they are today, and what the key may do."""

    id: int
    name: str
    email: str
    key: str
    scopes: list[Term]
    expires_at: datetime
    roles: list[HeldOut]


@room.reads("/me", Open.ANY_KEY, "Lire au nom de qui la clé agit")
def me(request: Call) -> MeOut:
    """The person of the key."""
    person, key = request.user, request.auth
    held = queries.memberships(person=person, on=request.on)
    return MeOut(
        id=person.pk,
        name=person.name,
        email=person.email,
        key=key.name,
        scopes=[term(Scope(scope)) for scope in key.scopes],
        expires_at=key.expires_at,
        roles=[_held(one) for one in held],
    )


def _held(membership: Membership) -> HeldOut:
    return HeldOut(
        organisation=named(membership.organisation),
        kind=term(Kind(membership.organisation.kind)),
        role=term(Role(membership.role)),
        starts_on=membership.starts_on,
        ends_on=membership.ends_on,
    )


class LandlordOut(Schema):
    """A social landlord."""

    id: int
    name: str
    siren: str
    landlord_type: Term
    federation: Named | None
    regional_association: Named | None
    declared_dwellings: int
    closed_on: date | None
    merged_into: int | None


@room.reads("/landlords", Thing.LANDLORD_SHEET, "Lister les organismes dont le dossier vous est ouvert")
def landlords(request: Call, search: Search = "") -> Page[LandlordOut]:
    """The landlords whose file the person may open, by name."""
    found = queries.visible_landlords(person=request.user, on=request.on)
    for word in plain(search).split():
        found = found.filter(plain_name__contains=word)
    found = found.select_related("federation", "regional_association").order_by("plain_name", "pk")
    return paged(request, found, lambda rows: [_landlord(row) for row in rows])


@room.reads("/landlords/{landlord_id}", Thing.LANDLORD_SHEET, "Lire la fiche d’un organisme")
def landlord(request: Call) -> LandlordOut:
    """One landlord."""
    return _landlord(request.landlord)


def _landlord(row: Landlord) -> LandlordOut:
    return LandlordOut(
        id=row.pk,
        name=row.name,
        siren=row.siren,
        landlord_type=term(LandlordType(row.landlord_type)),
        federation=maybe_named(row.federation),
        regional_association=maybe_named(row.regional_association),
        declared_dwellings=row.declared_dwellings,
        closed_on=row.closed_on,
        merged_into=row.merged_into_id,
    )


class MemberOut(Schema):
    """Somebody with a role in an organisation."""

    person: Named
    email: str
    role: Term
    starts_on: date
    ends_on: date | None


@room.reads("/landlords/{landlord_id}/members", Thing.MEMBERS, "Lister les personnes d’un organisme")
def members(request: Call) -> Page[MemberOut]:
    """Who has a role at a landlord today, by name."""
    return paged(request, queries.members_of(organisation=request.landlord, on=request.on), _members)


def _members(rows: list[Membership]) -> list[MemberOut]:
    return [
        MemberOut(
            person=named(row.person),
            email=row.person.email,
            role=term(Role(row.role)),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        for row in rows
    ]


@room.reads("/landlords/{landlord_id}/associations", Thing.TENANTS_STEP, "Lister les associations de locataires d’un organisme")
def associations(request: Call) -> Page[Named]:
    """The tenants' associations present in a landlord's stock, by name."""
    found = queries.associations_of(landlord=request.landlord.pk, on=request.on)
    return paged(request, found, lambda rows: [named(row) for row in rows])


class OrganisationOut(Schema):
    """Any organisation."""

    id: int
    name: str
    kind: Term
    siren: str


@room.reads("/organisations", Thing.DIRECTORY, "Lister les organisations")
def organisations(request: Call, search: Search = "", kind: KindCode | None = None) -> Page[OrganisationOut]:
    """Organisations still open, by name."""
    found = queries.search(text=search, kind=Kind(kind) if kind else None)
    return paged(request, found, _organisations)


def _organisations(rows: list[Organisation]) -> list[OrganisationOut]:
    return [OrganisationOut(id=row.pk, name=row.name, kind=term(Kind(row.kind)), siren=row.siren) for row in rows]
