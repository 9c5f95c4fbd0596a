"""The voiding of a poll: asked by one person, then signed or set aside by another; until then, whoever asked may take it back."""

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
from palier.outbox.operations import post, unsay
from palier.verdict import Refusal, no

_TEAM = frozenset(role for role in Role if may(frozenset({role}), Right.WRITE, Thing.BALLOT))


@transaction.atomic
def void(*, poll: Poll, because: str, by: Person, at: datetime, read: int | None = None) -> Voiding:
    """Sign the voiding of a closed poll. It takes two people; the poll stays in the record, and the next one links to it.

    Who may sign is told of the first signature, then of the voiding, like who voted; nobody to whom the matter is closed.
    ``read`` is the id of the request that was on the page, 0 when none was.

    Raises:
        Refusal: without a reason, when the poll is open or void already, this person signed, the matter is concluded, or
            the request that stands is not the one that was read.
    """
    item, poll = _standing(poll, read)
    if not because.strip():
        raise Refusal(
            no("committee.voiding_reason", "Écrivez pourquoi ce scrutin est annulé : cela figurera au procès-verbal.")
        )
    if queries.signatures(poll=poll).filter(by=by).exists():
        raise Refusal(no("committee.second_person", "Vous avez déjà signé : une autre personne doit signer à son tour."))
    voiding = Voiding.objects.create(poll=poll, by=by, because=because.strip(), at=at)
    whole = queries.is_void(poll=poll)
    word = "a annulé, en second," if whole else "a demandé d’annuler"
    _remember(item, poll, "poll_voided" if whole else "voiding_signed", word, by, at, because=voiding.because)
    if whole:
        unsay(undo_key=_key(poll), at=at)
        signed = list(queries.signatures(poll=poll))
        told = _signers(item, at) | {one.by_id for one in signed} | set(poll.ballots.values_list("by", flat=True))
        why = "\n".join(f"{one.by.name} : {one.because}" for one in signed)
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
        people = _signers(item, at) - {by.pk}
        _tell(item, poll, people, "Une annulation de scrutin attend une signature", asked, at, undo_key=_key(poll))
    return voiding


@transaction.atomic
def take_signature_back(*, poll: Poll, by: Person, at: datetime) -> None:
    """Take back one's own signature, while nobody else has signed; it stays on record, and who may sign is told.

    Raises:
        Refusal: when this person has not signed, or somebody else has, or the matter is concluded.
    """
    item, poll = _standing(poll)
    if not queries.signatures(poll=poll).filter(by=by).update(taken_back_at=at):
        raise Refusal(no("committee.not_signed", "Aucune signature de vous n’attend sur ce scrutin."))
    _remember(item, poll, "voiding_taken_back", "a retiré sa demande d’annuler", by, at)
    told = _aware(item, poll, at) - {by.pk}
    _tell(item, poll, told, "Une annulation de scrutin n’est plus demandée", f"{by.name} a retiré sa signature.", at)


@transaction.atomic
def set_aside(*, poll: Poll, because: str, by: Person, at: datetime, read: int | None = None) -> None:
    """Set aside the voiding that somebody else asks for, with the reason: it holds the matter no longer, and stays on record.

    So nobody's signature holds a decision alone, whatever became of them. They are told, like who may sign; ``read`` as
    in ``void``.

    Raises:
        Refusal: without a reason, when nobody else asks for it, when it is done, the matter is concluded, or the request
            that stands is not the one that was read.
    """
    item, poll = _standing(poll, read)
    if not because.strip():
        raise Refusal(no("committee.aside_reason", "Écrivez pourquoi la demande est écartée : qui l’a faite le lira."))
    others = queries.signatures(poll=poll).exclude(by=by)
    asked_by = set(others.values_list("by", flat=True))
    if not others.update(taken_back_at=at):
        raise Refusal(no("committee.nothing_aside", "Aucune demande d’une autre personne n’attend sur ce scrutin."))
    _remember(item, poll, "voiding_set_aside", "a écarté la demande d’annuler", by, at, because=because.strip())
    told = (_aware(item, poll, at) | asked_by) - {by.pk}
    _tell(item, poll, told, "Une demande d’annulation est écartée", f"{by.name} l’a écartée : {because.strip()}", at)


def _standing(poll: Poll, read: int | None = None) -> tuple[Item, Poll]:
    """A closed poll of a matter under way that is not void, and its matter, locked; its voiding asked as it was ``read``.

    Raises:
        Refusal: for any other.
    """
    _, item = locked(poll.item)
    poll = Poll.objects.select_for_update(of=("self",), no_key=True).get(pk=poll.pk)
    if poll.closed_at is None:
        raise Refusal(no("committee.poll_open", "Ce scrutin est ouvert : clôturez-le d’abord."))
    if item.is_over:
        raise Refusal(no("committee.item_concluded", "Ce point est conclu : sa décision se corrige par une nouvelle décision."))
    if queries.is_void(poll=poll):
        raise Refusal(no("committee.void_already", "Ce scrutin est déjà annulé."))
    asked = queries.signatures(poll=poll).first()
    if read is not None and read != (asked.pk if asked else 0):
        changed = "La demande d’annulation de ce scrutin n’est plus celle que vous avez lue : relisez-la, puis recommencez."
        raise Refusal(no("committee.voiding_changed", changed))
    return item, poll


def _remember(item: Item, poll: Poll, act: str, word: str, by: Person, at: datetime, because: str = "") -> None:
    summary = f"{word} le scrutin « {poll.motion} » ({item.title}). {because}".rstrip()
    remember(item.session, act, summary, by=by, at=at, item=item.pk, poll=poll.pk)


def _signers(item: Item, at: datetime) -> set[int]:
    """Who may sign: the label's team, and who presides over the committee."""
    president = queries.composition(committee=item.session.committee, on=paris_day(at)).president
    team = set(directory.people_with(roles=_TEAM, on=paris_day(at)).values_list("pk", flat=True))
    return team | ({president.person_id} if president else set())


def _aware(item: Item, poll: Poll, at: datetime) -> set[int]:
    """Who may sign, without those whom no message had told of the request yet: it is taken back."""
    return _signers(item, at) - unsay(undo_key=_key(poll), at=at)


def _key(poll: Poll) -> str:
    return f"committee.voiding.{poll.pk}"


def _tell(item: Item, poll: Poll, people: Collection[int], subject: str, body: str, at: datetime, undo_key: str = "") -> None:
    session = item.session
    post(
        event="committee.voiding",
        to=set(people) - queries.kept_out(item=item),
        at=at,
        subject=f"{subject} : {item.title}",
        body=f"{item.title}, scrutin {poll.number}\n{poll.motion}\n\n{body}",
        link=f"/comites/{session.committee_id}/seances/{session.number}/points/{item.pk}/salle/",
        undo_key=undo_key,
    )
