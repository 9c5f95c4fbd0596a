"""Minutes written from the record: a pure function, that says what is recorded and nothing else.

The content is plain data: texts, whole numbers, booleans, lists and objects. Instants are written in the time of Paris. What has
a code has its French words beside it, so that the twin of the paper is read without Palier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from palier.calendar import PARIS
from palier.committee.rules.effects import lines
from palier.committee.rules.scenes import Scene, roll_of
from palier.committee.rules.seats import Hold, Recusal
from palier.committee.rules.tally import Choice, Quorum, Result, quorum
from palier.committee.rules.terms import Matter
from palier.minutes.rules import record

FORMAT = "palier.minutes/1"
RESULTS = {Result.ADOPTED: "Adopté", Result.REJECTED: "Rejeté", Result.NO_QUORUM: "Sans quorum"}
_WINS = {Result.ADOPTED: Choice.FOR, Result.REJECTED: Choice.AGAINST}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Texts:
    """What the référent adds to the record: a preamble, and the debates by position on the agenda."""

    preamble: str = ""
    debates: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corrected:
    """The signed version that this one corrects, and why."""

    version: int
    sha256: str
    because: str


def write(session: record.Session, texts: Texts, *, version: int = 1, corrects: Corrected | None = None) -> Content:
    """The minutes of a session."""
    return {
        "format": FORMAT,
        "version": version,
        "corrects": {"version": corrects.version, "sha256": corrects.sha256, "because": corrects.because} if corrects else None,
        "committee": session.committee,
        "session": {
            "number": session.number,
            "written": session.written,
            "second_of": session.first,
            "place": session.place,
            "terms": {"title": session.terms.title, "version": session.terms_number},
            "starts_at": _at(session.starts_at),
            "ends_at": _at(session.ends_at),
            "convened_at": _at(session.convened_at),
            "opened_at": _at(session.opened_at),
            "opened_seats": session.opened_seats,
            "closed_at": _at(session.closed_at),
            "lapse": _lapse(session, session.lapse) if session.lapse else None,
            "designated": session.designated[1] if session.designated else None,
        },
        "preamble": texts.preamble,
        "attendance": [_attendance(seat, session.moves) for seat in session.seats],
        "proxies": [
            {
                "giver": proxy.giver,
                "giver_seat": proxy.giver_seat,
                "carrier": proxy.carrier,
                "carrier_seat": proxy.carrier_seat,
                "given_at": _at(proxy.at),
                "withdrawn_at": _at(proxy.withdrawn_at),
            }
            for proxy in session.proxies
        ],
        "matters": [matter(session, item, texts.debates.get(item.position, "")) for item in session.items],
    }


def matter(session: record.Session, item: record.Item, debates: str = "") -> Content:
    """One matter: its documents, who took no part, its quorum all along, its polls, how it ended."""
    met = _met(session, item)
    return {
        "position": item.position,
        "matter": _term(item.matter),
        "title": item.title,
        "fate": _fate(item),
        "opened_at": _at(item.opened_at),
        "concluded_at": _at(item.concluded_at),
        "withdrawn_at": _at(item.withdrawn_at),
        "withdrawn_because": item.withdrawn_because,
        "documents": _documents(item.papers) if item.papers and session.lapse is None else None,
        "recusals": [_recusal(one) for one in item.recusals],
        "debates": debates,
        "quorum": met[0] if met else None,
        "quorum_changes": met[1:],
        "polls": [_poll(session, item, poll) for poll in item.polls],
        "decision": _decision(item.decision) if item.decision else None,
    }


def _lapse(session: record.Session, lapse: record.Lapse) -> Content:
    """Why a session never opened, and whether there were enough people among those who came."""
    return {
        "cancelled_at": _at(lapse.cancelled_at),
        "because": lapse.because,
        "again": lapse.again,
        "quorum": None if session.written else _quorum(quorum(session.terms, roll_of(_present(session)))),
    }


def _present(session: record.Session) -> Scene:
    """Who was in the room at the end of a session that never opened, nobody recused."""
    at = max((_ticks(move.at) for move in session.moves), default=_ticks(session.starts_at))
    here = {move.person: move.inside for move in session.scene_moves}
    came = sum(bench.voting and any(here.get(one.person) for one in bench.holders) for bench in session.benches)
    return _scene(
        session, Matter.OTHER, at, {}, opened=came, second=bool(session.items) and all(item.second for item in session.items)
    )


def _fate(item: record.Item) -> dict[str, str]:
    if item.withdrawn_at is not None:
        return {"code": "withdrawn", "label": "Retiré de l’ordre du jour"}
    if item.concluded_at is not None:
        return {"code": "concluded", "label": "Conclu"}
    if item.opened_at is not None:
        return {"code": "undecided", "label": "Ouvert, non conclu"}
    return {"code": "untouched", "label": "Non abordé"}


def _attendance(seat: record.Seat, moves: Iterable[record.Move]) -> Content:
    return {
        "seat": seat.number,
        "body": seat.body,
        "voting": seat.voting,
        "office": _term(seat.office) if seat.office else None,
        "people": [
            {
                "name": member.name,
                "rank": member.rank,
                "reply": _term(member.reply) if member.reply else None,
                "stays": _stays(move for move in moves if move.mandate == member.mandate),
            }
            for member in seat.members
        ],
    }


def _stays(moves: Iterable[record.Move]) -> list[Content]:
    """Each stay in the room; one that nobody ended lasts until the session closes, and its end is not written."""
    found: list[Content] = []
    for move in moves:
        if move.inside:
            if found and found[-1]["until_at"] is None:  # goes on, otherwise
                found[-1]["until_at"] = _at(move.at)
            found.append({"from_at": _at(move.at), "until_at": None, "remote": move.remote})
        elif found:
            found[-1]["until_at"] = _at(move.at)
    return found


def _documents(papers: record.Papers) -> Content:
    return {
        "sha256": papers.sha256,
        "frozen_at": _at(papers.frozen_at),
        "files": [{"title": one.title, "version": one.number, "sha256": one.sha256} for one in papers.papers],
    }


def _recusal(one: record.Recused) -> Content:
    return {
        "name": one.name,
        "seat": one.seat,
        "reach": _term(one.reach),
        "because": one.because,
        "at": _at(one.at),
        "lifted_at": _at(one.lifted_at),
        "lifted_because": one.lifted_because,
    }


def _met(session: record.Session, item: record.Item) -> list[Content]:
    """The quorum of a matter when it opened, then each time that it was lost or met again until the matter ended."""
    opened, ended = item.opened_at, item.concluded_at or item.withdrawn_at or session.closed_at
    if opened is None or session.written:
        return []
    changes = [move.at for move in session.moves] + [one.at for one in item.recusals]
    found: list[Content] = []
    for at in [opened, *sorted(at for at in changes if opened < at and (ended is None or at < ended))]:
        met = quorum(session.terms, roll_of(_sitting(session, item, at)))
        if not found or found[-1]["reached"] is not met.reached:
            found.append(_quorum(met) | {"at": _at(at)})
    return found


def _sitting(session: record.Session, item: record.Item, at: datetime) -> Scene:
    """Who sits on a matter that is open, at an instant."""
    assert item.opened_at is not None
    out = {one.person: one.reach for one in item.recusals if one.lifted_at is None and one.at <= at}
    scene = _scene(session, item.matter, _ticks(at), out, opened=session.opened_seats or 0, second=item.second)
    return replace(scene, matter_at=_ticks(item.opened_at))


def _scene(
    session: record.Session, matter: Matter, at: int, recused: dict[int, Recusal], *, opened: int, second: bool
) -> Scene:
    """A session at one instant."""
    return Scene(
        terms=session.terms,
        matter=matter,
        seats=session.benches,
        moves=session.scene_moves,
        recused=recused,
        matter_at=at,
        poll_at=at,
        close_at=at,
        opened=opened,
        second=second,
        designated=session.designated[0] if session.designated else None,
    )


def _ticks(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _quorum(found: Quorum) -> Content:
    return {"present": found.present, "needed": found.needed, "reached": found.reached, "sentence": found.sentence}


def _poll(session: record.Session, item: record.Item, poll: record.Poll) -> Content:
    secret = poll.scene.terms.secret
    again = next((one.number for one in item.polls if one.replaces == poll.number), None)
    return {
        "number": poll.number,
        "motion": poll.motion,
        "outcome": {"code": poll.outcome.value, "label": poll.outcome.about.label} if poll.outcome else None,
        "conditions": poll.conditions,
        "reasons": poll.reasons,
        "effect": [{"what": what, "how": how} for what, how in lines(replace(poll.effect, conditions=()))],
        "opened_at": _at(poll.opened_at),
        "opened_by": poll.opened_by,
        "closed_at": _at(poll.closed_at),
        "closed_by": poll.closed_by,
        "quorum": _quorum(quorum(poll.scene.terms, roll_of(poll.scene))),
        "result": {"code": poll.result.value, "label": RESULTS[poll.result]},
        "sentence": poll.sentence,
        "count": {name: poll.checked[name] for name in ("for", "against", "abstentions", "needed", "casting")},
        "secret": secret,
        "voices": _voices(session, poll, secret=secret),
        "void": poll.void,
        "voidings": [{"name": one.name, "because": one.because, "at": _at(one.at)} for one in poll.voidings],
        "replaces": poll.replaces,
        "replaced_by": again,
    }


def _voices(session: record.Session, poll: record.Poll, *, secret: bool) -> list[Content]:
    """The seats of a poll in their order: who sat for each, and its ballot, unless the ballot is secret.

    Who sits is what was frozen when the poll opened; in writing, a seat is there once it has voted.
    """
    cast = {} if secret else {ballot.seat: ballot for ballot in poll.ballots}
    opening, closing = ({line.seat: line for line in poll.roll if line.closing is which} for which in (False, True))
    lines = closing if poll.scene.written else opening
    return [
        _voice(seat, lines[seat.pk], closing.get(seat.pk), cast.get(seat.pk), poll.result)
        for seat in session.seats
        if seat.pk in lines
    ]


def _voice(
    seat: record.Seat, line: record.RollLine, closing: record.RollLine | None, ballot: record.Ballot | None, result: Result
) -> Content:
    said = ballot is not None and bool(ballot.conditions or ballot.reasons)
    return {
        "seat": seat.number,
        "body": seat.body,
        "hold": _term(line.hold),
        "name": line.name,
        "rank": line.rank,
        "presides": line.presides,
        "may_vote": line.may_vote,
        "left": closing is not None and line.hold is Hold.SITS and closing.hold is not Hold.SITS,
        "ballot": {
            "choice": _term(ballot.choice),
            "conditions": ballot.conditions,
            "reasons": ballot.reasons,
            "at": _at(ballot.at),
            "version": ballot.version,
            "line": ballot.line,
            "dissents": said and ballot.choice is not _WINS.get(result),
        }
        if ballot
        else None,
    }


def _decision(decision: record.Decision) -> Content:
    return {
        "code": decision.outcome.value,
        "label": decision.outcome.about.label,
        "decided_on": decision.decided_on.isoformat(),
        "conditions": decision.conditions,
        "reasons": decision.reasons,
    }


class _Labelled(Protocol):
    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...


def _term(one: _Labelled) -> dict[str, str]:
    return {"code": one.value, "label": one.label}


def _at(moment: datetime | None) -> str | None:
    """An instant in the time of Paris, to the second."""
    return moment.astimezone(PARIS).isoformat(timespec="seconds") if moment else None
