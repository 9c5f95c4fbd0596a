"""The room of a session, as its screen shows it: the agenda, the matter under way, one line a seat. Two SQL queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, JSONObject, TruncDate

from palier.calendar import PARIS
from palier.committee.models import (
    Ballot,
    Declaration,
    Item,
    Mandate,
    Move,
    Poll,
    Proxy,
    Recusal,
    RollLine,
    Seat,
    Session,
    Tenure,
    TermsVersion,
    Voiding,
)
from palier.committee.queries.composing import terms_in
from palier.committee.queries.polls import VOIDING_SIGNATURES, Signature, ticks
from palier.committee.queries.recusals import recused_items
from palier.committee.queries.sessions import items, sessions
from palier.committee.rules import effects, scenes
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.seats import Hold, Holder, Office, place
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.tally import Choice, Quorum, Result, Roll, missed, quorum
from palier.committee.rules.terms import Matter, Terms
from palier.directory.models import Person, dated
from palier.directory.rules import Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who may sit: where they are, what they declared on the matter, whether they are kept out of it."""

    mandate: int
    person: int
    name: str
    rank: int
    inside: bool
    remote: bool
    said: Interest | None
    out: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A seat on the screen. ``choice`` is told once the poll is closed, and never where the ballot is secret."""

    seat: int
    number: int
    body: str
    voting: bool
    office: Office | None
    members: tuple[Member, ...]
    hold: Hold
    sitter: Member | None
    presides: bool
    awaited: bool
    """Whether its voice is asked in the poll shown."""
    voted: bool
    choice: Choice | None
    conditions: str = ""
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """A poll on the screen."""

    pk: int
    number: int
    motion: str
    outcome: str
    effect: tuple[tuple[str, str], ...]
    """What takes effect if it is adopted, in words."""
    reasons: str
    opened_at: datetime
    closed_at: datetime | None
    result: Result | None
    sentence: str
    signatures: tuple[Signature, ...]
    """Who asks for its voiding."""
    replaces: int | None
    """The number of the voided poll held again by this one."""
    terms: Terms
    """Those that it was opened under, whatever was published since."""

    @property
    def void(self) -> bool:
        """Whether two people have voided it."""
        return len(self.signatures) >= VOIDING_SIGNATURES


@dataclass(frozen=True, slots=True)
class Point:
    """A matter of the agenda; nothing but its title is for who is kept out of it."""

    item: Item
    closed_to_me: bool
    votes: tuple[Vote, ...]
    missed: bool = False
    """Whether it missed its quorum where the session left it: when it was concluded, or at the session's end."""

    @property
    def vote(self) -> Vote | None:
        """Its last poll."""
        return self.votes[-1] if self.votes else None

    @property
    def standing(self) -> Vote | None:
        """Its last poll, unless it was voided."""
        return None if self.vote is None or self.vote.void else self.vote

    @property
    def voided(self) -> tuple[Vote, ...]:
        """Its polls that two people have voided."""
        return tuple(vote for vote in self.votes if vote.void)

    @property
    def contested(self) -> tuple[Vote, ...]:
        """Its polls whose voiding waits for a second signature, while it may still be signed."""
        return tuple(vote for vote in self.votes if self.under_way and vote.signatures and not vote.void)

    @property
    def result(self) -> Result | None:
        """How its last poll ended, if any stands."""
        closed = (vote.result for vote in reversed(self.votes) if vote.closed_at is not None and not vote.void)
        return next(closed, None)

    @property
    def left(self) -> bool:
        """Whether a second convocation would hold it again: not concluded, or concluded without a decision for want of quorum."""
        return not self.item.is_over or (
            self.item.concluded_at is not None and self.missed and self.result is not Result.ADOPTED
        )

    @property
    def under_way(self) -> bool:
        """Whether it is open."""
        return self.item.opened_at is not None and not self.item.is_over


@dataclass(frozen=True, slots=True)
class Room:
    """A session as its screen shows it."""

    session: Session
    terms: Terms | None
    points: tuple[Point, ...]
    point: Point | None
    """The matter shown: the one asked for, else the one under way."""
    lines: tuple[Line, ...]
    """None of them when the matter is closed to who looks."""
    quorum: Quorum | None
    proxies: tuple[Mapping[str, Any], ...]

    @property
    def voted(self) -> int:
        """How many of the voices asked have come."""
        return sum(line.voted for line in self.lines)

    @property
    def awaited(self) -> int:
        """How many voices are asked."""
        return sum(line.awaited for line in self.lines)

    @property
    def undecided(self) -> list[int]:
        """The numbers of the seats whose voice is still to come."""
        return [line.number for line in self.lines if line.awaited and not line.voted]


def room(
    *, person: Person, roles: frozenset[Role], on: date, committee: int, number: int, item: int | None = None
) -> Room | None:
    """The room of a session that a person may follow, on a matter of its agenda or on the one under way; None if there is none.

    Two SQL queries, whatever the number of seats, matters and ballots.
    """
    followed = sessions(person=person, roles=roles, on=on).filter(committee=committee, number=number)
    session = _with_seats(followed, on).first()
    if session is None:
        return None
    shown = {"item__concluded_at__isnull": True} if item is None else {"item__pk": item}
    terms = terms_in(session.terms_) if session.terms_ else None
    points = tuple(_point(session, terms, one) for one in _with_votes(session, person, shown))
    wanted = (p.item.pk == item if item is not None else p.under_way and not session.written for p in points)
    point = next((p for p, is_it in zip(points, wanted, strict=True) if is_it), None)
    if item is not None and point is None:
        return None
    given = tuple(session.proxies_)
    if point is not None and point.closed_to_me:
        return Room(session, terms, points, point, (), None, given)
    lines, found = _lines(session, terms, point)
    return Room(session, terms, points, point, lines, found, given)


def _array(rows: QuerySet[Any], **fields: str) -> ArraySubquery:
    return ArraySubquery(rows.values(one=JSONObject(**fields)))


def _with_seats(found: QuerySet[Session], on: date) -> QuerySet[Any]:
    """Sessions with the seats, mandates, offices and terms of their day, and who came and went.

    In writing, the mandates are those of a day ``on`` of the consultation, with those that voted.
    """
    day: Any = OuterRef("day")

    of_day = dated(day) & Q(committee=OuterRef("committee"))
    here = OuterRef("pk")
    in_force = TermsVersion.objects.filter(
        committee=OuterRef("committee"), published_at__isnull=False, effective_from__lte=day
    ).order_by("-effective_from", "-number")
    until = Greatest("day", Coalesce(TruncDate("closed_at", tzinfo=PARIS), on))
    later: Any = OuterRef("until")
    voted = Ballot.objects.filter(poll__item__session=OuterRef(OuterRef("pk"))).values("mandate")
    written = ExpressionWrapper(OuterRef("written"), BooleanField())
    may_sit = (Q(written=True) & (dated(later) | Q(pk__in=voted))) | (Q(written=False) & dated(day))
    return (
        found.annotate(day=TruncDate("starts_at", tzinfo=PARIS))
        .annotate(until=until)
        .annotate(
            seats_=_array(
                Seat.objects.filter(of_day).order_by("number"), pk="pk", number="number", voting="voting", body="body__name"
            ),
            members_=_array(
                Mandate.objects.annotate(written=written)
                .filter(may_sit, committee=OuterRef("committee"))
                .order_by("rank", "starts_on"),
                pk="pk",
                seat="seat",
                person="person",
                name="person__name",
                rank="rank",
                starts_on="starts_on",
            ),
            offices_=_array(Tenure.objects.filter(of_day), seat="mandate__seat", office="office"),
            moves_=_array(
                Move.objects.filter(session=here).order_by("pk"),
                mandate="mandate",
                person="mandate__person",
                inside="inside",
                remote="remote",
                at="at",
            ),
            proxies_=_array(
                Proxy.objects.filter(session=here, withdrawn_at__isnull=True).order_by("pk"),
                pk="pk",
                seat="giver__seat",
                giver="giver__person",
                carrier="carrier__person",
                giver_name="giver__person__name",
                carrier_name="carrier__person__name",
            ),
            terms_=Subquery(in_force.values("data")[:1]),
        )
    )


def _with_votes(session: Session, person: Person, shown: Mapping[str, Any]) -> QuerySet[Any]:
    """The agenda with its polls; the declarations, rolls and ballots of the matters shown alone."""
    signed = Voiding.objects.filter(poll=OuterRef("pk"), taken_back_at__isnull=True).order_by("pk")
    signatures = _array(signed, pk="pk", by="by", name="by__name", because="because", at="at")
    polls = Poll.objects.filter(item=OuterRef("pk")).annotate(signatures=signatures).order_by("number")
    said = Declaration.objects.filter(item=OuterRef("pk"), **shown).order_by("pk")
    its = Q(poll__item=OuterRef("pk"), **{f"poll__{name}": value for name, value in shown.items()})
    return items(session=session).annotate(
        closed_to_me=Exists(recused_items(person=person).filter(pk=OuterRef("pk")).order_by()),
        votes_=_array(
            polls,
            pk="pk",
            number="number",
            motion="motion",
            outcome="outcome",
            effect="effect",
            reasons="reasons",
            opened_at="opened_at",
            closed_at="closed_at",
            result="result",
            sentence="sentence",
            signatures="signatures",
            replaces="replaces__number",
            terms="terms__data",
        ),
        said_=_array(said, mandate="mandate", interest="interest"),
        out_=_array(
            Recusal.objects.filter(item=OuterRef("pk"), lifted_at__isnull=True),
            person="mandate__person",
            seat="mandate__seat",
            reach="reach",
        ),
        roll_=_array(
            RollLine.objects.filter(its).order_by("pk"),
            poll="poll",
            closing="closing",
            seat="seat",
            hold="hold",
            mandate="mandate",
            presides="presides",
            may_vote="may_vote",
        ),
        ballots_=_array(
            Ballot.objects.filter(its).order_by("pk"),
            poll="poll",
            seat="seat",
            by="by",
            choice="choice",
            conditions="conditions",
            reasons="reasons",
        ),
    )


def _point(session: Any, terms: Terms | None, item: Any) -> Point:
    point = Point(item, item.closed_to_me, tuple(_vote(vote) for vote in item.votes_))
    ended, found = item.concluded_at or session.closed_at, None
    if ended is None or terms is None:
        return point
    if not session.written:
        found = quorum(terms, _roll(session, terms, point, since=ended, at=ended))
    return replace(point, missed=missed(point.result, found, before=item.missed_id is not None))


def _vote(row: Mapping[str, Any]) -> Vote:
    closed = row["closed_at"]
    return Vote(
        **{key: row[key] for key in ("pk", "number", "motion", "outcome", "reasons", "sentence", "replaces")},
        signatures=tuple(Signature(**one | {"at": datetime.fromisoformat(one["at"])}) for one in row["signatures"]),
        effect=tuple(effects.lines(effects.parse(row["effect"]))),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        closed_at=datetime.fromisoformat(closed) if closed else None,
        result=Result(row["result"]) if row["result"] else None,
        terms=terms_in(row["terms"]),
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """What becomes of a seat, as the screen is drawn from it."""

    hold: Hold
    person: int | None = None
    presides: bool = False
    awaited: bool = False


def _lines(session: Any, terms: Terms | None, point: Point | None) -> tuple[tuple[Line, ...], Quorum | None]:
    members = _members(session, point)
    vote = point.standing if point else None
    terms = vote.terms if vote else terms
    roll = None
    if point and terms and point.item.opened_at and not session.written:
        last = max([point.item.opened_at, *(datetime.fromisoformat(move["at"]) for move in session.moves_)])
        polled = vote.opened_at if vote else point.item.concluded_at or last
        roll = _roll(session, terms, point, since=point.item.opened_at, at=polled)
    if point is not None and vote is not None:
        held = _frozen(point, vote, members)
    elif roll is not None:
        held = {seat: _Held(chair.hold, chair.person, chair.presides) for seat, chair in roll.seats.items()}
    else:
        held = _here(session, point)
    item: Any = point.item if point else None
    standing = {row["seat"]: row for row in item.ballots_ if row["poll"] == vote.pk} if vote else {}
    told = vote is not None and vote.closed_at is not None and not vote.terms.secret
    offices = {row["seat"]: Office(row["office"]) for row in session.offices_}
    lines = []
    running = session.written and vote is not None and vote.closed_at is None
    joined = {row["seat"] for row in session.members_ if date.fromisoformat(row["starts_on"]) > session.day}
    for seat in session.seats_:
        at, ballot = held.get(seat["pk"], _Held(Hold.VACANT)), standing.get(seat["pk"])
        people = tuple(members[seat["pk"]])
        voter = ballot["by"] if ballot else at.person
        everybody = (m for some in members.values() for m in some)
        lines.append(
            Line(
                seat=seat["pk"],
                number=seat["number"],
                body=seat["body"],
                voting=seat["voting"],
                office=offices.get(seat["pk"]),
                members=people,
                hold=at.hold,
                sitter=next((m for m in everybody if m.person == voter), None) if voter is not None else None,
                presides=at.presides,
                awaited=at.awaited or (running and seat["pk"] in joined and any(not m.out for m in people)),
                voted=ballot is not None,
                choice=Choice(ballot["choice"]) if ballot and told else None,
                conditions=ballot["conditions"] if ballot and told else "",
                reasons=ballot["reasons"] if ballot and told else "",
            )
        )
    return tuple(lines), quorum(terms, roll) if terms and roll else None


def _members(session: Any, point: Point | None) -> dict[int, list[Member]]:
    """Who may sit, by seat, in the order of call."""
    inside = {row["mandate"]: row for row in session.moves_}  # the last move stands
    item: Any = point.item if point else None
    said = {row["mandate"]: Interest(row["interest"]) for row in item.said_} if item else {}
    out = {row["person"] for row in item.out_} if item else set()
    emptied = {row["seat"] for row in item.out_ if row["reach"] == Reach.INSTITUTIONAL} if item else set()
    found: dict[int, list[Member]] = defaultdict(list)
    for row in session.members_:
        last = inside.get(row["pk"], {"inside": False, "remote": False})
        found[row["seat"]].append(
            Member(
                mandate=row["pk"],
                person=row["person"],
                name=row["name"],
                rank=row["rank"],
                inside=last["inside"],
                remote=last["inside"] and last["remote"],
                said=said.get(row["pk"]),
                out=row["person"] in out or row["seat"] in emptied,
            )
        )
    return found


def _frozen(point: Point, vote: Vote, members: Mapping[int, list[Member]]) -> dict[int, _Held]:
    """What a poll froze of each seat: at its opening while it is open, at its close afterwards."""
    item: Any = point.item
    of_mandate = {m.mandate: m.person for some in members.values() for m in some}
    asked = {row["seat"]: row["may_vote"] for row in item.roll_ if row["poll"] == vote.pk and not row["closing"]}
    closing = vote.closed_at is not None
    return {
        row["seat"]: _Held(
            Hold(row["hold"]),
            of_mandate.get(row["mandate"]),
            row["presides"],
            asked.get(row["seat"], False),
        )
        for row in item.roll_
        if row["poll"] == vote.pk and row["closing"] == closing
    }


def _roll(session: Any, terms: Terms, point: Point, *, since: datetime, at: datetime) -> Roll:
    """The roll of a matter, were it opened at one instant and put to the vote at another."""
    item: Any = point.item
    offices = {row["seat"]: Office(row["office"]) for row in session.offices_}
    carried = {row["seat"]: (row["giver"], row["carrier"]) for row in session.proxies_}
    holders = _holders(session)
    moves = tuple(scenes.Move(row["person"], row["inside"], ticks(datetime.fromisoformat(row["at"]))) for row in session.moves_)
    scene = scenes.Scene(
        terms=terms,
        matter=Matter(item.matter),
        seats=tuple(
            scenes.Bench(one["pk"], one["voting"], holders[one["pk"]], offices.get(one["pk"]), carried.get(one["pk"]))
            for one in session.seats_
        ),
        moves=moves,
        recused=_recused(point),
        matter_at=ticks(since),
        poll_at=ticks(at),
        opened=session.opened_seats or 0,
        second=item.missed_id is not None,
        designated=session.designated.person_id if session.designated else None,
    )
    return scenes.roll_of(scene)


def _here(session: Any, point: Point | None) -> dict[int, _Held]:
    """Who would sit with those who are in the room."""
    last = {row["person"]: row["inside"] for row in session.moves_}
    here = {person for person, inside in last.items() if inside}
    recused = _recused(point)
    places = {seat: place(some, present=here, recused=recused) for seat, some in _holders(session).items()}
    return {seat: _Held(there.hold, there.person) for seat, there in places.items()}


def _holders(session: Any) -> dict[int, tuple[Holder, ...]]:
    found: dict[int, list[Holder]] = defaultdict(list)
    for row in session.members_:
        found[row["seat"]].append(Holder(row["rank"], row["person"]))
    return defaultdict(tuple, {seat: tuple(some) for seat, some in found.items()})


def _recused(point: Point | None) -> dict[int, Reach]:
    item: Any = point.item if point else None
    return {row["person"]: Reach(row["reach"]) for row in item.out_} if item else {}
