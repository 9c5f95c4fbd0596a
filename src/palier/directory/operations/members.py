"""People and the roles they hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from palier.calendar import paris_day
from palier.directory.models import AccessLink, Membership, Organisation, Person
from palier.directory.queries import landlords_of_association, roles_for
from palier.directory.rules import ROLES_OF_KIND, Kind, Role, may_grant
from palier.french import elided
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.verdict import YES, Refusal, Verdict, no, require


def enter_person(*, email: str, name: str, at: datetime) -> Person:
    """The person with this e-mail address, created on the first call."""
    person, created = Person.objects.get_or_create(
        email=email.strip().casefold(), defaults={"name": name.strip(), "created_at": at}
    )
    if created:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person


@transaction.atomic
def rename_person(*, person: Person, name: str, at: datetime) -> None:
    """Change one's own shown name."""
    if person.name == name.strip():
        return
    person.name = name.strip()
    person.save(update_fields=["name"])
    record(
        act="directory.person_renamed",
        by=person.pk,
        at=at,
        on=("directory.person", person.pk),
        landlord=None,
        summary="a changé son nom affiché.",
        audience=Audience.SCHEME,
    )


@transaction.atomic
def add_member(
    *, person: Person, organisation: Organisation, role: Role, by: Person | None, at: datetime, ends_on: date | None = None
) -> Membership:
    """Give a person a role in an organisation, from today.

    Raises:
        Refusal: when this kind of organisation has no such role, or the person already holds it.
    """
    kind, today = Kind(organisation.kind), paris_day(at)
    if role not in ROLES_OF_KIND[kind]:
        raise Refusal(no("directory.role_of_kind", f"« {role.label} » n’est pas un rôle possible dans « {kind.label} »."))
    require_not_held(person, organisation, role, today)
    membership = Membership.objects.create(
        person=person, organisation=organisation, role=role, starts_on=today, ends_on=ends_on
    )
    did = "a accepté" if by == person else f"a donné à {person.name}"
    record(
        act="directory.member_added",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=organisation.pk if kind is Kind.LANDLORD else None,
        summary=f"{did} le rôle « {role.label} » ({organisation.name}).",
        facts={"person": person.pk, "role": role.value},
        audience=Audience.LANDLORD,
    )
    return membership


def require_not_held(person: Person, organisation: Organisation, role: Role, today: date) -> None:
    """Go on only if the person does not hold this role.

    Raises:
        Refusal: when they do.
    """
    held = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    if held.filter(person=person, organisation=organisation, role=role).exists():
        raise Refusal(no("directory.already_member", f"{person.name} a déjà ce rôle dans {organisation.name}."))


def association_alone(association: Organisation, held: frozenset[Role], on: date) -> Verdict:
    """A landlord sees to the people of an association that is in its stock alone: elsewhere they speak in other files too."""
    if held & {Role.REFERENT, Role.ADMINISTRATOR} or landlords_of_association(association=association, on=on).count() == 1:
        return YES
    return no(
        "directory.shared_association",
        f"{association.name} est présente chez plusieurs organismes : l’équipe du label s’occupe de ses représentants.",
    )


def _require_may_grant(membership: Membership, by: Person, today: date) -> None:
    organisation, kind = membership.organisation, Kind(membership.organisation.kind)
    held = roles_for(person=by, organisation=organisation, on=today)
    require(may_grant(held, Role(membership.role), kind))
    if kind is Kind.TENANTS_ASSOCIATION:
        require(association_alone(organisation, held, today))


def _require_not_last(membership: Membership) -> None:
    others = Membership.objects.filter(role=Role.ADMINISTRATOR, ends_on__isnull=True).exclude(person_id=membership.person_id)
    if membership.role == Role.ADMINISTRATOR and not others.exists():
        raise Refusal(
            no(
                "directory.last_administrator",
                "C’est la dernière personne qui administre Palier : donnez d’abord ce rôle à une autre.",
            )
        )


@transaction.atomic
def limit_membership(*, membership: Membership, last_day: date | None, by: Person, at: datetime) -> None:
    """Say which day a role in force will end, or (None) that it has no end. That day included, the role holds.

    Raises:
        Refusal: when the role is not ``by``'s to give, the day is past, or it is the installation's last administrator.
    """
    _require_may_grant(membership, by, paris_day(at))
    if last_day is not None:
        _require_not_last(membership)
        if last_day < paris_day(at):
            raise Refusal(no("directory.day_past", "Ce jour est passé : choisissez aujourd’hui ou un jour à venir."))
    if last_day == membership.ends_on:
        return
    membership.ends_on = last_day
    membership.save(update_fields=["ends_on"])
    did = f"a fixé un dernier jour, le {last_day:%d/%m/%Y}," if last_day else "a retiré le terme"
    _record_member(membership, "directory.member_limited", did, by, at)


@transaction.atomic
def end_membership(*, membership: Membership, by: Person | None, at: datetime) -> None:
    """End a role now: it is not in force today any more, and the person's open sessions lose it at their next page.

    Raises:
        Refusal: when the role is not ``by``'s to end, or it is the installation's last administrator.
    """
    today = paris_day(at)
    if by is not None and by.pk != membership.person_id:
        _require_may_grant(membership, by, today)
    _require_not_last(membership)
    membership.ends_on = max(today, membership.starts_on) - timedelta(days=1)
    membership.save(update_fields=["ends_on"])
    AccessLink.objects.filter(person_id=membership.person_id, revoked_at=None).update(revoked_at=at)
    _record_member(membership, "directory.member_left", "a mis fin", by, at)


def _record_member(membership: Membership, act: str, did: str, by: Person | None, at: datetime) -> None:
    organisation, role = membership.organisation, Role(membership.role)
    record(
        act=act,
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=organisation.pk if organisation.kind == Kind.LANDLORD else None,
        summary=f"{did} au rôle « {role.label} » {elided('de', membership.person.name)} ({organisation.name}).",
        facts={"person": membership.person_id, "role": membership.role},
        audience=Audience.LANDLORD,
    )
