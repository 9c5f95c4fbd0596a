"""Minutes put to the approval of the next session as one of its matters, and approved by its vote: that text and no other."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.committee import operations as committee
from palier.committee.models import Item, Session
from palier.committee.rules.terms import Matter
from palier.directory.models import Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.minutes import queries
from palier.minutes.models import Minutes
from palier.minutes.operations.writing import locked
from palier.verdict import Refusal, no, require


@transaction.atomic
def propose(*, minutes: Minutes, session: Session, by: Person, at: datetime) -> Item:
    """Put the approval of minutes on the agenda of a session in preparation, first: the text is frozen with its fingerprint.

    Raises:
        Refusal: before the comments are answered and the matters concluded, for another committee, once the session is
            convened, or when it is on an agenda already.
    """
    minutes = locked(minutes)
    require(queries.proposable(minutes=minutes))
    if session.committee_id != minutes.session.committee_id:
        raise Refusal(no("minutes.another_committee", "Un procès-verbal s’approuve devant le comité dont c’est la séance."))
    lapsed = "" if minutes.session.opened_at else "de carence "
    item = committee.add_item(
        session=session,
        matter=Matter.MINUTES,
        title=f"Approbation du procès-verbal {lapsed}de la séance du {in_words(paris_day(minutes.session.starts_at))}",
        minutes_of=minutes.session,
        text=queries.proposal(minutes=minutes),
        by=by,
        at=at,
    )
    if item.position > 1:
        committee.place_item(item=item, position=1, by=by, at=at)
    return item


@transaction.atomic
def propose_ready(*, session: Session, by: Person, at: datetime) -> list[Item]:
    """Put on the agenda of a session every minutes of its committee that wait for an approval, the oldest session first."""
    waiting = list(queries.awaiting_approval(committee_id=session.committee_id))
    return [propose(minutes=one, session=session, by=by, at=at) for one in reversed(waiting)][::-1]


def catch_up(*, at: datetime) -> int:
    """Approve the minutes whose vote passed, each in its own transaction; how many were. Run again, it changes nothing."""
    return sum(_approve(one, at) for one in queries.voted())


@transaction.atomic
def _approve(minutes: Minutes, at: datetime) -> int:
    """Approve minutes by the vote that passed on exactly this text; 0 when there is none, or the text changed since."""
    minutes = locked(minutes)
    found = queries.passed(minutes=minutes)
    if minutes.approved_at is not None or found is None:
        return 0
    item, text = found
    minutes.content, minutes.approval, minutes.approved_at = text["content"], item, at
    minutes.save(update_fields=["content", "approval", "approved_at"])
    record(
        act="minutes.approved",
        by=None,
        at=at,
        on=("minutes.minutes", minutes.pk),
        landlord=None,
        summary=f"a inscrit l’approbation, à la séance n° {item.session.number}, du procès-verbal de la séance n° {minutes.session.number}.",
        facts={"session": minutes.session_id, "version": minutes.number, "item": item.pk, "text": text["sha256"]},
        audience=Audience.SCHEME,
    )
    return 1
