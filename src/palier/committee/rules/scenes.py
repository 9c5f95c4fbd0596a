"""A poll as it was recorded, before any derivation: who holds each seat, who came and went, who is recused, the ballots.

Who sits, who presides, the quorum and the count all follow from a scene. The database derives and counts it a second time, in
SQL written apart (migration 0004), and a poll only closes when the two agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from palier.committee.rules.seats import Hold, Holder, Office, Place, Recusal, place
from palier.committee.rules.tally import Chair, Choice, Roll, Tally, tally
from palier.committee.rules.terms import Matter, Terms, parse


@dataclass(frozen=True, slots=True)
class Bench:
    """A seat as recorded: its mandates in force, the office of its titular, and the proxy it gave."""

    seat: int
    voting: bool
    holders: tuple[Holder, ...]
    office: Office | None = None
    proxy: tuple[int, int] | None = None
    """Who gave it and who carries it, persons both."""


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody comes in or goes out, at an instant (any whole unit, the same in the whole scene)."""

    person: int
    inside: bool
    at: int


@dataclass(frozen=True, slots=True)
class Cast:
    """What stands as the ballot of a seat: by whom, what."""

    seat: int
    person: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything recorded that a count may use. Instants share one unit.

    Who was in the room when the matter opened comes first, gone out meanwhile or not, so long as they are back when the poll
    opens; who came since displaces nobody, and sits only for a seat that nobody else holds. In a written consultation nobody is in a room: a seat is there when it has voted, by any of its holders; those who
    joined it since the poll opened are among them, ranked from ``JOINED``.
    """

    terms: Terms
    matter: Matter
    seats: tuple[Bench, ...]
    moves: tuple[Move, ...] = ()
    recused: Mapping[int, Recusal] = field(default_factory=dict)
    ballots: tuple[Cast, ...] = ()
    matter_at: int = 0
    poll_at: int = 0
    close_at: int = 0
    opened: int = 0
    second: bool = False
    written: bool = False
    spares: bool = False
    """Whether the motion leaves the label as it is, or gives it back."""
    designated: int | None = None
    """The person chosen to preside when neither president nor vice-president sits."""


def in_room(moves: Iterable[Move], *, at: int) -> dict[int, int]:
    """Who is in the room at an instant, included, with the number of the move that began their stay. Moves come in their order."""
    inside: dict[int, int] = {}
    for number, move in enumerate(moves, 1):
        if move.at > at:
            continue
        if move.inside:
            inside.setdefault(move.person, number)  # who goes on otherwise has been there since before
        else:
            inside.pop(move.person, None)
    return inside


def roll_of(scene: Scene) -> Roll:
    """The seats of the poll: who may vote for each, who presides."""
    voted = {ballot.seat: ballot.person for ballot in scene.ballots}
    if scene.written:
        places = {bench.seat: _written(bench, scene.recused, voted.get(bench.seat)) for bench in scene.seats}
    else:
        first, here = in_room(scene.moves, at=scene.matter_at), in_room(scene.moves, at=scene.poll_at)
        late = {person: came for person, came in here.items() if person not in first}
        places = {bench.seat: place(bench.holders, present=here, recused=scene.recused, late=late) for bench in scene.seats}
    sitting = {there.person for there in places.values() if there.hold is Hold.SITS}
    presides = _presiding(scene, places)
    chairs = {
        bench.seat: _chair(bench, places[bench.seat], sitting, scene.recused, presides=bench.seat == presides)
        for bench in scene.seats
    }
    return Roll(chairs, opened=scene.opened, second=scene.second)


def count(scene: Scene) -> Tally:
    """Derive the roll of a scene and count its ballots.

    Raises:
        ValueError: when a seat that may not vote has a ballot, or somebody voted in another's place.
    """
    roll = roll_of(scene)
    for ballot in scene.ballots:
        if ballot.seat in roll.seats and roll.seats[ballot.seat].person != ballot.person:
            raise ValueError(f"seat {ballot.seat} was voted by {ballot.person}, who does not sit for it")
    return tally(
        scene.terms, scene.matter, roll, {b.seat: b.choice for b in scene.ballots}, left=left(scene, roll), spares=scene.spares
    )


def left(scene: Scene, roll: Roll) -> frozenset[int]:
    """The seats whose sitter is out of the room at the close."""
    if scene.written:
        return frozenset()
    still = in_room(scene.moves, at=scene.close_at)
    return frozenset(seat for seat, chair in roll.seats.items() if chair.person is not None and chair.person not in still)


def parse_scene(data: Mapping[str, Any]) -> Scene:
    """A scene from its record, as a closed poll keeps it."""
    return Scene(
        terms=parse(data["terms"]),
        matter=Matter(data["matter"]),
        seats=tuple(
            Bench(
                seat["seat"],
                seat["voting"],
                tuple(Holder(rank, person) for rank, person in seat["holders"]),
                Office(seat["office"]) if seat["office"] else None,
                tuple(seat["proxy"]) if seat["proxy"] else None,
            )
            for seat in data["seats"]
        ),
        moves=tuple(Move(person, inside == "in", at) for person, inside, at in data["moves"]),
        recused={person: Recusal(reach) for person, reach in data["recused"]},
        ballots=tuple(Cast(seat, person, Choice(choice)) for seat, person, choice in data["ballots"]),
        **{key: data[key] for key in _PLAIN if key in data},
    )


def as_record(scene: Scene, terms: Mapping[str, Any]) -> dict[str, Any]:
    """A scene as plain data; ``terms`` as they were published."""
    return {
        "terms": dict(terms),
        "matter": scene.matter.value,
        "seats": [
            {
                "seat": bench.seat,
                "voting": bench.voting,
                "office": bench.office.value if bench.office else None,
                "holders": [[holder.rank, holder.person] for holder in bench.holders],
                "proxy": list(bench.proxy) if bench.proxy else None,
            }
            for bench in scene.seats
        ],
        "moves": [[move.person, "in" if move.inside else "out", move.at] for move in scene.moves],
        "recused": [[person, reach.value] for person, reach in sorted(scene.recused.items())],
        "ballots": [[ballot.seat, ballot.person, ballot.choice.value] for ballot in scene.ballots],
        **{key: getattr(scene, key) for key in _PLAIN},
    }


_PLAIN = ("matter_at", "poll_at", "close_at", "opened", "second", "written", "designated", "spares")


JOINED = 1000
"""Rank of the first who joined a seat while a poll in writing ran: they give its voice, and no office of who held it before."""


def joined(bench: Bench, since: Iterable[Holder]) -> Bench:
    """A seat with those who joined it since its poll opened, after those who were there."""
    there = {holder.person for holder in bench.holders}
    ranks: dict[int, int] = {}
    for holder in sorted(since):
        if holder.person not in there:
            ranks.setdefault(holder.person, holder.rank + JOINED)
    return replace(bench, holders=bench.holders + tuple(sorted(Holder(rank, person) for person, rank in ranks.items())))


def stands(before: int | None, person: int, able: Collection[int]) -> bool:
    """Whether a ballot that one person gave for a seat in writing stands against another: as long as its voter holds the seat.

    ``able`` are those who may give its voice now. The voice belongs to the seat: who holds it after them may change it.
    """
    return before is not None and before != person and before in able


def may_write(scene: Scene) -> dict[int, frozenset[int]]:
    """Who may vote for each seat in a written consultation, until one of them has."""
    chair = _chair_in_writing(scene)
    return {bench.seat: _able(bench, scene.recused) - _hushed(scene, bench, chair) for bench in scene.seats if bench.voting}


def _hushed(scene: Scene, bench: Bench, chair: int | None) -> frozenset[int]:
    """The vice-president, where the terms give no voice to who does not preside."""
    if scene.terms.vice_votes or bench.office is not Office.VICE_PRESIDENT or bench.seat == chair:
        return frozenset()
    return frozenset(holder.person for holder in bench.holders if not holder.rank)


def _able(bench: Bench, recused: Mapping[int, Recusal]) -> frozenset[int]:
    """The holders of a seat who are not recused; none once its recusal is institutional."""
    if any(recused.get(holder.person) is Recusal.INSTITUTIONAL for holder in bench.holders):
        return frozenset()
    return frozenset(holder.person for holder in bench.holders if holder.person not in recused)


def _chair_in_writing(scene: Scene) -> int | None:
    """The seat that presides a written consultation: the president's, or else the vice-president's, unless recused."""
    for office in (Office.PRESIDENT, Office.VICE_PRESIDENT):
        for bench in scene.seats:
            titular = next((holder.person for holder in bench.holders if not holder.rank), None)
            if bench.office is office and titular in _able(bench, scene.recused):
                return bench.seat
    return None


def _written(bench: Bench, recused: Mapping[int, Recusal], voter: int | None) -> Place:
    """A seat in a written consultation: there once it has voted."""
    able = _able(bench, recused)
    if voter in able:
        return Place(Hold.SITS, voter, next(h.rank for h in bench.holders if h.person == voter))
    return Place(Hold.VACANT if able or not bench.holders else Hold.RECUSED)


def _presiding(scene: Scene, places: Mapping[int, Place]) -> int | None:
    """The seat that presides: the president's or else the vice-president's, in person; else that of the one designated."""
    if scene.written:
        chair = _chair_in_writing(scene)
        return None if chair is None or places[chair].substituted else chair
    for office in (Office.PRESIDENT, Office.VICE_PRESIDENT):
        for bench in scene.seats:
            there = places[bench.seat]
            if bench.office is office and there.hold is Hold.SITS and not there.substituted:
                return bench.seat
    sat = (seat for seat, there in places.items() if there.hold is Hold.SITS and there.person == scene.designated)
    return next(sat, None) if scene.designated is not None else None


def _chair(bench: Bench, there: Place, sitting: set[int | None], recused: Mapping[int, Recusal], *, presides: bool) -> Chair:
    """A seat on the roll. A substitute of the vice-president is no vice-president."""
    hold, person = there.hold, there.person
    if hold is Hold.VACANT and bench.proxy is not None:
        giver, carrier = bench.proxy
        if giver not in recused and carrier in sitting:
            hold, person = Hold.PROXY, carrier
    vice = bench.office is Office.VICE_PRESIDENT and not there.substituted
    return Chair(hold=hold, voting=bench.voting, presides=presides, vice=vice, person=person)
