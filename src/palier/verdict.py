"""A verdict: yes, or no with its reasons.

A rule is written once and answers with a ``Verdict``. The same verdict greys the button, refuses the POST,
answers the API and fills the to-do list, so that people meet one sentence everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Remedy:
    """Where a missing thing is mended: the words of the link, and the name and arguments of the page.

    ``page`` is a URL name as plain data; rules know nothing of URLs, the doors resolve it. ``query`` fills the page's form.
    """

    label: str
    page: str
    args: Mapping[str, int | str] = field(default_factory=dict)
    query: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """What follows the page's address: « ?site=12 », or nothing."""
        return f"?{urlencode(self.query)}" if self.query else ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a stable code for machines, a French sentence for people, and the place where it is mended."""

    code: str
    sentence: str
    remedy: Remedy | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes (no reason against), or no with every reason at once."""

    reasons: tuple[Reason, ...] = ()

    def __bool__(self) -> bool:
        return not self.reasons

    def __and__(self, other: Verdict) -> Verdict:
        return Verdict(self.reasons + other.reasons)

    @property
    def sentence(self) -> str:
        """All reasons in one breath; empty when the answer is yes."""
        return " ".join(reason.sentence for reason in self.reasons)

    @classmethod
    def all(cls, verdicts: Iterable[Verdict]) -> Verdict:
        """Yes only if every verdict is yes; otherwise all their reasons."""
        return cls(tuple(reason for verdict in verdicts for reason in verdict.reasons))


YES = Verdict()


def no(code: str, sentence: str, remedy: Remedy | None = None, *, detail: str = "") -> Verdict:
    """A refusal with a single reason."""
    return Verdict((Reason(code, sentence, remedy, detail),))


class Refusal(Exception):
    """An operation was refused; nothing was written. Carries the verdict, which the door shows as it stands."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


class Conflict(Refusal):
    """Somebody else changed the thing meanwhile. ``theirs`` is what now stands, so that nothing is lost."""

    def __init__(self, verdict: Verdict, theirs: object = None) -> None:
        super().__init__(verdict)
        self.theirs = theirs


def require(verdict: Verdict) -> None:
    """Go on only if the verdict is yes.

    Raises:
        Refusal: with the verdict, when it is no.
    """
    if not verdict:
        raise Refusal(verdict)
