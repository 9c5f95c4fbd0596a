"""The voiding of a poll: asked by one person, signed by another; until then, whoever asked may take it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.committee import queries
from palier.committee.models import Item, Poll, Voiding
from palier.committee.operations.sessions import locked, remember
from palier.directory import queries as directory
from palier.directory.models import Person
from palier.directory.rules import Right, Role, Thing, may
from palier.outbox.operations import post, take_back
from palier.verdict import Refusal, no

_TEAM = frozenset(role for role in Role if may(frozenset({role}), Right.WRITE, Thing.BALLOT))


@transaction.atomic
def void(*, poll: Poll, because: str, by: Person, at: datetime) -> Voiding:
    """Sign the voiding of a closed poll. It takes two people; the poll stays in the record, and the next one links to it.

    Who may sign second is told of the first signature, and who voted of the voiding; nobody to whom the matter is closed.

    Raises:
        Refusal: without a reason, when the poll is open or void already, this person signed, or the matter is concluded.
    """
    _, item = locked(poll.item)
    poll = Poll.objects.select_for_update(of=("self",), no_key=True).get(pk=poll.pk)
    if not because.strip():
        raise Refusal(
            no("committee.voiding_reason", "Écrivez pourquoi ce scrutin est annulé : cela figurera au procès-verbal.")
        )
    if poll.closed_at is None:
        raise Refusal(no("committee.poll_open", "Ce scrutin est ouvert : clôturez-le d’abord."))
    if item.is_over:
        raise Refusal(no("committee.item_concluded", "Ce point est conclu : sa décision se corrige par une nouvelle décision."))
    if queries.is_void(poll=poll):
        raise Refusal(no("committee.void_already", "Ce scrutin est déjà annulé."))
    if queries.signatures(poll=poll).filter(by=by).exists():
        raise Refusal(no("committee.second_person", "Vous avez déjà signé : une autre personne doit signer à son tour."))
    voiding = Voiding.objects.create(poll=poll, by=by, because=because.strip(), at=at)
    whole = queries.is_void(poll=poll)
    word = "a annulé, en second," if whole else "a demandé d’annuler"
    _remember(item, poll, "poll_voided" if whole else "voiding_signed", word, by, at, because=voiding.because)
    if whole:
        told = take_back(undo_key=_key(poll), at=at) | set(poll.ballots.values_list("by", flat=True))
        why = "\n".join(f"{one.by.name} : {one.because}" for one in queries.signatures(poll=poll))
        _tell(
            item,
            poll,
            told - {by.pk},
            "Un scrutin est annulé",
            f"Ses voix ne comptent plus. Deux personnes ont signé :\n{why}",
            at,
        )
    else:
        asked = (
            f"{by.name} demande l’annulation de ce scrutin : {voiding.because}\n\nIl y faut la signature d’une autre personne."
        )
        _tell(item, poll, _signers(item, at) - {by.pk}, "Une annulation de scrutin attend une signature", asked, at)
    return voiding


@transaction.atomic
def take_signature_back(*, poll: Poll, by: Person, at: datetime) -> None:
    """Take back one's own signature, while nobody else has signed; it stays on record, and who was told of it is told.

    Raises:
        Refusal: when this person has not signed, or somebody else has.
    """
    _, item = locked(poll.item)
    poll = Poll.objects.select_for_update(of=("self",), no_key=True).get(pk=poll.pk)
    if queries.is_void(poll=poll):
        raise Refusal(no("committee.void_already", "Ce scrutin est déjà annulé."))
    if item.is_over or not queries.signatures(poll=poll).filter(by=by).update(taken_back_at=at):
        raise Refusal(no("committee.not_signed", "Aucune signature de vous n’attend sur ce scrutin."))
    _remember(item, poll, "voiding_taken_back", "a retiré sa signature : il ne demande plus d’annuler", by, at)
    told = take_back(undo_key=_key(poll), at=at)
    _tell(item, poll, told, "Une annulation de scrutin n’est plus demandée", f"{by.name} a retiré sa signature.", at)


def _remember(item: Item, poll: Poll, act: str, word: str, by: Person, at: datetime, because: str = "") -> None:
    summary = f"{word} le scrutin « {poll.motion} » ({item.title}). {because}".rstrip()
    remember(item.session, act, summary, by=by, at=at, item=item.pk, poll=poll.pk)


def _signers(item: Item, at: datetime) -> set[int]:
    """Who may sign: the label's team, and who presides over the committee."""
    president = queries.composition(committee=item.session.committee, on=paris_day(at)).president
    team = set(directory.people_with(roles=_TEAM, on=paris_day(at)).values_list("pk", flat=True))
    return team | ({president.person_id} if president else set())


def _key(poll: Poll) -> str:
    return f"committee.voiding.{poll.pk}"


def _tell(item: Item, poll: Poll, people: Collection[int], subject: str, body: str, at: datetime) -> None:
    session = item.session
    post(
        event="committee.voiding",
        to=set(people) - queries.kept_out(item=item),
        at=at,
        subject=f"{subject} : {item.title}",
        body=f"{item.title}, scrutin {poll.number}\n{poll.motion}\n\n{body}",
        link=f"/comites/{session.committee_id}/seances/{session.number}/points/{item.pk}/salle/",
        undo_key=_key(poll),
    )
