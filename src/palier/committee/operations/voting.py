"""Polls: opened under a quorum, voted seat by seat, closed when the two counters agree, voided by two people; the conclusion."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from palier.calendar import paris_day
from palier.committee import queries
from palier.committee.models import Ballot, Decision, Item, Poll, RollLine, Seat, Session, Voiding
from palier.committee.operations.decisions import record_decision
from palier.committee.operations.sessions import remember, tell
from palier.committee.operations.sitting import rules_of
from palier.committee.rules.agenda import SessionState
from palier.committee.rules.outcomes import Outcome, complete, possible
from palier.committee.rules.scenes import Scene, as_record, count, may_write, roll_of, stayed
from palier.committee.rules.tally import Choice, Roll, quorum, voters
from palier.directory.models import Person
from palier.label.rules.stages import Stage
from palier.ledger.rules import commitment
from palier.outbox.operations import post
from palier.verdict import Refusal, Verdict, no, require

_log = logging.getLogger("palier.committee")


@transaction.atomic
def open_poll(
    *,
    item: Item,
    motion: str,
    by: Person,
    at: datetime,
    outcome: Outcome | None = None,
    conditions: str = "",
    reasons: str = "",
    effect: dict[str, Any] | None = None,
) -> Poll:
    """Put a motion to the vote on a matter that is open: who may vote is frozen now.

    Raises:
        Refusal: when the matter is not open or already adopted, another poll is open, the quorum is missed, the outcome is
            not possible, or its conditions or reasons are missing.
    """
    session, item = _locked(item)
    _require_open(session, item)
    _require_motion(item, motion, outcome, conditions, reasons)
    terms = rules_of(session)
    scene = queries.scene_of(item=item, terms=terms, poll_at=at, close_at=at)
    roll = roll_of(scene)
    if not session.written and not (found := quorum(terms, roll)).reached:
        raise Refusal(no("committee.no_quorum", f"{found.sentence} Le scrutin ne s’ouvre pas."))
    last = item.polls.aggregate(last=Max("number"))["last"] or 0
    version = queries.terms_on(committee=session.committee, on=paris_day(session.starts_at))
    assert version is not None  # rules_of found it
    poll = Poll.objects.create(
        item=item,
        number=last + 1,
        motion=motion.strip(),
        outcome=outcome or "",
        conditions=conditions.strip(),
        reasons=reasons.strip(),
        effect=effect or {},
        terms=version,
        opened_at=at,
        opened_by=by,
        replaces=_voided(item),
    )
    _freeze_roll(poll, scene, roll, closing=False)
    remember(
        session, "poll_opened", f"a mis aux voix « {poll.motion} » ({item.title}).", by=by, at=at, item=item.pk, poll=poll.pk
    )
    if session.written:
        tell(
            session,
            "committee.vote_asked",
            "Votre voix est attendue",
            f"{item.title}\n\n{poll.motion}",
            at=at,
            but=queries.kept_out(item=item),
        )
    return poll


def _require_open(session: Session, item: Item) -> None:
    if session.state is not SessionState.OPEN or item.opened_at is None or item.is_over:
        raise Refusal(no("committee.item_not_open", "Ce point n’est pas ouvert : ouvrez-le pour voter."))
    under_way = Poll.objects.filter(item__session=session, closed_at__isnull=True)
    if (under_way.filter(item=item) if session.written else under_way).exists():
        raise Refusal(no("committee.poll_open", "Un scrutin est déjà ouvert : clôturez-le d’abord."))
    if queries.adopted(item=item) is not None:
        raise Refusal(no("committee.adopted_already", "Une proposition est déjà adoptée sur ce point : concluez-le."))


def _require_motion(item: Item, motion: str, outcome: Outcome | None, conditions: str, reasons: str) -> None:
    if not motion.strip():
        raise Refusal(no("committee.motion_missing", "Écrivez la proposition mise aux voix."))
    if item.journey is None:
        return
    stage = Stage(item.journey.stage)
    if outcome is None or outcome not in possible(stage):
        raise Refusal(no("committee.not_here", f"Choisissez une décision possible à l’étape « {stage.label} »."))
    require(complete(outcome, conditions=conditions, reasons=reasons))


def _freeze_roll(poll: Poll, scene: Scene, roll: Roll, *, closing: bool) -> None:
    """Write who may vote for each seat, as it stands."""
    able = voters(scene.terms, roll)
    people = {m.person_id: m.pk for m in queries.holders_of(session=poll.item.session)}
    RollLine.objects.bulk_create(
        RollLine(
            poll=poll,
            closing=closing,
            seat_id=seat,
            hold=chair.hold,
            mandate_id=people.get(chair.person) if chair.person else None,
            presides=chair.presides,
            may_vote=seat in able,
        )
        for seat, chair in roll.seats.items()
    )


@transaction.atomic
def cast(
    *, poll: Poll, seat: Seat, choice: Choice, by: Person, at: datetime, conditions: str = "", reasons: str = ""
) -> Ballot | Verdict:
    """Cast the voice of a seat, or change it until the close: the ballot, or the refusal, which stays on record.

    The poll's row is locked: titular and substitute cannot both vote, and nothing is cast after the close.
    """
    poll = (
        Poll.objects.select_for_update(of=("self",), no_key=True)
        .select_related("item__session__committee", "item__session__designated", "terms")
        .get(pk=poll.pk)
    )
    session = poll.item.session
    before = Ballot.objects.filter(poll=poll, seat=seat).order_by("version").last()
    verdict = _may_cast(poll, seat, by, at, before)
    if not verdict:
        summary = f"a voulu voter pour le siège {seat.number} sur « {poll.item.title} » : refusé. {verdict.sentence}"
        remember(session, "ballot_refused", summary, by=by, at=at, poll=poll.pk, seat=seat.pk)
        return verdict
    mandate = queries.mandate_of(person=by, committee=session.committee_id, on=paris_day(session.starts_at))
    assert mandate is not None  # _may_cast found it
    nonce = secrets.token_hex(16)
    version = before.version + 1 if before else 1
    said = {
        "poll": poll.pk,
        "seat": seat.pk,
        "version": version,
        "by": by.pk,
        "choice": choice.value,
        "conditions": conditions.strip(),
        "reasons": reasons.strip(),
    }
    seal = commitment(bytes.fromhex(nonce), said)
    again = "a changé sa voix" if before else "a voté"
    entry = remember(
        session,
        "ballot_cast",
        f"{again} pour le siège {seat.number} sur « {poll.item.title} ».",
        by=by,
        at=at,
        poll=poll.pk,
        seat=seat.pk,
        version=version,
        seal=seal,
    )
    return Ballot.objects.create(
        poll=poll,
        seat=seat,
        version=version,
        mandate=mandate,
        by=by,
        choice=choice,
        conditions=conditions.strip(),
        reasons=reasons.strip(),
        at=at,
        nonce=nonce,
        seal=seal,
        entry=entry,
    )


def _may_cast(poll: Poll, seat: Seat, by: Person, at: datetime, before: Ballot | None) -> Verdict:
    """Whether a person may give the voice of a seat now."""
    session = poll.item.session
    if poll.closed_at is not None or (session.written and at > session.ends_at):
        return no("committee.poll_closed", "Le scrutin est clos.")
    if before is not None and before.by_id != by.pk:
        return no("committee.seat_has_voted", "Ce siège a déjà voté, par une autre personne : la voix appartient au siège.")
    scene = queries.scene_of_poll(poll, close_at=at)
    if session.written:
        bench = next((bench for bench in scene.seats if bench.seat == seat.pk), None)
        able = bench is not None and bench.voting and by.pk in may_write(bench, scene.recused)
        return Verdict() if able else no("committee.not_yours", "Cette voix ne vous revient pas.")
    sits = poll.roll.filter(closing=False, seat=seat, may_vote=True, mandate__person=by).exists()
    if not sits or by.pk not in stayed(scene.moves, since=scene.matter_at, until=scene.close_at):
        return no("committee.not_yours", "Cette voix ne vous revient pas : vous ne siégez pas pour elle sur ce point.")
    return Verdict()


@transaction.atomic
def close_poll(*, poll: Poll, by: Person | None, at: datetime) -> Poll:
    """Close a poll and count it twice; nothing closes unless both counters agree.

    Raises:
        Refusal: when it is closed already, or the counters differ.
    """
    session, item = _locked(poll.item)
    poll = Poll.objects.select_for_update(of=("self",), no_key=True).select_related("terms").get(pk=poll.pk)
    poll.item, item.session = item, session
    if poll.closed_at is not None:
        raise Refusal(no("committee.poll_closed", "Le scrutin est clos."))
    cast_last = poll.ballots.aggregate(last=Max("at"))["last"]
    # A ballot that came first through the lock may bear a later instant than the request that closes; clocks differ too.
    moved_last = session.moves.aggregate(last=Max("at"))["last"]
    closed_at = max(at, poll.opened_at, cast_last or at, moved_last or at)
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
        raise Refusal(
            no(
                "committee.counters_differ",
                "Les deux comptages ne disent pas la même chose : le scrutin reste ouvert. Prévenez l’administration de Palier.",
            )
        )
    poll.closed_at, poll.closed_by, poll.result, poll.sentence = closed_at, by, found.result, found.sentence
    poll.record, poll.checked = as_record(scene, poll.terms.data), again
    poll.save(update_fields=["closed_at", "closed_by", "result", "sentence", "record", "checked"])
    _freeze_roll(poll, scene, roll_of(scene), closing=True)
    ballots = [
        {
            "seat": b.seat_id,
            "version": b.version,
            "by": b.by_id,
            "choice": b.choice,
            "conditions": b.conditions,
            "reasons": b.reasons,
            "nonce": b.nonce,
            "seal": b.seal,
            "line": b.entry,
        }
        for b in queries.ballots_of(poll=poll)
    ]
    summary = f"a clos le scrutin « {poll.motion} » ({item.title}). {found.sentence}"
    remember(session, "poll_closed", summary, by=by, at=closed_at, item=item.pk, poll=poll.pk, count=again, ballots=ballots)
    return poll


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
    session, item = _locked(poll.item)
    poll = Poll.objects.select_for_update(of=("self",), no_key=True).select_related("terms").get(pk=poll.pk)
    poll.item, item.session = item, session
    if poll.closed_at is not None or not session.written or at > session.ends_at:
        raise Refusal(no("committee.nobody_to_remind", "Un rappel s’envoie pendant une consultation écrite."))
    voted = set(queries.current_ballots(poll=poll))
    scene = queries.scene_of_poll(poll, close_at=at)
    people = {
        person
        for bench in scene.seats
        if bench.voting and bench.seat not in voted
        for person in may_write(bench, scene.recused)
    }
    post(
        event="committee.vote_asked",
        to=people,
        at=at,
        subject="Rappel : votre voix est attendue",
        body=f"{item.title}\n\n{poll.motion}",
        link=f"/comites/{session.committee_id}/seances/",
    )
    remember(
        session, "undecided_reminded", f"a relancé les membres qui n’ont pas voté : {len(people)}.", by=by, at=at, poll=poll.pk
    )
    return len(people)


@transaction.atomic
def void(*, poll: Poll, because: str, by: Person, at: datetime) -> Voiding:
    """Sign the voiding of a closed poll. It takes two people; the poll stays in the record, and the next one links to it.

    Raises:
        Refusal: without a reason, when the poll is open or void already, this person signed, or the matter is concluded.
    """
    session, item = _locked(poll.item)
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
    if poll.voidings.filter(by=by).exists():
        raise Refusal(no("committee.second_person", "Vous avez déjà signé : une autre personne doit signer à son tour."))
    voiding = Voiding.objects.create(poll=poll, by=by, because=because.strip(), at=at)
    whole = queries.is_void(poll=poll)
    word = "a annulé, en second," if whole else "a demandé d’annuler"
    summary = f"{word} le scrutin « {poll.motion} » ({item.title}). {because.strip()}"
    remember(session, "poll_voided" if whole else "voiding_signed", summary, by=by, at=at, poll=poll.pk)
    return voiding


@transaction.atomic
def conclude(*, item: Item, by: Person, at: datetime) -> Decision | None:
    """Conclude a matter: what was adopted takes effect. Without an adopted motion, nothing is decided, and it is said.

    Raises:
        Refusal: when the matter is not open, a poll is open on it, or the step that the decision commands is refused.
    """
    session, item = _locked(item)
    if item.opened_at is None or item.is_over:
        raise Refusal(no("committee.item_not_open", "Ce point n’est pas ouvert."))
    if item.polls.filter(closed_at__isnull=True).exists():
        raise Refusal(no("committee.poll_open", "Un scrutin est ouvert sur ce point : clôturez-le d’abord."))
    poll = queries.adopted(item=item)
    decision = None
    if poll is not None and item.journey is not None and poll.closed_at is not None:
        decision = record_decision(
            journey=item.journey,
            outcome=Outcome(poll.outcome),
            decided_on=paris_day(poll.closed_at),
            conditions=poll.conditions,
            reasons=poll.reasons,
            by=by,
            at=at,
        )
    item.concluded_at, item.decision = at, decision
    item.save(update_fields=["concluded_at", "decision"])
    what = f"adopté : {poll.motion}" if poll else "rien n’est adopté"
    remember(session, "item_concluded", f"a conclu le point « {item.title} » : {what}.", by=by, at=at, item=item.pk)
    return decision


def _voided(item: Item) -> Poll | None:
    """The last poll of a matter, when it was voided and nothing replaced it yet."""
    last = item.polls.order_by("-number").first()
    return last if last is not None and queries.is_void(poll=last) else None


def _locked(item: Item) -> tuple[Session, Item]:
    """A matter and its session, locked in this order."""
    session = (
        Session.objects.select_for_update(of=("self",), no_key=True)
        .select_related("committee", "designated")
        .get(pk=item.session_id)
    )
    found = Item.objects.select_for_update(of=("self",), no_key=True).select_related("journey__landlord").get(pk=item.pk)
    found.session = session
    return session, found
