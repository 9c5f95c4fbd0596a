"""What one may ask the directory, always as somebody and on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from palier.directory.models import (
    AddressChange,
    ApiToken,
    BoardMandate,
    Exclusion,
    Group,
    GroupMember,
    Invitation,
    Landlord,
    Membership,
    Organisation,
    Person,
    Relation,
    dated,
)
from palier.directory.rules import LANDLORD_ROLES, LIGHT_ROLES, RELATED_ROLES, SCHEME_ROLES, Kind, Role, digest_of, plain


def memberships(*, person: Person, on: date) -> QuerySet[Membership]:
    """What a person is on a day, organisation included."""
    return Membership.objects.filter(dated(on), person=person).select_related("organisation").order_by("pk")


def _reach(held: Membership, on: date) -> Q | None:
    """The landlords whose file one membership opens on a day, as a condition on ``Landlord``; None when it opens none.

    Their own house's, all for the label's team, those of a relay's federation or association, those related to them.
    Who is shut out of a file keeps their own house's alone: ``_shut_out``.
    """
    role, house = Role(held.role), held.organisation_id
    if role in LANDLORD_ROLES:
        return Q(pk=house)
    if role in SCHEME_ROLES and held.organisation.kind == Kind.LABEL_OWNER:
        return Q(pk__isnull=False)
    if role is Role.RELAY:
        return Q(federation=house) | Q(regional_association=house)
    if role in RELATED_ROLES:
        named = Q(person__isnull=True) | Q(person=held.person_id)
        return Q(pk__in=Relation.objects.filter(dated(on), named, holder=house, role=role).values("landlord"))
    return None


def _shut_out(person: int) -> Exists:
    """Whether a person is shut out of a landlord's file."""
    return Exists(Exclusion.objects.filter(person=person, landlord=OuterRef("pk"), ended_at__isnull=True))


def visible_landlords(*, person: Person, on: date, by: Collection[Role] = frozenset(Role)) -> QuerySet[Landlord]:
    """The landlords whose file this person may open on a day, by one of these roles. One SQL query, for what the person is."""
    own, elsewhere = Q(pk__in=()), Q(pk__in=())
    for one in memberships(person=person, on=on):
        if one.role in by and (reach := _reach(one, on)):
            if one.role in LANDLORD_ROLES:
                own |= reach
            else:
                elsewhere |= reach
    return Landlord.objects.filter(own | (elsewhere & ~_shut_out(person.pk)))


def only_landlord() -> int | None:
    """The landlord that an installation of one alone serves, once it is entered."""
    return Landlord.objects.filter(closed_on__isnull=True).order_by("pk").values_list("pk", flat=True).first()


def roles_on(*, person: Person, landlord: int, on: date) -> frozenset[Role]:
    """What a person is for one landlord's file on a day; empty when they may not know of it. Two SQL queries."""
    found = opened(held=list(memberships(person=person, on=on)), landlord=landlord, on=on)
    return found[1] if found else frozenset()


def opened(*, held: Sequence[Membership], landlord: int, on: date) -> tuple[Landlord, frozenset[Role]] | None:
    """A landlord's file and what a person is for it, from all they are on that day; None when they may not know of it.

    One SQL query, none for somebody whose memberships open no file.
    """
    reaches = {n: reach for n, one in enumerate(held) if (reach := _reach(one, on))}
    if not reaches:
        return None
    opens = {f"opens_{n}": ExpressionWrapper(reach, BooleanField()) for n, reach in reaches.items()}
    found = Landlord.objects.filter(pk=landlord).annotate(shut_out=_shut_out(held[0].person_id), **opens).first()
    if found is None:
        return None
    entered = [held[n] for n in reaches if getattr(found, f"opens_{n}")]
    roles = frozenset(Role(one.role) for one in entered if one.role in LANDLORD_ROLES or not found.shut_out)
    return (found, roles) if roles else None


def roles(*, person: Person, on: date) -> frozenset[Role]:
    """Everything a person is on a day, whatever the organisation."""
    return frozenset(Role(m.role) for m in memberships(person=person, on=on))


def roles_for(*, person: Person, organisation: Organisation, on: date) -> frozenset[Role]:
    """What a person is for an organisation, when it comes to its people. One SQL query.

    For a landlord, the roles on its file; for any other organisation, those of the label's team, and for a tenants'
    association those held at the landlords in whose stock it is present.
    """
    if organisation.kind == Kind.LANDLORD:
        return roles_on(person=person, landlord=organisation.pk, on=on)
    present = Relation.objects.filter(
        dated(on), landlord=OuterRef("organisation"), holder=organisation, role=Role.TENANT_REPRESENTATIVE
    )
    counts = Q(role__in=SCHEME_ROLES, organisation__kind=Kind.LABEL_OWNER) | Q(Exists(present), role__in=LANDLORD_ROLES)
    found = Membership.objects.filter(dated(on), counts, person=person).values_list("role", flat=True)
    return frozenset(Role(role) for role in found)


def is_light(*, person: Person, on: date) -> bool:
    """Whether all that a person is may be opened by the link of an e-mail alone."""
    held = roles(person=person, on=on)
    return bool(held) and held <= LIGHT_ROLES


def people_of(*, landlord: int, roles: frozenset[Role], on: date) -> QuerySet[Person]:
    """The active people who hold one of these roles on a landlord's file on a day."""
    holding = Membership.objects.filter(dated(on), _opens(landlord, on), role__in=roles)
    return Person.objects.filter(is_active=True, pk__in=holding.values("person")).order_by("pk")


def _opens(landlord: int, on: date) -> Q:
    """The memberships that open a landlord's file: what ``_reach`` says, read from the landlord's side."""
    related = Relation.objects.filter(
        dated(on),
        Q(person__isnull=True) | Q(person=OuterRef("person")),
        landlord=landlord,
        holder=OuterRef("organisation"),
        role=OuterRef("role"),
    )
    relayed = Landlord.objects.filter(
        Q(federation=OuterRef("organisation")) | Q(regional_association=OuterRef("organisation")), pk=landlord
    )
    shut_out = Exclusion.objects.filter(person=OuterRef("person"), landlord=landlord, ended_at__isnull=True)
    elsewhere = (
        Q(role__in=SCHEME_ROLES, organisation__kind=Kind.LABEL_OWNER)
        | Q(Exists(relayed), role=Role.RELAY)
        | Q(Exists(related), role__in=RELATED_ROLES)
    )
    return Q(organisation=landlord, role__in=LANDLORD_ROLES) | (elsewhere & ~Q(Exists(shut_out)))


def people_with(*, roles: frozenset[Role], on: date) -> QuerySet[Person]:
    """The active people who hold one of these roles, anywhere, on a day."""
    holding = Membership.objects.filter(dated(on), role__in=roles)
    return Person.objects.filter(is_active=True, pk__in=holding.values("person")).order_by("pk")


def names(*, people: set[int | None]) -> dict[int, str]:
    """The shown names of people, by id, in one query: for histories."""
    return dict(Person.objects.filter(pk__in=[p for p in people if p is not None]).values_list("pk", "name"))


def organisations(*, kind: Kind | None = None) -> QuerySet[Organisation]:
    """Organisations still open, by name."""
    found = Organisation.objects.filter(closed_on__isnull=True).order_by("plain_name", "pk")
    return found.filter(kind=kind) if kind else found


def associations_known_to(*, landlord: int) -> QuerySet[Organisation]:
    """The tenants' associations that a landlord may name: those known to all, and its own, by name."""
    known = Q(of_landlord__isnull=True) | Q(of_landlord=landlord)
    return organisations(kind=Kind.TENANTS_ASSOCIATION).filter(known)


def associations_of(*, landlord: int, on: date) -> QuerySet[Organisation]:
    """The tenants' associations present in a landlord's stock on a day, by name."""
    present = Relation.objects.filter(dated(on), landlord=landlord, role=Role.TENANT_REPRESENTATIVE, holder=OuterRef("pk"))
    return Organisation.objects.filter(Exists(present), kind=Kind.TENANTS_ASSOCIATION).order_by(F("plain_name"), "pk")


def committee_bodies(*, on: date) -> list[tuple[Organisation, Role]]:
    """The bodies that sit on the committee on a day, once for each role held there (member, chair)."""
    held = (
        Membership.objects.filter(dated(on), role__in=[Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR])
        .order_by("organisation_id", "role")
        .values_list("organisation_id", "role")
        .distinct()
    )
    bodies = Organisation.objects.in_bulk({organisation for organisation, _ in held})
    return [(bodies[organisation], Role(role)) for organisation, role in held]


def present_elsewhere(*, associations: Collection[Organisation], landlord: int, on: date) -> set[int]:
    """Those of some associations that are in the stock of another landlord too."""
    elsewhere = Relation.objects.filter(dated(on), holder__in=associations, role=Role.TENANT_REPRESENTATIVE)
    return set(elsewhere.exclude(landlord=landlord).values_list("holder", flat=True))


def landlords_of_association(*, association: Organisation, on: date) -> QuerySet[Landlord]:
    """The landlords in whose stock a tenants' association is present on a day, by name."""
    present = Relation.objects.filter(dated(on), holder=association, role=Role.TENANT_REPRESENTATIVE, landlord=OuterRef("pk"))
    return Landlord.objects.filter(Exists(present)).order_by("plain_name", "pk")


def landlords_spoken_for(*, person: Person, on: date) -> QuerySet[Landlord]:
    """The landlords whose file is open to somebody on a day because they represent an association of its tenants."""
    mine = Membership.objects.filter(dated(on), person=person, role=Role.TENANT_REPRESENTATIVE, organisation=OuterRef("holder"))
    opened = Relation.objects.filter(
        dated(on),
        Exists(mine),
        Q(person__isnull=True) | Q(person=person),
        role=Role.TENANT_REPRESENTATIVE,
        landlord=OuterRef("pk"),
    )
    shut_out = Exclusion.objects.filter(person=person, landlord=OuterRef("pk"), ended_at__isnull=True)
    return Landlord.objects.filter(Exists(opened), ~Exists(shut_out))


def search(*, on: date, text: str = "", kind: Kind | None = None, group: Group | None = None) -> QuerySet[Organisation]:
    """Organisations still open whose name or SIREN holds a text, whatever its accents and case, by name; those of a group."""
    found = organisations(kind=kind)
    if group is not None:
        found = found.filter(pk__in=GroupMember.objects.filter(dated(on), group=group).values("landlord"))
    digits = "".join(c for c in text if c.isdigit())
    by_number = Q(siren__startswith=digits) if digits else Q()
    return found.filter(Q(plain_name__contains=plain(text)) | by_number) if text.strip() else found


def members_of(*, organisation: Organisation | Q, on: date) -> QuerySet[Membership]:
    """The roles held in an organisation (or some) on a day, people included, by name."""
    where = organisation if isinstance(organisation, Q) else Q(organisation=organisation)
    found = Membership.objects.filter(dated(on), where).select_related("person", "organisation")
    return found.order_by("person__name", "pk")


def former_members_of(*, organisation: Organisation, on: date) -> QuerySet[Membership]:
    """The roles once held in an organisation and over on a day, latest first."""
    return (
        Membership.objects.filter(organisation=organisation, ends_on__lt=on, ends_on__gte=F("starts_on"))
        .select_related("person")
        .order_by("-ends_on", "person__name", "pk")
    )


def open_invitations(*, organisation: Organisation | Q) -> QuerySet[Invitation]:
    """The invitations of an organisation (or some) that wait for an answer, latest first."""
    where = organisation if isinstance(organisation, Q) else Q(organisation=organisation)
    waiting = Invitation.objects.filter(where, accepted_at=None, withdrawn_at=None)
    return waiting.select_related("invited_by", "organisation").order_by("-invited_at", "pk")


def at_home_of(*, landlord: int, on: date) -> Q:
    """Roles and invitations whose organisation is a landlord, or a tenants' association present in its stock."""
    return Q(organisation=landlord) | Q(organisation__in=associations_of(landlord=landlord, on=on).order_by().values("pk"))


def relations_of(*, landlord: int, on: date) -> QuerySet[Relation]:
    """To whom a landlord's file is open on a day, landlord and label's team apart."""
    found = Relation.objects.filter(dated(on), landlord=landlord).select_related("holder", "person")
    return found.order_by("role", "holder__plain_name", "pk")


def api_tokens(*, person: Person) -> QuerySet[ApiToken]:
    """A person's keys that were not revoked, latest first."""
    return ApiToken.objects.filter(person=person, revoked_at=None).order_by("-created_at", "-pk")


def invitation_behind(*, token: str, at: datetime) -> Invitation | None:
    """The invitation that a link opens, when it may still be accepted."""
    found = Invitation.objects.filter(
        token_digest=digest_of(token), accepted_at=None, withdrawn_at=None, expires_at__gte=at
    ).select_related("organisation", "invited_by")
    return found.first()


def address_change_behind(*, token: str, at: datetime) -> AddressChange | None:
    """The change of address that a link confirms, when it may still be."""
    found = AddressChange.objects.filter(token_digest=digest_of(token), done_at=None, withdrawn_at=None, expires_at__gte=at)
    return found.select_related("person", "asked_by").first()


def address_awaited(*, person: Person, at: datetime) -> AddressChange | None:
    """The new address of a person whose link waits to be opened."""
    return AddressChange.objects.filter(person=person, done_at=None, withdrawn_at=None, expires_at__gte=at).first()


def with_members(found: QuerySet[Organisation], *, on: date) -> QuerySet[Organisation]:
    """Organisations with how many people hold a role there on a day, as ``people``."""
    held = Membership.objects.filter(dated(on), organisation=OuterRef("pk")).order_by().values("organisation")
    return found.annotate(people=Coalesce(Subquery(held.annotate(n=Count("person", distinct=True)).values("n")), 0))


def landlords_opened_to(*, organisation: Organisation, on: date) -> QuerySet[Landlord]:
    """The landlords whose file an organisation's people may open on a day, by name: relations, federations, regions."""
    opened = Relation.objects.filter(dated(on), holder=organisation, landlord=OuterRef("pk"))
    own = Q(federation=organisation) | Q(regional_association=organisation)
    return Landlord.objects.filter(Q(Exists(opened)) | own).order_by("plain_name", "pk")


def organisation_called(*, text: str) -> Organisation | None:
    """The one open organisation that bears exactly this name or this SIREN, whatever accents and case; None for none or many."""
    digits = "".join(c for c in text if c.isdigit())
    found = list(organisations().filter(Q(plain_name=plain(text)) | Q(siren=digits or "-"))[:2])
    return found[0] if len(found) == 1 else None


def board_of(*, organisation: Organisation) -> QuerySet[BoardMandate]:
    """Who sits or sat on the board of an organisation: those in force first, then the latest."""
    return boards().filter(organisation=organisation)


def boards_of(*, person: Person) -> QuerySet[BoardMandate]:
    """The boards on which a person sits or sat: those in force first, then the latest."""
    return boards().filter(person=person)


def boards() -> QuerySet[BoardMandate]:
    """Every mandate on a board that ever was in force: those in force first, then the latest."""
    held = BoardMandate.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")))
    return held.select_related("person", "organisation").order_by(F("ends_on").desc(nulls_first=True), "-starts_on", "pk")


def groups(*, on: date) -> QuerySet[Group]:
    """Every group by name, with how many landlords it has on a day, as ``landlords``."""
    return Group.objects.annotate(landlords=Count("members", filter=dated(on, "members__"))).order_by("plain_name", "pk")


def group_members(*, group: Group) -> QuerySet[GroupMember]:
    """The landlords that are or were of a group: those in force first, by name."""
    held = group.members.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))).select_related("landlord")
    return held.order_by(F("ends_on").desc(nulls_first=True), "landlord__plain_name", "pk")


def group_of(*, landlord: Landlord, on: date) -> GroupMember | None:
    """The group of a landlord on a day, with since when."""
    return landlord.groups.filter(dated(on)).select_related("group").first()


def groups_of(*, landlords: Collection[Landlord], on: date) -> dict[int, Group]:
    """The groups of some landlords on a day, by landlord. One SQL query."""
    found = GroupMember.objects.filter(dated(on), landlord__in=landlords).select_related("group")
    return {member.landlord_id: member.group for member in found}


def sisters_of(*, landlord: Landlord, on: date) -> QuerySet[Landlord]:
    """The other landlords of a landlord's group on a day."""
    mine = GroupMember.objects.filter(dated(on), landlord=landlord)
    together = GroupMember.objects.filter(dated(on), group__in=mine.values("group"))
    return Landlord.objects.filter(pk__in=together.values("landlord")).exclude(pk=landlord.pk)
