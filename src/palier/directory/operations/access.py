"""How people come in: invitations, passwords, light links, keys for programs."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from palier.calendar import paris_day
from palier.directory.models import AccessLink, ApiToken, Invitation, Organisation, Person
from palier.directory.operations.members import add_member, association_alone, enter_person, require_not_held
from palier.directory.queries import is_light, roles, roles_for
from palier.directory.rules import LIGHT_ROLES, Kind, Role, Scope, digest_of, may_grant
from palier.french import elided
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post
from palier.verdict import Refusal, Remedy, no, require

INVITATION_LASTS = timedelta(days=14)
ACCESS_LINK_LASTS = timedelta(days=60)
API_TOKEN_LASTS = timedelta(days=365)


@transaction.atomic
def invite(
    *, email: str, name: str, organisation: Organisation, role: Role, by: Person, at: datetime
) -> tuple[Invitation, str]:
    """Invite somebody by e-mail to hold a role; the token is returned once and only its fingerprint is kept.

    Raises:
        Refusal: when this kind of organisation has no such role, it is not ``by``'s to give, the person holds it or was
            already invited, or would see the files of other landlords too.
    """
    kind, today = Kind(organisation.kind), paris_day(at)
    held = roles_for(person=by, organisation=organisation, on=today)
    require(may_grant(held, role, kind))
    if kind is Kind.TENANTS_ASSOCIATION:
        require(association_alone(organisation, held, today))
    person = enter_person(email=email, name=name, at=at)
    require_not_held(person, organisation, role, today)
    token = secrets.token_urlsafe(24)
    try:
        with transaction.atomic():
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
    except IntegrityError as twice:
        raise Refusal(
            no("directory.already_invited", "Une invitation à ce rôle attend déjà à cette adresse : renvoyez-la.")
        ) from twice
    _post_invitation(invitation, person, token, at)
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


def _post_invitation(invitation: Invitation, person: Person, token: str, at: datetime) -> None:
    role, organisation = Role(invitation.role), invitation.organisation
    post(
        event="directory.invited",
        to=[person.pk],
        at=at,
        subject=f"{organisation.name} vous invite dans Palier",
        body=f"{invitation.invited_by.name} vous propose le rôle « {role.label} » pour {organisation.name}.\n"
        f"Ce lien vaut jusqu’au {paris_day(invitation.expires_at):%d/%m/%Y}.",
        link=f"/invitation/{token}/",
        undo_key=f"invitation:{invitation.pk}",
        delay=timedelta(0),
    )


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: Person, at: datetime) -> str:
    """Send an invitation again with a new link; the former link is void. The new token is returned once.

    Raises:
        Refusal: when it was accepted or withdrawn, or the role is not ``by``'s to give.
    """
    _require_open(invitation, by, at)
    invitation.expires_at = at + INVITATION_LASTS
    token = send_invitation(invitation, at=at)
    _record_invitation(
        "directory.invitation_resent", f"a renvoyé l’invitation {elided('de', invitation.name)}.", invitation, by, at
    )
    return token


def send_invitation(invitation: Invitation, *, at: datetime) -> str:
    """Send an invitation under a new token, which is returned once; the one sent before is void."""
    token = secrets.token_urlsafe(24)
    invitation.token_digest = digest_of(token)
    invitation.save(update_fields=["token_digest", "expires_at"])
    cancel(undo_key=f"invitation:{invitation.pk}", at=at)
    _post_invitation(invitation, Person.objects.get(email=invitation.email), token, at)
    return token


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Person, at: datetime) -> None:
    """Take an invitation back; its link is void at once.

    Raises:
        Refusal: when it was accepted or withdrawn, or the role is not ``by``'s to give.
    """
    _require_open(invitation, by, at)
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    cancel(undo_key=f"invitation:{invitation.pk}", at=at)
    _record_invitation(
        "directory.invitation_withdrawn", f"a retiré l’invitation {elided('de', invitation.name)}.", invitation, by, at
    )


def _require_open(invitation: Invitation, by: Person, at: datetime) -> None:
    organisation = invitation.organisation
    held = roles_for(person=by, organisation=organisation, on=paris_day(at))
    require(may_grant(held, Role(invitation.role), Kind(organisation.kind)))
    if invitation.accepted_at or invitation.withdrawn_at:
        raise Refusal(no("directory.invitation_settled", "Cette invitation est déjà acceptée ou retirée."))


def _record_invitation(act: str, summary: str, invitation: Invitation, by: Person, at: datetime) -> None:
    organisation = invitation.organisation
    record(
        act=act,
        by=by.pk,
        at=at,
        on=("directory.organisation", organisation.pk),
        landlord=organisation.pk if organisation.kind == Kind.LANDLORD else None,
        summary=summary,
        facts={"invitation": invitation.pk},
        audience=Audience.LANDLORD,
    )


@transaction.atomic
def accept_invitation(*, token: str, at: datetime) -> Person:
    """Take the role that an invitation offers. Having received the link proves the e-mail address.

    Raises:
        Refusal: when the link is unknown, already used, withdrawn or out of date.
    """
    invitation = Invitation.objects.select_for_update().filter(token_digest=digest_of(token)).first()
    if invitation is None or invitation.withdrawn_at or invitation.accepted_at or invitation.expires_at < at:
        raise Refusal(
            no(
                "directory.invitation_over",
                "Ce lien d’invitation n’est plus valable. Demandez-en un nouveau à la personne qui l’a envoyé.",
            )
        )
    person = Person.objects.get(email=invitation.email)
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    add_member(person=person, organisation=invitation.organisation, role=Role(invitation.role), by=person, at=at)
    return person


@transaction.atomic
def choose_password(*, person: Person, password: str, at: datetime) -> None:
    """Keep a password that the door has checked; the person's other sessions end."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record(
        act="directory.password_chosen",
        by=person.pk,
        at=at,
        on=("directory.person", person.pk),
        landlord=None,
        summary="a choisi un mot de passe.",
        audience=Audience.SCHEME,
    )


def grant_access_link(*, person: Person, at: datetime) -> str:
    """A light access for a tenants' representative: the token is returned once and only its fingerprint is kept.

    Raises:
        Refusal: when the person holds a role that a link alone may not open.
    """
    if not is_light(person=person, on=paris_day(at)):
        raise Refusal(no("directory.link_not_enough", "Ce rôle demande un mot de passe : le lien par courriel ne suffit pas."))
    token = secrets.token_urlsafe(24)
    AccessLink.objects.create(person=person, token_digest=digest_of(token), created_at=at, expires_at=at + ACCESS_LINK_LASTS)
    return token


def ask_access_link(*, email: str, at: datetime) -> None:
    """Send a new link to who may come in with one; do nothing, and say nothing of it, for any other address."""
    person = Person.objects.filter(email=email.strip().casefold(), is_active=True).first()
    if person is None or not is_light(person=person, on=paris_day(at)):
        return
    post(
        event="directory.access_link",
        to=[person.pk],
        at=at,
        subject="Votre lien d’accès à Palier",
        body="Ce lien ouvre les dossiers où vous représentez les locataires, sans mot de passe. Il est personnel.",
        link="/",
        delay=timedelta(0),
    )


def use_access_link(*, token: str, at: datetime) -> AccessLink:
    """The link, and the person, that a light token lets in.

    Raises:
        Refusal: when the link is unknown, revoked or out of date, or the person's roles now ask for more.
    """
    link = (
        AccessLink.objects.select_related("person")
        .filter(token_digest=digest_of(token), revoked_at=None, expires_at__gte=at)
        .first()
    )
    if link is None or not link.person.is_active or not is_light(person=link.person, on=paris_day(at)):
        raise Refusal(
            no(
                "directory.link_over",
                "Ce lien n’est plus valable. Demandez-en un nouveau : il arrive par courriel en quelques minutes.",
                Remedy("Demander un nouveau lien", "access_link"),
            )
        )
    AccessLink.objects.filter(pk=link.pk).update(last_used_at=at)
    return link


@transaction.atomic
def create_api_token(
    *, person: Person, name: str, scopes: Collection[Scope], at: datetime, lasts: timedelta = API_TOKEN_LASTS
) -> tuple[ApiToken, str]:
    """A key for programs, which act as this person; it is returned once and only its fingerprint is kept.

    Raises:
        Refusal: when no scope is chosen, or the person comes in with a light link alone.
    """
    if not scopes:
        raise Refusal(no("directory.no_scope", "Choisissez au moins ce que la clé permet de faire."))
    if not roles(person=person, on=paris_day(at)) - LIGHT_ROLES:
        raise Refusal(no("directory.no_token", "Vos rôles n’ouvrent pas de clé pour programmes."))
    token = f"palier_{secrets.token_urlsafe(32)}"
    key = ApiToken.objects.create(
        person=person,
        name=name.strip(),
        token_digest=digest_of(token),
        scopes=sorted(scopes),
        created_at=at,
        expires_at=at + lasts,
    )
    _record_token("directory.token_created", f"a créé la clé « {key.name} ».", key, at)
    return key, token


@transaction.atomic
def revoke_api_token(*, person: Person, pk: int, at: datetime) -> None:
    """End one of the person's keys; the next call with it is refused.

    Raises:
        Refusal: when it is not theirs, or already ended.
    """
    key = ApiToken.objects.select_for_update().filter(pk=pk, person=person, revoked_at=None).first()
    if key is None:
        raise Refusal(no("directory.token_over", "Cette clé n’existe plus."))
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    _record_token("directory.token_revoked", f"a révoqué la clé « {key.name} ».", key, at)


def _record_token(act: str, summary: str, key: ApiToken, at: datetime) -> None:
    record(
        act=act,
        by=key.person_id,
        at=at,
        on=("directory.api_token", key.pk),
        landlord=None,
        summary=summary,
        facts={"scopes": key.scopes},
        audience=Audience.SCHEME,
    )


def resolve_api_token(*, token: str, at: datetime) -> ApiToken | None:
    """The key in force that a program shows, with its person; None when there is none. Notes its use, to the hour."""
    key = (
        ApiToken.objects.select_related("person")
        .filter(token_digest=digest_of(token), revoked_at=None, expires_at__gte=at, person__is_active=True)
        .first()
    )
    if key is not None and (key.last_used_at is None or at - key.last_used_at > timedelta(hours=1)):
        ApiToken.objects.filter(pk=key.pk).update(last_used_at=at)
    return key
