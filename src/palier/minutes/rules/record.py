"""What is recorded of a session that was held, as minutes are written from it: names resolved, nothing derived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from palier.committee.rules import scenes
from palier.committee.rules.agenda import Coming
from palier.committee.rules.effects import Effect
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.seats import Hold, Office, Recusal
from palier.committee.rules.tally import Choice, Result
from palier.committee.rules.terms import Matter, Terms


@dataclass(frozen=True, slots=True)
class Member:
    """A mandate in force on the day of the session; rank 0 is the titular."""

    mandate: int
    name: str
    rank: int
    reply: Coming | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of the committee on the day of the session."""

    pk: int
    number: int
    body: str
    voting: bool
    office: Office | None
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A member comes in or goes out."""

    mandate: int
    inside: bool
    remote: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Proxy:
    """The voice of an absent member, carried by another; both with their seat’s number."""

    giver: str
    giver_seat: int
    carrier: str
    carrier_seat: int
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recused:
    """A recusal, lifted or not."""

    person: int
    name: str
    seat: int
    reach: Recusal
    because: str
    at: datetime
    lifted_at: datetime | None
    lifted_because: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of the frozen file: a file, an approved report, the plan as handed in."""

    title: str
    number: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Papers:
    """The frozen file of a matter, by its fingerprint, and the documents that it names."""

    sha256: str
    frozen_at: datetime
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class RollLine:
    """What became of a seat when a poll opened, or when it closed."""

    closing: bool
    seat: int
    hold: Hold
    name: str
    rank: int | None
    presides: bool
    may_vote: bool


@dataclass(frozen=True, slots=True)
class Ballot:
    """The last version of a seat’s ballot, and the line of the ledger that holds it."""

    seat: int
    name: str
    choice: Choice
    conditions: str
    reasons: str
    at: datetime
    version: int
    line: int


@dataclass(frozen=True, slots=True)
class Voiding:
    """A signature under the voiding of a poll, and its reason."""

    name: str
    because: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Poll:
    """A closed poll; ``scene`` is what was counted, ``checked`` what the second counter answered, ``sentence`` what was said."""

    number: int
    motion: str
    outcome: Outcome | None
    conditions: str
    reasons: str
    effect: Effect
    opened_at: datetime
    opened_by: str
    closed_at: datetime
    closed_by: str
    result: Result
    sentence: str
    checked: Mapping[str, Any]
    scene: scenes.Scene
    void: bool
    replaces: int | None
    roll: tuple[RollLine, ...] = ()
    ballots: tuple[Ballot, ...] = ()
    voidings: tuple[Voiding, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a journey."""

    outcome: Outcome
    decided_on: date
    conditions: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Item:
    """A matter of the agenda."""

    position: int
    matter: Matter
    title: str
    opened_at: datetime | None
    concluded_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_because: str
    second: bool = False
    """Whether it has the quorum of a second convocation."""
    papers: Papers | None = None
    recusals: tuple[Recused, ...] = ()
    polls: tuple[Poll, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Lapse:
    """What is recorded of a session that never opened: its cancellation, or the session convened again in its place."""

    cancelled_at: datetime | None
    because: str
    again: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """A session that was convened; ``benches`` are its seats as scenes have them. ``lapse`` is why it was never opened."""

    committee: str
    number: int
    written: bool
    first: int | None
    starts_at: datetime
    ends_at: datetime
    place: str
    convened_at: datetime
    opened_at: datetime | None
    opened_seats: int | None
    closed_at: datetime | None
    designated: tuple[int, str] | None
    """Who presides where neither president nor vice-president sits: person and name."""
    terms: Terms
    terms_number: int
    seats: tuple[Seat, ...]
    benches: tuple[scenes.Bench, ...]
    scene_moves: tuple[scenes.Move, ...]
    moves: tuple[Move, ...]
    proxies: tuple[Proxy, ...]
    items: tuple[Item, ...]
    lapse: Lapse | None = None
