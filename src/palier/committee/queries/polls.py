"""Polls: what is recorded of them, as the counters read it, and what stands as each seat's ballot."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from palier.audits import queries as audits
from palier.calendar import paris_day
from palier.committee.models import Ballot, Item, Mandate, Move, Poll, Proxy, RollLine, Seat, Session, Tenure, Voiding
from palier.committee.queries.recusals import recused
from palier.committee.rules import scenes
from palier.committee.rules.outcomes import OF_EVOLUTION, OF_MINUTES, SPARING, Outcome, of_accreditation, possible
from palier.committee.rules.seats import Holder, Office
from palier.committee.rules.tally import Choice, Result, missed, quorum
from palier.committee.rules.terms import Matter, Terms
from palier.directory.models import Person, dated
from palier.label.rules.stages import Stage
from palier.ledger import queries as ledger
from palier.verdict import YES, Verdict, no

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ticks(at: datetime) -> int:
    """An instant in whole microseconds, as scenes count time."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def ballots_of(*, poll: Poll) -> QuerySet[Ballot]:
    """Every ballot of a poll, all versions, in the order in which they were cast."""
    return Ballot.objects.filter(poll=poll).order_by("pk")


def current_ballots(*, poll: Poll) -> dict[int, Ballot]:
    """What stands as the ballot of each seat, by seat, in the order of their ids."""
    last = Ballot.objects.filter(poll=poll).order_by("seat_id", "-version").distinct("seat_id")
    return {ballot.seat_id: ballot for ballot in last}


def is_void(*, poll: Poll) -> bool:
    """Whether two people have voided a poll."""
    return signatures(poll=poll).count() >= VOIDING_SIGNATURES


def signatures(*, poll: Poll) -> QuerySet[Voiding]:
    """Who asks that a poll be voided, those who took it back left out."""
    return poll.voidings.filter(taken_back_at__isnull=True).select_related("by").order_by("pk")


def settled(*, item: Item) -> Verdict:
    """Whether no poll of a matter waits for the second signature of its voiding: nothing is concluded over it unawares."""
    standing = Voiding.objects.filter(poll__item=item, taken_back_at__isnull=True).select_related("by", "poll").order_by("pk")
    signed = Counter(one.poll_id for one in standing)
    one = next((one for one in standing if signed[one.poll_id] < VOIDING_SIGNATURES), None)
    if one is None:
        return YES
    return no(
        "committee.voiding_waits",
        f"{one.by.name} demande l’annulation du scrutin {one.poll.number} : qu’une autre personne la signe ou l’écarte, "
        "ou que cette demande soit retirée, avant d’aller plus loin.",
    )


VOIDING_SIGNATURES = 2


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody who asks that a poll be voided, and why."""

    pk: int
    by: int
    name: str
    because: str
    at: datetime


def outcomes(*, item: Item, on: date) -> tuple[Outcome, ...]:
    """What may be decided on a matter, as things stand on a day; nothing on a free one."""
    if item.journey is not None:
        return possible(Stage(item.journey.stage))
    if item.rule_set_id or item.grid:
        return OF_EVOLUTION
    if item.minutes_of_id:
        return OF_MINUTES
    if item.accreditation is not None:
        return of_accreditation(audits.as_rule(item.accreditation).standing(on), dated=bool(item.proposal))
    return of_accreditation(None, dated=True) if item.candidate_id else ()


def adopted(*, item: Item) -> Poll | None:
    """The poll that adopted something on a matter, unless it was voided."""
    found = item.polls.filter(result=Result.ADOPTED).order_by("-number")
    return next((poll for poll in found if not is_void(poll=poll)), None)


def benches(*, session: Session, carried: bool) -> tuple[scenes.Bench, ...]:
    """The seats of a session on its day, by number, as scenes have them; ``carried`` with the proxies given."""
    on = paris_day(session.starts_at)
    held: dict[int, list[Holder]] = defaultdict(list)
    for seat, rank, person in Mandate.objects.filter(dated(on), committee=session.committee_id).values_list(
        "seat", "rank", "person"
    ):
        held[seat].append(Holder(rank, person))
    offices = dict(Tenure.objects.filter(dated(on), committee=session.committee_id).values_list("mandate__seat", "office"))
    given = Proxy.objects.filter(session=session, withdrawn_at__isnull=True) if carried else Proxy.objects.none()
    proxies = {
        seat: (giver, carrier) for seat, giver, carrier in given.values_list("giver__seat", "giver__person", "carrier__person")
    }
    seats = Seat.objects.filter(dated(on), committee=session.committee_id).order_by("number")
    return tuple(
        scenes.Bench(
            seat.pk,
            seat.voting,
            tuple(sorted(held[seat.pk])),
            Office(offices[seat.pk]) if seat.pk in offices else None,
            proxies.get(seat.pk),
        )
        for seat in seats
    )


def moves(*, session: Session) -> tuple[scenes.Move, ...]:
    """Who came and went in a session, in order."""
    rows = Move.objects.filter(session=session).order_by("pk").values_list("mandate__person", "inside", "at")
    return tuple(scenes.Move(person, inside, ticks(at)) for person, inside, at in rows)


def scene_of(*, item: Item, terms: Terms, poll_at: datetime, outcome: Outcome | None = None) -> scenes.Scene:
    """What is recorded of a matter that is open, should a poll on this outcome open on it now. Six SQL queries."""
    session = item.session
    if item.opened_at is None:
        raise ValueError("the matter is not open")
    return scenes.Scene(
        terms=terms,
        matter=Matter(item.matter),
        seats=benches(session=session, carried=not session.written),
        moves=moves(session=session),
        recused=recused(item=item),
        matter_at=ticks(item.opened_at),
        poll_at=ticks(poll_at),
        close_at=ticks(poll_at),
        opened=session.opened_seats or 0,
        second=item.missed_id is not None,
        written=session.written,
        spares=outcome in SPARING,
        designated=session.designated.person_id if session.designated else None,
    )


def missed_quorum(*, item: Item, terms: Terms, at: datetime) -> bool:
    """Whether a matter that a session left undecided missed its quorum there."""
    polls = item.polls.filter(closed_at__isnull=False).order_by("-number")
    last = next((Result(poll.result) for poll in polls if not is_void(poll=poll)), None)
    session, found = item.session, None
    if not session.written:
        ended = item.concluded_at or session.closed_at or at
        seen = copy(item)  # never opened, it is looked at as it would have opened at the end
        seen.opened_at = item.opened_at or ended
        scene = replace(scene_of(item=seen, terms=terms, poll_at=ended), matter_at=ticks(ended))
        found = quorum(terms, scenes.roll_of(scene))
    return missed(last, found, before=item.missed_id is not None)


def scene_of_poll(poll: Poll, *, close_at: datetime) -> scenes.Scene:
    """The scene of a poll as if it closed at an instant: as it opened, with the moves and ballots since. Two SQL queries.

    In writing, three: with those who joined a seat since, and hold it on that day or have voted for it.
    """
    current = current_ballots(poll=poll).values()
    opening = scenes.parse_scene(poll.opening)
    if opening.written:
        since = _joined(poll, paris_day(close_at))
        opening = replace(opening, seats=tuple(scenes.joined(bench, since[bench.seat]) for bench in opening.seats))
    return replace(
        opening,
        moves=moves(session=poll.item.session),
        ballots=tuple(scenes.Cast(b.seat_id, b.by_id, Choice(b.choice)) for b in current),
        close_at=ticks(close_at),
    )


def _joined(poll: Poll, on: date) -> dict[int, list[Holder]]:
    """Who holds each seat on a day, or has voted for it."""
    voted = Q(pk__in=Ballot.objects.filter(poll=poll).values("mandate"))
    found: dict[int, list[Holder]] = defaultdict(list)
    mandates = Mandate.objects.filter(dated(on) | voted, committee=poll.item.session.committee_id)
    for seat, rank, person in mandates.values_list("seat", "rank", "person"):
        found[seat].append(Holder(rank, person))
    return found


def writers(*, poll: Poll, at: datetime) -> dict[int, frozenset[int]]:
    """Who may give the voice of each seat in a written consultation at an instant: those who hold it that day, unless recused."""
    able = scenes.may_write(scene_of_poll(poll, close_at=at))
    held: dict[int, set[int]] = defaultdict(set)
    in_force = Mandate.objects.filter(dated(paris_day(at)), committee=poll.item.session.committee_id)
    for seat, person in in_force.values_list("seat", "person"):
        held[seat].add(person)
    return {seat: people & held[seat] for seat, people in able.items()}


def ballot_receipt(*, ballot: Ballot) -> dict[str, Any]:
    """The receipt of a ballot, for its voter: its line of the ledger with its proof, and what opens the seal written there."""
    receipt = ledger.receipt(number=ballot.entry, with_content=True)
    return receipt | {"sealed": {"said": ballot.said, "nonce": ballot.nonce}}


def voices(*, poll: Poll, person: Person, at: datetime) -> frozenset[int]:
    """The seats whose voice a person may give in a poll, were it open, at an instant."""
    if poll.item.session.written:
        return frozenset(seat for seat, people in writers(poll=poll, at=at).items() if person.pk in people)
    scene = scene_of_poll(poll, close_at=at)
    if person.pk not in scenes.in_room(scene.moves, at=scene.close_at):
        return frozenset()
    mine = RollLine.objects.filter(poll=poll, closing=False, may_vote=True, mandate__person=person)
    return frozenset(mine.values_list("seat", flat=True))


def second_scene(*, poll: Poll) -> dict[str, Any]:
    """The scene of a poll that opens, gathered a second time, in SQL alone (migration 0005)."""
    return _answer("SELECT committee_scene(%s)", [poll.pk])


def second_count(*, poll: Poll, close_at: datetime) -> dict[str, Any]:
    """What the second counter answers: moves, ballots and count in SQL alone (migrations 0004 and 0005)."""
    return _answer("SELECT committee_second_count(committee_closing(%s, %s))", [poll.pk, close_at])


def _answer(sql: str, args: list[Any]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, args)
        answer: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return answer
