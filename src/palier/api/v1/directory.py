"""The directory: who calls, the landlords they may see, the people and associations of each, all organisations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.shortcuts import get_object_or_404
from ninja import Schema

from palier.api.v1.doors import Call, Open, Pk, Room, Search
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.directory import queries
from palier.directory.models import Group, Invitation, Landlord, Membership, Organisation, Relation
from palier.directory.rules import Kind, LandlordType, Role, Scope, Thing, plain
from palier.stock.queries import Dwellings, dwellings_of

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
    group: Named | None
    declared_dwellings: int
    dwellings: int
    """Those of the imported stock; those declared while there is none."""
    closed_on: date | None
    merged_into: int | None


@room.reads("/landlords", Thing.LANDLORD_SHEET, "Lister les organismes dont le dossier vous est ouvert")
def landlords(request: Call, search: Search = "") -> Page[LandlordOut]:
    """The landlords whose file the person may open, by name."""
    found = queries.visible_landlords(person=request.user, on=request.on)
    for word in plain(search).split():
        found = found.filter(plain_name__contains=word)
    found = found.select_related("federation", "regional_association").order_by("plain_name", "pk")

    def shown(rows: list[Landlord]) -> list[LandlordOut]:
        groups = queries.groups_of(landlords=rows, on=request.on)
        sizes = dwellings_of(landlords=rows)
        return [_landlord(row, groups.get(row.pk), sizes[row.pk]) for row in rows]

    return paged(request, found, shown)


@room.reads("/landlords/{landlord_id}", Thing.LANDLORD_SHEET, "Lire la fiche d’un organisme")
def landlord(request: Call) -> LandlordOut:
    """One landlord."""
    member = queries.group_of(landlord=request.landlord, on=request.on)
    size = dwellings_of(landlords=[request.landlord])[request.landlord.pk]
    return _landlord(request.landlord, member.group if member else None, size)


def _landlord(row: Landlord, group: Group | None, size: Dwellings) -> LandlordOut:
    return LandlordOut(
        id=row.pk,
        name=row.name,
        siren=row.siren,
        landlord_type=term(LandlordType(row.landlord_type)),
        federation=maybe_named(row.federation),
        regional_association=maybe_named(row.regional_association),
        group=maybe_named(group),
        declared_dwellings=row.declared_dwellings,
        dwellings=size.count,
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
def members(request: Call, former: bool = False) -> Page[MemberOut]:
    """Who has a role at a landlord today, by name; or, with ``former``, the roles that are over, the latest first."""
    of_day = queries.former_members_of if former else queries.members_of
    return paged(request, of_day(organisation=request.landlord, on=request.on), _members)


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


class InvitationOut(Schema):
    """An invitation that waits for its answer."""

    name: str
    email: str
    role: Term
    invited_by: Named
    invited_at: datetime
    expires_at: datetime


@room.reads("/landlords/{landlord_id}/invitations", Thing.MEMBERS, "Lister les invitations sans réponse d’un organisme")
def invitations(request: Call) -> Page[InvitationOut]:
    """The invitations of a landlord that wait, latest first."""
    found = queries.open_invitations(organisation=request.landlord)
    return paged(request, found, lambda rows: [_invitation(row) for row in rows])


def _invitation(row: Invitation) -> InvitationOut:
    return InvitationOut(
        name=row.name,
        email=row.email,
        role=term(Role(row.role)),
        invited_by=named(row.invited_by),
        invited_at=row.invited_at,
        expires_at=row.expires_at,
    )


class OpeningOut(Schema):
    """Whom a landlord's file is open to: an organisation, or one person there, from a day to a day."""

    holder: Named
    person: Named | None
    role: Term
    starts_on: date
    ends_on: date | None


@room.reads("/landlords/{landlord_id}/openings", Thing.MEMBERS, "Lister à qui un dossier est ouvert")
def openings(request: Call) -> Page[OpeningOut]:
    """To whom a landlord's file is open today, landlord and label's team apart."""
    found = queries.relations_of(landlord=request.landlord.pk, on=request.on)
    return paged(request, found, lambda rows: [_opening(row) for row in rows])


def _opening(row: Relation) -> OpeningOut:
    return OpeningOut(
        holder=named(row.holder),
        person=maybe_named(row.person),
        role=term(Role(row.role)),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


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
    found = queries.search(on=request.on, text=search, kind=Kind(kind) if kind else None)
    return paged(request, found, _organisations)


def _organisations(rows: list[Organisation]) -> list[OrganisationOut]:
    return [OrganisationOut(id=row.pk, name=row.name, kind=term(Kind(row.kind)), siren=row.siren) for row in rows]


@room.reads("/organisations/{pk}/members", Thing.DIRECTORY, "Lister les personnes d’une organisation")
def organisation_members(request: Call, pk: Pk) -> Page[MemberOut]:
    """Who has a role today in an organisation that is not a landlord, by name."""
    found = get_object_or_404(Organisation.objects.exclude(kind=Kind.LANDLORD), pk=pk)
    return paged(request, queries.members_of(organisation=found, on=request.on), _members)


@room.reads("/organisations/{pk}/landlords", Thing.DIRECTORY, "Lister les dossiers ouverts à une organisation")
def organisation_landlords(request: Call, pk: Pk) -> Page[Named]:
    """The landlords whose file is open today to an organisation that is not one, by name."""
    found = get_object_or_404(Organisation.objects.exclude(kind=Kind.LANDLORD), pk=pk)
    return paged(request, queries.landlords_opened_to(organisation=found, on=request.on), lambda rows: [named(r) for r in rows])
