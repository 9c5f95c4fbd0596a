"""An edition of a study and its answers: where each stands, what may be done when, how much of the region is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from palier.calendar import in_words, is_past, paris_day
from palier.verdict import YES, Verdict, no

# An undecided landlord is not written to more often than this.
REMIND_EVERY = timedelta(days=7)


class State(StrEnum):
    """Where the answer of a landlord stands. Only a validated one is counted."""

    INVITED = "invited"
    STARTED = "started"
    HANDED = "handed"
    VALIDATED = "validated"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "invited": "Pas commencée",
            "started": "En cours",
            "handed": "Attend la direction",
            "validated": "Validée",
        }[self.value]


def state_of(*, started: bool, handed_at: datetime | None, validated_at: datetime | None) -> State:
    """The state that what is kept of an answer says."""
    if validated_at:
        return State.VALIDATED
    if handed_at:
        return State.HANDED
    return State.STARTED if started else State.INVITED


class Size(StrEnum):
    """The size of a landlord, by the dwellings it manages when it is invited."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "small": "moins de 5 000 logements",
            "medium": "5 000 à 14 999 logements",
            "large": "15 000 logements et plus",
        }[self.value]


def size_of(homes: int) -> Size:
    """The size of a landlord with so many dwellings."""
    return Size.SMALL if homes < 5_000 else Size.MEDIUM if homes < 15_000 else Size.LARGE


def share(part: float, whole: float) -> int:
    """A share in whole percent, halves upwards; 0 of nothing."""
    return int(100 * part / whole + 0.5) if whole else 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of those invited is counted, in landlords and in dwellings."""

    invited: int
    counted: int
    homes_invited: int
    homes_counted: int

    @property
    def landlords(self) -> int:
        """Percent of the landlords."""
        return share(self.counted, self.invited)

    @property
    def homes(self) -> int:
        """Percent of the dwellings."""
        return share(self.homes_counted, self.homes_invited)

    @property
    def sentence(self) -> str:
        """« 46 % des organismes, 83 % des logements »."""
        return f"{self.landlords} % des organismes, {self.homes} % des logements"


def coverage(rows: Iterable[tuple[int, bool]]) -> Coverage:
    """The coverage that landlords make: for each its dwellings, and whether its answer is counted."""
    rows = list(rows)
    counted = [homes for homes, ours in rows if ours]
    return Coverage(len(rows), len(counted), sum(homes for homes, _ in rows), sum(counted))


def still_open(closed_at: datetime | None, closes_on: date, at: datetime) -> Verdict:
    """Whether an edition still takes answers: until its last day, unless it was closed before."""
    if closed_at:
        return no(
            "studies.closed", f"L’étude est close depuis le {in_words(paris_day(closed_at))} : les réponses ne changent plus."
        )
    if is_past(closes_on, at):
        return no("studies.over", f"L’étude ne prend plus de réponses depuis le {in_words(closes_on)}.")
    return YES


def may_change(state: State) -> Verdict:
    """Whether the answers themselves may change: not while the director reads them, nor once they are validated."""
    if state in {State.HANDED, State.VALIDATED}:
        return no("studies.handed", "Ces réponses sont remises à la direction : reprenez-les d’abord.")
    return YES


def may_validate(state: State) -> Verdict:
    """Whether the director may validate."""
    if state is State.VALIDATED:
        return no("studies.validated", "Cette réponse est déjà validée.")
    if state is not State.HANDED:
        return no("studies.not_handed", "Le responsable qualité n’a pas encore remis ces réponses à la direction.")
    return YES


def may_take_back(state: State) -> Verdict:
    """Whether there is anything to take back."""
    if state in {State.HANDED, State.VALIDATED}:
        return YES
    return no("studies.nothing_handed", "Ces réponses ne sont pas remises : vous pouvez les changer.")


def may_remind(last: datetime | None, undecided: int, at: datetime) -> Verdict:
    """Whether the undecided may be written to again."""
    if not undecided:
        return no("studies.nobody_to_remind", "Tous les organismes ont validé leur réponse.")
    if last and at - last < REMIND_EVERY:
        until = in_words(paris_day(last + REMIND_EVERY))
        return no("studies.reminded_lately", f"Un message est parti il y a moins d’une semaine : relancez à partir du {until}.")
    return YES


def may_publish(closed_at: datetime | None, published_at: datetime | None) -> Verdict:
    """Whether the report may be shown to the landlords."""
    if published_at:
        return no("studies.published", "Le rapport est déjà publié.")
    if closed_at is None:
        return no("studies.not_closed", "Le rapport se publie une fois l’étude close.")
    return YES
