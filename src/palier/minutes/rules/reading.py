"""Who reads what of the minutes: copies without the matters that are closed to a reader, and the extract of one matter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from palier.minutes.rules.writing import Content

EXTRACT = "palier.minutes_extract/1"


def without(content: Content, positions: Collection[int]) -> Content:
    """The minutes as they are read by somebody to whom some matters are closed: their titles alone are left.

    Why a version is corrected may speak of any matter, and is left out too. The preamble stays: everybody reads it, and who
    writes it is told so.
    """
    if not positions:
        return content
    matters = [
        {"position": one["position"], "title": one["title"], "withheld": True} if one["position"] in positions else one
        for one in content["matters"]
    ]
    corrects = content["corrects"] and content["corrects"] | {"because": ""}
    return content | {"matters": matters, "corrects": corrects}


def proposed_to(text: Content, positions: Collection[int], person: int) -> Content:
    """The text put to the approval of a session, as it is read by somebody to whom some of its matters are closed."""
    said = [one for one in text["comments"] if may_read(one["position"], one["by"], positions, person)]
    return text | {"content": without(text["content"], positions), "comments": said}


def may_read(position: int | None, by: int, closed: Collection[int], person: int) -> bool:
    """Whether a person reads a comment: none on a matter that is closed to them, none of others on the session as a whole."""
    if not closed:
        return True
    return by == person if position is None else position not in closed


@dataclass(frozen=True, slots=True)
class Approved:
    """The signed minutes that an extract is taken from: their fingerprint, and the line of the ledger that attests them."""

    sha256: str
    line: int


def extract(content: Content, position: int, approved: Approved | None = None) -> Content:
    """What whoever a matter concerns reads of it once it was decided: what was decided and how.

    Neither who voted what, nor who took no part, nor what was said. ``approved`` is None for minutes that are not signed.
    """
    one = next(one for one in content["matters"] if one["position"] == position)
    poll = next((poll for poll in reversed(one["polls"]) if not poll["void"] and poll["result"]["code"] == "adopted"), None)
    session = content["session"]
    return {
        "format": EXTRACT,
        "committee": content["committee"],
        "session": {name: session[name] for name in ("number", "written", "second_of", "opened_at", "closed_at")},
        "version": content["version"],
        "matter": one["matter"],
        "title": one["title"],
        "motion": poll["motion"] if poll else "",
        "decision": one["decision"] or (_decided(poll) if poll else None),
        "effect": poll["effect"] if poll else [],
        "count": {"sentence": poll["sentence"], "quorum": poll["quorum"]["sentence"]} if poll else None,
        "documents": {name: one["documents"][name] for name in ("sha256", "frozen_at")} if one["documents"] else None,
        "approved": {
            "session": content["approved"]["session"],
            "on": content["approved"]["on"],
            "signed_at": content["signed"]["at"],
            "sha256": approved.sha256,
            "line": approved.line,
        }
        if approved
        else None,
    }


def _decided(poll: Content) -> Content | None:
    """What a poll decided on a matter that is no journey’s: its conditions are part of a journey’s decision alone."""
    if poll["outcome"] is None:
        return None
    outcome: Content = poll["outcome"]
    return outcome | {"decided_on": poll["closed_at"][:10], "conditions": "", "reasons": poll["reasons"]}


def uncounted(extract: Content) -> Content:
    """An extract for who takes no part in the matter but is told of the decision: without the count of the voices."""
    return extract | {"count": None, "motion": ""}
