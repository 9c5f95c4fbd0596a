"""What the public may know of a label: its dated history, and where it stands on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from palier.committee.rules.origins import Origin
from palier.label.rules.rulesets import RuleSet

# A label that ends within so many days is said to be near its end.
NEAR = timedelta(days=90)


class Change(StrEnum):
    """What happens to a label, told by its date."""

    AWARDED = "awarded"
    CONFIRMED = "confirmed"
    RENEWED = "renewed"
    SUSPENDED = "suspended"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RESIGNED = "resigned"
    MERGED = "merged"

    @property
    def label(self) -> str:
        """In French, at the head of a line."""
        return _CHANGES[self][0]

    @property
    def shape(self) -> str:
        """The state shape that stands before its word."""
        return _CHANGES[self][1]


_CHANGES = {
    Change.AWARDED: ("Label attribué", "done"),
    Change.CONFIRMED: ("Label confirmé", "done"),
    Change.RENEWED: ("Label renouvelé", "done"),
    Change.SUSPENDED: ("Label suspendu", "late"),
    Change.RESTORED: ("Suspension levée", "done"),
    Change.WITHDRAWN: ("Label retiré", "refused"),
    Change.EXPIRED: ("Label expiré", "todo"),
    Change.RESIGNED: ("Label rendu par l’organisme", "todo"),
    Change.MERGED: ("Organisme repris par un autre", "todo"),
}
CHANGE_OF_ACT = {
    "award_label": Change.AWARDED,
    "confirm_label": Change.CONFIRMED,
    "renew_label": Change.RENEWED,
    "suspend_label": Change.SUSPENDED,
    "lift_suspension": Change.RESTORED,
    "withdraw_label": Change.WITHDRAWN,
    "expire": Change.EXPIRED,
    "resign": Change.RESIGNED,
    "merge": Change.MERGED,
}
GRANTS = frozenset({Change.AWARDED, Change.CONFIRMED, Change.RENEWED})
ENDS = frozenset({Change.WITHDRAWN, Change.EXPIRED, Change.RESIGNED, Change.MERGED})


class Standing(StrEnum):
    """Where a label stands on a day."""

    LABELLED = "labelled"
    CONFIRMED = "confirmed"
    RENEWED = "renewed"
    ENDING = "ending"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RESIGNED = "resigned"
    MERGED = "merged"

    @property
    def label(self) -> str:
        """In French."""
        return _STANDINGS[self][0]

    @property
    def shape(self) -> str:
        """The state shape that stands before its word."""
        return _STANDINGS[self][1]

    @property
    def holds(self) -> bool:
        """Whether the landlord is labelled."""
        return self in HOLDING


_STANDINGS = {
    Standing.LABELLED: ("Labellisé", "done"),
    Standing.CONFIRMED: ("Confirmé", "done"),
    Standing.RENEWED: ("Renouvelé", "done"),
    Standing.ENDING: ("Terme proche", "doing"),
    Standing.EXTENDED: ("Prolongé pendant l’instruction", "doing"),
    Standing.SUSPENDED: ("Suspendu", "late"),
    Standing.WITHDRAWN: ("Retiré", "refused"),
    Standing.EXPIRED: ("Expiré", "todo"),
    Standing.RESIGNED: ("Rendu", "todo"),
    Standing.MERGED: ("Repris", "todo"),
}
HOLDING = frozenset(
    {Standing.LABELLED, Standing.CONFIRMED, Standing.RENEWED, Standing.ENDING, Standing.EXTENDED},
)
_BY_GRANT = {
    Change.AWARDED: Standing.LABELLED,
    Change.CONFIRMED: Standing.CONFIRMED,
    Change.RENEWED: Standing.RENEWED,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One change of a label: the day it takes effect, the label's first and last days after it, how the committee decided it."""

    change: Change
    on: date
    since: date
    until: date
    cycle: int
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A label as the register shows it on a day. ``ended_on`` is the first day without it; ``since`` never moves."""

    standing: Standing
    since: date
    until: date
    changed_on: date
    ended_on: date | None = None

    @property
    def went_on(self) -> bool:
        """Whether it ended later than the day after its last: it went on while its file was under way."""
        return self.ended_on is not None and self.ended_on > self.until + timedelta(days=1)


def effect(change: Change, *, acted_on: date, grant: Moment | None, resting: bool, rules: RuleSet) -> date:
    """The day a step takes effect: that of the act or of the decision, said by ``acted_on``.

    An expiry takes effect the day after the label's last, days of grace included unless it rested, whenever it was found.
    """
    if change is not Change.EXPIRED or grant is None:
        return acted_on
    return grant.until + timedelta(days=1 + (0 if resting else rules.grace_days))


def line(events: Sequence[Moment], *, on: date, grace: timedelta) -> Line | None:
    """Where a label stands on a day, from its history in order; None before its award.

    ``grace`` is how long the label now goes on after its last day: nothing, unless its file is under way.
    """
    known = [event for event in events if event.on <= on]
    grants = [event for event in known if event.change in GRANTS]
    if not grants:
        return None
    grant, last = grants[-1], known[-1]
    since = grants[0].on
    if last.change in ENDS:
        return Line(Standing(last.change.value), since, grant.until, last.on, last.on)
    over = grant.until + timedelta(days=1)
    # What comes later found the label still going on.
    if on > grant.until + grace and len(known) == len(events):
        return Line(Standing.EXPIRED, since, grant.until, over, over)
    if last.change is Change.SUSPENDED:
        return Line(Standing.SUSPENDED, since, grant.until, last.on)
    if on > grant.until:
        return Line(Standing.EXTENDED, since, grant.until, over)
    standing = Standing.ENDING if grant.until - on < NEAR else _BY_GRANT[grant.change]
    return Line(standing, since, grant.until, grant.on)


class Order(StrEnum):
    """How the register may be sorted."""

    NAME = "bailleur"
    SINCE = "depuis"
    UNTIL = "jusqu-au"
