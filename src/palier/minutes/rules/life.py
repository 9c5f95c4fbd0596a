"""The life of minutes: a draft, sent for comments, approved by a later session, signed and locked."""

from __future__ import annotations

from enum import StrEnum

from palier.verdict import YES, Verdict, no


class State(StrEnum):
    """Where minutes stand."""

    DRAFT = "draft"
    SENT = "sent"
    APPROVED = "approved"
    SIGNED = "signed"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "draft": "en rédaction",
            "sent": "soumis aux remarques",
            "approved": "approuvé, à signer",
            "signed": "approuvé et signé",
        }[self.value]


def state(*, sent: bool, approved: bool, signed: bool) -> State:
    """Where minutes stand, from the moments that they went through."""
    if signed:
        return State.SIGNED
    if approved:
        return State.APPROVED
    return State.SENT if sent else State.DRAFT


def may_approve(now: State, *, unanswered: int, unconcluded: int, held_since: int) -> Verdict:
    """Whether the approval of minutes may be recorded: comments answered, matters concluded, a later session held."""
    if now is not State.SENT:
        return no("minutes.not_sent", f"Un procès-verbal s’approuve après la relecture ; il est {now.label}.")
    found = []
    if unanswered:
        some = "1 remarque attend" if unanswered == 1 else f"{unanswered} remarques attendent"
        found.append(no("minutes.unanswered", f"{some} une réponse : répondez à chacune."))
    if unconcluded:
        found.append(concluded(unconcluded))
    if not held_since:
        found.append(
            no(
                "minutes.no_later_session",
                "Un procès-verbal s’approuve à une séance suivante du comité : aucune ne s’est ouverte.",
            )
        )
    return Verdict.all(found)


def concluded(unconcluded: int) -> Verdict:
    """Whether every matter on which something was adopted is concluded: until then the record is not complete."""
    if not unconcluded:
        return YES
    some = "Un point adopté reste" if unconcluded == 1 else f"{unconcluded} points adoptés restent"
    return no("minutes.unconcluded", f"{some} à conclure : le relevé n’est pas complet.")
