"""The life of minutes: a draft, sent for comments, approved by the vote of a later session, signed and locked."""

from __future__ import annotations

from datetime import datetime
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


def due(
    *,
    convened: bool,
    opened: bool,
    closed: bool,
    starts_at: datetime,
    ends_at: datetime,
    cancelled_at: datetime | None,
    at: datetime,
) -> Verdict:
    """Whether a session has minutes: once it is closed; where it never opened, once its hour is past, and they say that it was not held."""
    if closed:
        return YES
    if opened:
        return no("minutes.session_not_closed", "Le procès-verbal suit la clôture de la séance.")
    if not convened:
        return no("minutes.not_convened", "Le procès-verbal suit une séance convoquée.")
    if cancelled_at is not None and cancelled_at < starts_at:
        return no("minutes.cancelled_before", "La séance a été annulée avant son heure : il n’y a rien à constater.")
    if cancelled_at is None and at <= ends_at:
        return no(
            "minutes.not_over",
            "La séance peut encore s’ouvrir. Le procès-verbal suit sa clôture ; celui de carence, l’heure où elle devait finir.",
        )
    return YES


def may_propose(now: State, *, unanswered: int, unconcluded: int) -> Verdict:
    """Whether minutes may be put to the approval of a session: read again, comments answered, matters concluded."""
    if now is not State.SENT:
        return no("minutes.not_sent", f"Un procès-verbal s’approuve après la relecture ; il est {now.label}.")
    found = []
    if unanswered:
        some = "1 remarque attend" if unanswered == 1 else f"{unanswered} remarques attendent"
        found.append(no("minutes.unanswered", f"{some} une réponse : répondez à chacune."))
    if unconcluded:
        found.append(concluded(unconcluded))
    return Verdict.all(found)


def stands(session: int, *, over: bool, passed: bool, same: bool) -> Verdict:
    """Whether the approval asked of a session holds for the text as it is now: a vote approves the text that was sent, and no other."""
    again = "Rétablissez-le tel qu’il était, ou présentez-le à une autre séance."
    if over and not passed:
        sentence = f"La séance n° {session} n’a pas approuvé ce texte : présentez-le à une autre séance, corrigé s’il le faut."
        return no("minutes.not_passed", sentence)
    if same:
        return YES
    if over:
        sentence = (
            f"La séance n° {session} a approuvé un autre texte : celui-ci a changé depuis, et n’est pas approuvé. {again}"
        )
        return no("minutes.moved", sentence)
    return no(
        "minutes.moved", f"Le texte a changé depuis que la séance n° {session} l’a reçu : elle ne l’approuverait pas. {again}"
    )


def concluded(unconcluded: int) -> Verdict:
    """Whether every matter on which something was adopted is concluded: until then the record is not complete."""
    if not unconcluded:
        return YES
    some = "Un point adopté reste" if unconcluded == 1 else f"{unconcluded} points adoptés restent"
    return no("minutes.unconcluded", f"{some} à conclure : le relevé n’est pas complet.")
