"""A person's e-mail address: the one they come in with, and all that is sent to them. It changes once the new one answers."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import AccessLink, AddressChange, Invitation, Person
from palier.directory.operations.access import send_invitation
from palier.directory.queries import address_change_behind, roles
from palier.directory.rules import Role, digest_of
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post
from palier.verdict import Refusal, no

ADDRESS_CHANGE_LASTS = timedelta(days=3)
_NOW = timedelta(0)


@transaction.atomic
def ask_address(*, person: Person, email: str, by: Person, at: datetime) -> None:
    """Send a link to the new address of a person, asked by themselves, or by who administers Palier when theirs is lost.

    Nothing changes before the link is opened; a link sent before is void. When the address is already somebody's, they
    are told of it and the person who asked is told nothing: who is known here is nobody's business.

    Raises:
        Refusal: when it is the person's address already, or is not ``by``'s to change.
    """
    email = email.strip().casefold()
    if by != person and Role.ADMINISTRATOR not in roles(person=by, on=paris_day(at)):
        raise Refusal(
            no("directory.address_not_yours", "Seule la personne, ou qui administre Palier, change une adresse électronique.")
        )
    if email == person.email:
        raise Refusal(no("directory.same_address", "C’est déjà l’adresse de ce compte."))
    _withdraw_former(person, at)
    if owner := Person.objects.filter(email=email).first():
        post(
            event="directory.account",
            to=[owner.pk],
            at=at,
            subject="Cette adresse a déjà un compte",
            body="On a demandé de donner votre adresse à un autre compte de Palier. Rien n’a changé : une adresse ouvre un "
            "seul compte. Si les deux sont à vous, écrivez à la personne qui administre Palier.",
            link="/compte/",
            delay=_NOW,
        )
    else:
        _send_link(person, email, by, at)
    whose = "pour son compte" if by == person else f"pour {person.name}"
    _record("address_asked", f"a demandé une autre adresse électronique {whose}.", person, by, at)


def _withdraw_former(person: Person, at: datetime) -> None:
    for former in AddressChange.objects.filter(person=person, done_at=None, withdrawn_at=None):
        AddressChange.objects.filter(pk=former.pk).update(withdrawn_at=at)
        cancel(undo_key=f"address:{former.pk}", at=at)


def _send_link(person: Person, email: str, by: Person, at: datetime) -> None:
    token = secrets.token_urlsafe(24)
    change = AddressChange.objects.create(
        person=person,
        email=email,
        token_digest=digest_of(token),
        asked_by=by,
        asked_at=at,
        expires_at=at + ADDRESS_CHANGE_LASTS,
    )
    post(
        event="directory.account",
        to=[person.pk],
        at=at,
        address=email,
        subject="Confirmez votre nouvelle adresse",
        body="Ouvrez ce lien pour que cette adresse devienne celle de votre compte Palier. "
        f"Il vaut jusqu’au {paris_day(change.expires_at):%d/%m/%Y}. S’il n’est pas de vous, ne faites rien.",
        link=f"/compte/adresse/nouvelle/{token}/",
        undo_key=f"address:{change.pk}",
        delay=_NOW,
    )


@transaction.atomic
def confirm_address(*, token: str, at: datetime) -> Person:
    """Take the new address: sign-in, messages and invitations go to it, the former one is told and its links are void.

    Raises:
        Refusal: when the link is over, or the address has become somebody else's.
    """
    change = address_change_behind(token=token, at=at)
    if change is None or not AddressChange.objects.filter(pk=change.pk, done_at=None, withdrawn_at=None).update(done_at=at):
        raise Refusal(no("directory.address_over", "Ce lien n’est plus valable. Demandez à nouveau le changement d’adresse."))
    person = Person.objects.select_for_update().get(pk=change.person_id)
    if Person.objects.filter(email=change.email).exists():
        raise Refusal(no("directory.address_taken", "Cette adresse ouvre déjà un autre compte de Palier."))
    former, person.email = person.email, change.email
    person.save(update_fields=["email"])
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    AccessLink.objects.filter(person=person, revoked_at=None).update(revoked_at=at)
    for invitation in Invitation.objects.filter(email=former, accepted_at=None, withdrawn_at=None):
        invitation.email = person.email
        invitation.save(update_fields=["email"])
        if invitation.expires_at >= at:
            send_invitation(invitation, at=at)
    post(
        event="directory.account",
        to=[person.pk],
        at=at,
        address=former,
        subject="Votre adresse a changé",
        body="Votre compte Palier a maintenant une autre adresse : celle-ci ne l’ouvre plus et ne reçoit plus ses messages. "
        "Si ce n’est pas vous, prévenez la personne qui administre Palier.",
        link="/compte/",
        delay=_NOW,
    )
    _record("address_changed", "a confirmé sa nouvelle adresse électronique.", person, person, at)
    return person


def _record(act: str, summary: str, person: Person, by: Person, at: datetime) -> None:
    record(
        act=f"directory.{act}",
        by=by.pk,
        at=at,
        on=("directory.person", person.pk),
        landlord=None,
        summary=summary,
        facts={"person": person.pk},
        audience=Audience.SCHEME,
    )
