"""What one may ask the directory, always as somebody and on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from palier.directory.models import Landlord, Membership, Organisation, Person, Relation, dated
from palier.directory.rules import LANDLORD_ROLES, RELATED_ROLES, SCHEME_ROLES, Kind, Role


def memberships(*, person: Person, on: date) -> QuerySet[Membership]:
    """What a person is on a day, organisation included."""
    return Membership.objects.filter(dated(on), person=person).select_related("organisation").order_by("pk")


def _opens(landlord: OuterRef | int, person: OuterRef | int, on: date) -> Q:
    """The memberships that open a landlord's file, as a condition on ``Membership``: own, scheme-wide, relay, related."""
    related = Relation.objects.filter(
        dated(on),
        Q(person__isnull=True) | Q(person=person),
        landlord=landlord,
        holder=OuterRef("organisation"),
        role=OuterRef("role"),
    )
    relayed = Landlord.objects.filter(
        Q(federation=OuterRef("organisation")) | Q(regional_association=OuterRef("organisation")), pk=landlord
    )
    return (
        Q(organisation=landlord, role__in=LANDLORD_ROLES)
        | Q(role__in=SCHEME_ROLES, organisation__kind=Kind.LABEL_OWNER)
        | Q(Exists(relayed), role=Role.RELAY)
        | Q(Exists(related), role__in=RELATED_ROLES)
    )


def visible_landlords(*, person: Person, on: date) -> QuerySet[Landlord]:
    """The landlords whose file this person may open on a day."""
    mine = Membership.objects.filter(dated(on), person=person)
    return Landlord.objects.filter(
        Q(pk__in=mine.filter(role__in=LANDLORD_ROLES).values("organisation"))
        | Exists(mine.filter(role__in=SCHEME_ROLES, organisation__kind=Kind.LABEL_OWNER))
        | Exists(
            mine.filter(role=Role.RELAY).filter(
                Q(organisation=OuterRef("federation")) | Q(organisation=OuterRef("regional_association"))
            )
        )
        | Exists(
            Relation.objects.filter(
                dated(on),
                Q(person__isnull=True) | Q(person=person),
                Exists(mine.filter(organisation=OuterRef("holder"), role=OuterRef("role"))),
                landlord=OuterRef("pk"),
            )
        )
    )


def roles_on(*, person: Person, landlord: int, on: date) -> frozenset[Role]:
    """What a person is for one landlord's file on a day; empty when they may not know of it. One SQL query."""
    found = Membership.objects.filter(dated(on), _opens(landlord, person.pk, on), person=person).values_list("role", flat=True)
    return frozenset(Role(role) for role in found)


def roles(*, person: Person, on: date) -> frozenset[Role]:
    """Everything a person is on a day, whatever the organisation."""
    return frozenset(Role(m.role) for m in memberships(person=person, on=on))


def people_of(*, landlord: int, roles: frozenset[Role], on: date) -> QuerySet[Person]:
    """The active people who hold one of these roles on a landlord's file on a day."""
    holding = Membership.objects.filter(dated(on), _opens(landlord, OuterRef("person"), on), role__in=roles)
    return Person.objects.filter(is_active=True, pk__in=holding.values("person")).order_by("pk")


def names(*, people: set[int | None]) -> dict[int, str]:
    """The shown names of people, by id, in one query: for histories."""
    return dict(Person.objects.filter(pk__in=[p for p in people if p is not None]).values_list("pk", "name"))


def organisations(*, kind: Kind | None = None) -> QuerySet[Organisation]:
    """Organisations still open, by name."""
    found = Organisation.objects.filter(closed_on__isnull=True).order_by("plain_name", "pk")
    return found.filter(kind=kind) if kind else found


def associations_of(*, landlord: int, on: date) -> QuerySet[Organisation]:
    """The tenants' associations present in a landlord's stock on a day, by name."""
    present = Relation.objects.filter(dated(on), landlord=landlord, role=Role.TENANT_REPRESENTATIVE, holder=OuterRef("pk"))
    return Organisation.objects.filter(Exists(present), kind=Kind.TENANTS_ASSOCIATION).order_by(F("plain_name"), "pk")
