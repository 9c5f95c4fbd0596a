"""Polls: opened under a quorum, voted seat by seat, closed when the two counters agree."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Max

from palier.calendar import in_words, paris_day
from palier.committee import queries
from palier.committee.models import Ballot, Item, Mandate, Poll, RollLine, Seat, Session
from palier.committee.operations.agenda import votable
from palier.committee.operations.sessions import WHAT_IT_CHANGES, locked, remember, terms_in_force
from palier.committee.operations.sitting import after_all
from palier.committee.rules.agenda import SessionState, reminder_due
from palier.committee.rules.effects import Effect, of, parse, plain
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.scenes import as_record, count, left, may_write, roll_of, stands
from palier.committee.rules.seats import Hold
from palier.committee.rules.tally import Choice, Roll, quorum, voters
from palier.directory.models import Person
from palier.ledger.rules import canonical, commitment
from palier.outbox.operations import post
from palier.plans.rules.conditions import words
from palier.verdict import Conflict, Refusal, Verdict, no, require

_log = logging.getLogger("palier.committee")
_SEAT_HAS_VOTED = no("committee.seat_has_voted", "Ce siège a déjà voté, par une autre personne : la voix appartient au siège.")
_DIFFER = no(
    "committee.counters_differ",
    "Les deux comptages ne disent pas la même chose : rien n’est changé. Prévenez l’administration de Palier.",
)


@transaction.atomic
def open_poll(
    *,
    item: Item,
    motion: str,
    by: Person,
    at: datetime,
    outcome: Outcome | None = None,
    effect: Effect | None = None,
    reasons: str = "",
) -> Poll:
    """Put a motion to the vote on a matter that is open: who may vote is frozen now, and so is what takes effect.

    ``effect`` is what was proposed with the matter, unless the committee puts something else to the vote.

    Raises:
        Refusal: when the matter is not open or already adopted, another poll is open, the quorum is missed, somebody sits who
            has not declared, the outcome is not possible, its conditions or reasons are missing, or its effect could not be
            carried out.
    """
    session, item = locked(item, *WHAT_IT_CHANGES)
    _require_open(session, item, at)
    effect = of(outcome, parse(item.proposal) if effect is None else effect)
    require(votable(item=item, motion=motion, outcome=outcome, effect=effect, reasons=reasons, at=at))
    at = after_all(session, at)
    version = terms_in_force(session.committee, paris_day(session.starts_at))
    terms = queries.terms_of(version)
    scene = queries.scene_of(item=item, terms=terms, poll_at=at, outcome=outcome)
    roll = roll_of(scene)
    if not session.written and not (found := quorum(terms, roll)).reached:
        raise Refusal(no("committee.no_quorum", f"{found.sentence} Le scrutin ne s’ouvre pas."))
    if not session.written:  # who came once the matter was open may sit without having declared
        sit = {chair.person for chair in roll.seats.values() if chair.hold is Hold.SITS}
        members = [m for m in queries.holders_of(session=session) if m.person_id in sit]
        require(queries.waiting(item=item, mandates=members).verdict)
    last = item.polls.aggregate(last=Max("number"))["last"] or 0
    poll = Poll.objects.create(
        item=item,
        number=last + 1,
        motion=motion.strip(),
        outcome=outcome or "",
        conditions=words(effect.conditions),
        reasons=reasons.strip(),
        effect=plain(effect),
        opening=as_record(scene, version.data),
        terms=version,
        opened_at=at,
        opened_by=by,
        replaces=_voided(item),
    )
    if poll.opening != queries.second_scene(poll=poll):
        raise Refusal(_DIFFER)
    able = frozenset(seat for seat, people in may_write(scene).items() if people) if session.written else voters(terms, roll)
    _freeze_roll(poll, roll, able, closing=False)
    remember(
        session,
        "poll_opened",
        f"a mis aux voix « {poll.motion} » ({item.title}).",
        by=by,
        at=at,
        item=item.pk,
        poll=poll.pk,
        motion=poll.motion,
        outcome=poll.outcome,
        effect=poll.effect,
        reasons=poll.reasons,
        opening=sha256(canonical(poll.opening)).hexdigest(),
    )
    if session.written:
        people = frozenset().union(*may_write(scene).values()) - queries.kept_out(item=item)
        _ask(poll, people, "Votre voix est attendue", at)
    return poll


def _require_open(session: Session, item: Item, at: datetime) -> None:
    if session.written and at > session.ends_at:
        raise Refusal(no("committee.term_passed", "Le terme de la consultation est passé : convoquez de nouveau pour voter."))
    if session.state is not SessionState.OPEN or item.opened_at is None or item.is_over:
        raise Refusal(no("committee.item_not_open", "Ce point n’est pas ouvert : ouvrez-le pour voter."))
    under_way = Poll.objects.filter(item__session=session, closed_at__isnull=True)
    if (under_way.filter(item=item) if session.written else under_way).exists():
        raise Refusal(no("committee.poll_open", "Un scrutin est déjà ouvert : clôturez-le d’abord."))
    if queries.adopted(item=item) is not None:
        raise Refusal(no("committee.adopted_already", "Une proposition est déjà adoptée sur ce point : concluez-le."))


def _freeze_roll(poll: Poll, roll: Roll, able: frozenset[int], *, closing: bool) -> None:
    """Write what becomes of each seat, and which are able to vote."""
    people = queries.mandates_by_person(session=poll.item.session)
    voted: dict[int, int] = {}
    if closing:  # a mandate may have ended since: who sat or voted is still named
        sat = poll.roll.filter(mandate__isnull=False).values_list("mandate__person", "mandate")
        people = dict(sat) | dict(poll.ballots.values_list("by", "mandate")) | people
        if poll.item.session.written:  # by somebody who may have voted for another seat before
            voted = {ballot.seat_id: ballot.mandate_id for ballot in queries.current_ballots(poll=poll).values()}
    RollLine.objects.bulk_create(
        RollLine(
            poll=poll,
            closing=closing,
            seat_id=seat,
            hold=chair.hold,
            mandate_id=voted.get(seat, people.get(chair.person)) if chair.person else None,
            presides=chair.presides,
            may_vote=seat in able,
        )
        for seat, chair in roll.seats.items()
    )


@transaction.atomic
def cast(
    *,
    poll: Poll,
    seat: Seat,
    choice: Choice,
    by: Person,
    at: datetime,
    conditions: str = "",
    reasons: str = "",
    seen: int | None = None,
) -> Ballot | Verdict:
    """Cast the voice of a seat, or change it until the close: the ballot, or the refusal, which stays on record.

    The poll's row is locked: titular and substitute cannot both vote, and nothing is cast after the close. ``seen`` is the
    version of the seat's ballot that its voter had before them, 0 for none.

    Raises:
        Conflict: when the seat's voice was given or changed since; ``theirs`` is the ballot that stands.
    """
    poll = (
        Poll.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item__session__committee", "item__session__designated", "terms")
        .get(pk=poll.pk)
    )
    session = poll.item.session
    if session.written:  # who leaves the seat in this instant votes before that, or not at all
        list(Mandate.objects.select_for_update(of=("self",), no_key=True).filter(seat=seat, person=by).order_by("pk"))
    before = Ballot.objects.filter(poll=poll, seat=seat).order_by("version").last()
    verdict = _may_cast(poll, seat, by, at, before)
    if not verdict:
        summary = f"a voulu voter pour le siège {seat.number} sur « {poll.item.title} » : refusé. {verdict.sentence}"
        remember(session, "ballot_refused", summary, by=by, at=at, poll=poll.pk, seat=seat.pk)
        return verdict
    if before is not None and seen is not None and seen != before.version:
        said = f"« {Choice(before.choice).label} », le {in_words(paris_day(before.at))}"
        raise Conflict(
            no(
                "committee.voted_meanwhile",
                f"Une voix a été donnée pour ce siège depuis que vous avez ouvert cette page : {said}. Signez à nouveau pour la "
                "remplacer ; les deux restent au dossier.",
            ),
            theirs=before,
        )
    ballot = Ballot(
        poll=poll,
        seat=seat,
        version=before.version + 1 if before else 1,
        mandate=_mandate(session, by, at, seat),
        by=by,
        choice=choice.value,
        conditions=conditions.strip(),
        reasons=reasons.strip(),
        at=at,
        nonce=secrets.token_hex(16),
    )
    ballot.seal = commitment(bytes.fromhex(ballot.nonce), ballot.said)
    again = "a changé sa voix" if before else "a voté"
    summary = f"{again} pour le siège {seat.number} sur « {poll.item.title} »."
    facts = {"poll": poll.pk, "seat": seat.pk, "version": ballot.version, "seal": ballot.seal}
    ballot.entry = remember(session, "ballot_cast", summary, by=by, at=at, **facts)
    ballot.save(force_insert=True)
    return ballot


def _may_cast(poll: Poll, seat: Seat, by: Person, at: datetime, before: Ballot | None) -> Verdict:
    """Whether a person may give the voice of a seat now."""
    session = poll.item.session
    if poll.closed_at is not None or (session.written and at > session.ends_at):
        return no("committee.poll_closed", "Le scrutin est clos.")
    if session.written:
        return _may_write(poll, seat, by, at, before)
    if before is not None and before.by_id != by.pk:
        return _SEAT_HAS_VOTED
    if seat.pk not in queries.voices(poll=poll, person=by, at=at):
        return no("committee.not_yours", "Cette voix ne vous revient pas : vous ne siégez pas pour elle sur ce point.")
    return Verdict()


def _may_write(poll: Poll, seat: Seat, by: Person, at: datetime, before: Ballot | None) -> Verdict:
    """The same in writing: whoever holds the seat that day, unless somebody who still holds it has voted."""
    able = queries.writers(poll=poll, at=at).get(seat.pk, frozenset())
    if stands(before.by_id if before else None, by.pk, able):
        return _SEAT_HAS_VOTED
    if by.pk not in able:
        return no("committee.not_yours", "Cette voix ne vous revient pas.")
    return queries.free_of_links(item=poll.item, mandate=_mandate(poll.item.session, by, at, seat))


def _mandate(session: Session, person: Person, at: datetime, seat: Seat) -> Mandate:
    """By which mandate a person votes: that of the session's day, even if it ended since; in writing, that of the seat now."""
    on = paris_day(at if session.written else session.starts_at)
    started = Mandate.objects.filter(committee=session.committee_id, person=person, starts_on__lte=on)
    if session.written:
        started = started.filter(seat=seat)
    return started.select_related("seat__body", "person").latest("starts_on", "pk")


@transaction.atomic
def close_poll(*, poll: Poll, by: Person | None, at: datetime) -> Poll:
    """Close a poll and count it twice; nothing closes unless both counters agree.

    Raises:
        Refusal: when it is closed already, a seat may still vote in writing, or the counters differ.
    """
    session, item = locked(poll.item)
    poll = Poll.objects.select_for_update(of=("self",), no_key=True).select_related("terms").get(pk=poll.pk)
    poll.item, item.session = item, session
    if poll.closed_at is not None:
        raise Refusal(no("committee.poll_closed", "Le scrutin est clos."))
    if session.written and at <= session.ends_at and (waiting := _undecided(poll, at)):
        numbers = ", ".join(
            str(number) for number in Seat.objects.filter(pk__in=waiting).order_by("number").values_list("number", flat=True)
        )
        raise Refusal(no("committee.before_term", f"Le terme n’est pas passé, et des sièges peuvent encore voter : {numbers}."))
    # A ballot that came first through the lock may bear a later instant than the request that closes; clocks differ too.
    ballots = list(queries.ballots_of(poll=poll))
    closed_at = max([after_all(session, at), *(ballot.at for ballot in ballots)])
    scene = queries.scene_of_poll(poll, close_at=closed_at)
    again = queries.second_count(poll=poll, close_at=closed_at)
    try:
        found = count(scene)
    except ValueError:  # a ballot that may not be counted: the second counter says « stray »
        found = None
    first = found and {
        "result": found.result.value,
        "for": found.voices_for,
        "against": found.voices_against,
        "abstentions": found.abstentions,
        "needed": found.needed,
        "casting": found.by_casting_vote,
    }
    if found is None or first != again:
        raise Refusal(_DIFFER)
    poll.closed_at, poll.closed_by, poll.result, poll.sentence = closed_at, by, found.result, found.sentence
    poll.record, poll.checked = as_record(scene, poll.terms.data), again
    poll.save(update_fields=["closed_at", "closed_by", "result", "sentence", "record", "checked"])
    roll = roll_of(scene)
    _freeze_roll(poll, _without(roll, left(scene, roll)), voters(scene.terms, roll), closing=True)
    terms = queries.terms_of(poll.terms)
    told = [_told(ballot, secret=terms.secret) for ballot in ballots]
    summary = f"a clos le scrutin « {poll.motion} » ({item.title}). {found.sentence}"
    remember(session, "poll_closed", summary, by=by, at=closed_at, item=item.pk, poll=poll.pk, count=again, ballots=told)
    return poll


def _told(ballot: Ballot, *, secret: bool) -> dict[str, Any]:
    """What the close tells of a ballot: where its seal was written, and what opens it unless the ballot is secret."""
    sealed = {"seat": ballot.seat_id, "version": ballot.version, "seal": ballot.seal, "line": ballot.entry}
    return sealed if secret else sealed | ballot.said | {"nonce": ballot.nonce}


def _without(roll: Roll, gone: frozenset[int]) -> Roll:
    """A roll where nobody sits any more for the seats whose sitter went out."""
    return replace(
        roll,
        seats={seat: replace(chair, hold=Hold.VACANT) if seat in gone else chair for seat, chair in roll.seats.items()},
    )


def close_due(*, at: datetime) -> int:
    """Close the polls of the written consultations whose time has passed; how many were closed."""
    due = Poll.objects.filter(closed_at__isnull=True, item__session__written=True, item__session__ends_at__lt=at)
    polls = list(due.select_related("item__session").order_by("pk"))
    closed = 0
    for poll in polls:
        try:
            close_poll(poll=poll, by=None, at=at)
        except Refusal:
            _log.exception("poll not closed", extra={"poll": poll.pk})  # the others close all the same
        else:
            closed += 1
    return closed


@transaction.atomic
def remind_undecided(*, poll: Poll, by: Person | None, at: datetime) -> int:
    """Write to those whose seat has not voted in a written consultation, and to nobody else; how many were written to.

    Raises:
        Refusal: when the poll is closed, or no written consultation.
    """
    session, item = locked(poll.item)
    poll = Poll.objects.select_for_update(of=("self",), no_key=True).select_related("terms").get(pk=poll.pk)
    poll.item, item.session = item, session
    if poll.closed_at is not None or not session.written or at > session.ends_at:
        raise Refusal(no("committee.nobody_to_remind", "Un rappel s’envoie pendant une consultation écrite."))
    people = frozenset().union(*_undecided(poll, at).values()) - queries.kept_out(item=item)
    poll.reminded_at = at
    poll.save(update_fields=["reminded_at"])
    _ask(poll, people, "Rappel : votre voix est attendue", at)
    remember(
        session, "undecided_reminded", f"a relancé les membres qui n’ont pas voté : {len(people)}.", by=by, at=at, poll=poll.pk
    )
    return len(people)


def _undecided(poll: Poll, at: datetime) -> dict[int, frozenset[int]]:
    """Who may still vote in writing, by seat without a ballot; nobody waits for a mandate that ended."""
    voted = queries.current_ballots(poll=poll)
    return {seat: people for seat, people in queries.writers(poll=poll, at=at).items() if people and seat not in voted}


def remind_due(*, at: datetime) -> int:
    """Remind the undecided of each written consultation, once, when its term is near; how many polls were."""
    running = Poll.objects.filter(closed_at__isnull=True, item__session__written=True, item__session__ends_at__gte=at)
    due = [
        (poll, moment)
        for poll in running.select_related("item__session").order_by("pk")
        if at >= (moment := reminder_due(poll.opened_at, poll.item.session.ends_at))
    ]
    late = [poll for poll, moment in due if poll.reminded_at is None or poll.reminded_at < moment]
    for poll in late:
        remind_undecided(poll=poll, by=None, at=at)
    return len(late)


def _ask(poll: Poll, people: Collection[int], subject: str, at: datetime) -> None:
    """Ask people for their voice, with the address of the matter."""
    item, session = poll.item, poll.item.session
    post(
        event="committee.vote_asked",
        to=people,
        at=at,
        subject=subject,
        body=f"{item.title}\n\n{poll.motion}\n\nRéponse attendue avant le {in_words(paris_day(session.ends_at))}.",
        link=f"/comites/{session.committee_id}/seances/{session.number}/points/{item.pk}/salle/",
    )


def _voided(item: Item) -> Poll | None:
    """The last voided poll of a matter that nothing replaced yet."""
    waiting = item.polls.filter(closed_at__isnull=False, replaced_by__isnull=True).order_by("-number")
    return next((poll for poll in waiting if queries.is_void(poll=poll)), None)
