"""What one may do in the directory."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import AccessLink, Invitation, Landlord, Membership, Organisation, Person, Relation
from palier.directory.rules import LIGHT_ROLES, ROLES_OF_KIND, Kind, LandlordType, Role, plain, siren
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import post
from palier.verdict import Refusal, no, require

INVITATION_LASTS = timedelta(days=14)
ACCESS_LINK_LASTS = timedelta(days=60)


def digest_of(token: str) -> str:
    """The fingerprint under which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def add_organisation(*, kind: Kind, name: str, by: Person | None, at: datetime, siren_number: str = "") -> Organisation:
    """Enter an organisation that is not a landlord.

    Raises:
        Refusal: when the SIREN is malformed or already taken.
    """
    number = _checked_siren(siren_number)
    organisation = Organisation.objects.create(
        kind=kind, name=name.strip(), plain_name=plain(name), siren=number, created_at=at
    )
    record(
        act="directory.organisation_added",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=None,
        summary=f"a inscrit {organisation.name} ({kind.label.lower()}).",
        audience=Audience.SCHEME,
    )
    return organisation


@transaction.atomic
def add_landlord(
    *,
    name: str,
    siren_number: str,
    landlord_type: LandlordType,
    by: Person | None,
    at: datetime,
    federation: Organisation | None = None,
    regional_association: Organisation | None = None,
    declared_dwellings: int = 0,
) -> Landlord:
    """Enter a landlord.

    Raises:
        Refusal: when the SIREN is malformed or already taken.
    """
    landlord = Landlord.objects.create(
        kind=Kind.LANDLORD,
        name=name.strip(),
        plain_name=plain(name),
        siren=_checked_siren(siren_number),
        created_at=at,
        landlord_type=landlord_type,
        federation=federation,
        regional_association=regional_association,
        declared_dwellings=declared_dwellings,
    )
    record(
        act="directory.landlord_added",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", landlord.pk),
        landlord=landlord.pk,
        summary=f"a inscrit l’organisme {landlord.name}.",
        facts={"siren": landlord.siren, "type": landlord_type.value},
    )
    return landlord


def _checked_siren(number: str) -> str:
    digits = "".join(c for c in number if c.isdigit())
    if not number.strip():
        return ""
    require(siren(number))
    if other := Organisation.objects.filter(siren=digits).first():
        raise Refusal(no("directory.siren_taken", f"Ce SIREN est déjà celui de {other.name}."))
    return digits


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
def add_member(
    *, person: Person, organisation: Organisation, role: Role, by: Person | None, at: datetime, ends_on: date | None = None
) -> Membership:
    """Give a person a role in an organisation, from today.

    Raises:
        Refusal: when this kind of organisation has no such role, or the person already holds it.
    """
    kind = Kind(organisation.kind)
    if role not in ROLES_OF_KIND[kind]:
        raise Refusal(no("directory.role_of_kind", f"« {role.label} » n’est pas un rôle possible dans « {kind.label} »."))
    if Membership.objects.filter(person=person, organisation=organisation, role=role, ends_on__isnull=True).exists():
        raise Refusal(no("directory.already_member", f"{person.name} a déjà ce rôle dans {organisation.name}."))
    membership = Membership.objects.create(
        person=person, organisation=organisation, role=role, starts_on=paris_day(at), ends_on=ends_on
    )
    record(
        act="directory.member_added",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=organisation.pk if kind is Kind.LANDLORD else None,
        summary=f"a donné à {person.name} le rôle « {role.label} » ({organisation.name}).",
        facts={"person": person.pk, "role": role.value},
        audience=Audience.LANDLORD,
    )
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: Person | None, at: datetime) -> None:
    """End a role today; the person's sessions lose it at their next page."""
    membership.ends_on = max(paris_day(at) - timedelta(days=1), membership.starts_on)
    membership.save(update_fields=["ends_on"])
    organisation = membership.organisation
    record(
        act="directory.member_left",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=organisation.pk if organisation.kind == Kind.LANDLORD else None,
        summary=f"a mis fin au rôle « {Role(membership.role).label} » de {membership.person.name}.",
        facts={"person": membership.person_id, "role": membership.role},
        audience=Audience.LANDLORD,
    )


@transaction.atomic
def open_file(
    *,
    landlord: Landlord,
    holder: Organisation,
    role: Role,
    source: str,
    by: Person | None,
    at: datetime,
    person: Person | None = None,
) -> Relation:
    """Open a landlord's file to those who hold a role in another organisation (or to one person there), from today.

    Opening twice for the same source changes nothing.
    """
    relation, created = Relation.objects.get_or_create(
        landlord=landlord,
        holder=holder,
        person=person,
        role=role,
        source=source,
        ends_on=None,
        defaults={"starts_on": paris_day(at)},
    )
    if created:
        record(
            act="directory.file_opened",
            by=by.pk if by else None,
            at=at,
            on=("directory.organisation", landlord.pk),
            landlord=landlord.pk,
            summary=f"a ouvert le dossier à {holder.name} ({role.label}).",
            facts={"holder": holder.pk, "role": role.value, "source": source},
        )
    return relation


@transaction.atomic
def close_file(*, relation: Relation, by: Person | None, at: datetime) -> None:
    """Close a landlord's file to those it was opened to; tomorrow they no longer see it."""
    relation.ends_on = max(paris_day(at), relation.starts_on)
    relation.save(update_fields=["ends_on"])
    record(
        act="directory.file_closed",
        by=by.pk if by else None,
        at=at,
        on=("directory.organisation", relation.landlord_id),
        landlord=relation.landlord_id,
        summary=f"a fermé le dossier à {relation.holder.name} ({Role(relation.role).label}).",
        facts={"holder": relation.holder_id, "role": relation.role, "source": relation.source},
    )


@transaction.atomic
def invite(
    *, email: str, name: str, organisation: Organisation, role: Role, by: Person, at: datetime
) -> tuple[Invitation, str]:
    """Invite somebody by e-mail to hold a role; the token is returned once and only its fingerprint is kept.

    Raises:
        Refusal: when this kind of organisation has no such role.
    """
    kind = Kind(organisation.kind)
    if role not in ROLES_OF_KIND[kind]:
        raise Refusal(no("directory.role_of_kind", f"« {role.label} » n’est pas un rôle possible dans « {kind.label} »."))
    person = enter_person(email=email, name=name, at=at)
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        email=person.email,
        name=name.strip(),
        organisation=organisation,
        role=role,
        token_digest=digest_of(token),
        invited_by=by,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    post(
        event="directory.invited",
        to=[person.pk],
        at=at,
        subject=f"{organisation.name} vous invite dans Palier",
        body=f"{by.name} vous propose le rôle « {role.label} » pour {organisation.name}.\nCe lien vaut jusqu’au {paris_day(invitation.expires_at):%d/%m/%Y}.",
        link=f"/invitation/{token}/",
        undo_key=f"invitation:{invitation.pk}",
        delay=timedelta(0),
    )
    record(
        act="directory.invited",
        by=by.pk,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=organisation.pk if kind is Kind.LANDLORD else None,
        summary=f"a invité {name.strip()} comme « {role.label} » ({organisation.name}).",
        facts={"person": person.pk, "role": role.value},
        audience=Audience.LANDLORD,
    )
    return invitation, token


@transaction.atomic
def accept_invitation(*, token: str, at: datetime) -> Membership:
    """Take the role that an invitation offers.

    Raises:
        Refusal: when the link is unknown, already used, withdrawn or out of date.
    """
    invitation = Invitation.objects.select_for_update().filter(token_digest=digest_of(token)).first()
    if invitation is None or invitation.withdrawn_at or invitation.accepted_at or invitation.expires_at < at:
        raise Refusal(
            no(
                "directory.invitation_over",
                "Ce lien d’invitation n’est plus valable. Demandez-en un nouveau à la personne qui vous a invité.",
            )
        )
    person = Person.objects.get(email=invitation.email)
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    return add_member(person=person, organisation=invitation.organisation, role=Role(invitation.role), by=person, at=at)


@transaction.atomic
def grant_access_link(*, person: Person, at: datetime) -> str:
    """A light access for a tenants' representative: the token is returned once and only its fingerprint is kept.

    Raises:
        Refusal: when the person holds a role that a link alone may not open.
    """
    held = {
        Role(role) for role in Membership.objects.filter(person=person, ends_on__isnull=True).values_list("role", flat=True)
    }
    if not held or held - LIGHT_ROLES:
        raise Refusal(no("directory.link_not_enough", "Ce rôle demande un mot de passe : le lien par courriel ne suffit pas."))
    token = secrets.token_urlsafe(24)
    AccessLink.objects.create(person=person, token_digest=digest_of(token), created_at=at, expires_at=at + ACCESS_LINK_LASTS)
    return token


def use_access_link(*, token: str, at: datetime) -> Person:
    """The person whom a light link lets in.

    Raises:
        Refusal: when the link is unknown, revoked or out of date.
    """
    link = (
        AccessLink.objects.select_related("person")
        .filter(token_digest=digest_of(token), revoked_at=None, expires_at__gte=at)
        .first()
    )
    if link is None or not link.person.is_active:
        raise Refusal(
            no(
                "directory.link_over",
                "Ce lien n’est plus valable. Demandez-en un nouveau : il arrive par courriel en quelques minutes.",
            )
        )
    AccessLink.objects.filter(pk=link.pk).update(last_used_at=at)
    return link.person
