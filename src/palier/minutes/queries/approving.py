"""Minutes before the session that approves them: what is proposed to it, and what became of it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from palier.committee import queries as committee
from palier.committee.models import Item
from palier.committee.rules.outcomes import Outcome
from palier.ledger.rules import sha256_of
from palier.minutes.models import Minutes
from palier.minutes.queries.reading import draft, unconcluded
from palier.minutes.rules.life import may_propose, stands
from palier.minutes.rules.writing import Content
from palier.verdict import Verdict


def proposable(*, minutes: Minutes) -> Verdict:
    """Whether minutes may be put to the approval of a session."""
    return may_propose(
        minutes.state,
        unanswered=minutes.comments.filter(answered_at__isnull=True).count(),
        unconcluded=unconcluded(session=minutes.session),
    )


def awaiting_approval(*, committee_id: int) -> list[Minutes]:
    """The minutes of a committee that may be put to the approval of its next session and are on no agenda, the oldest first."""
    asked = Item.objects.filter(minutes_of=OuterRef("session"), withdrawn_at__isnull=True, concluded_at__isnull=True)
    found = Minutes.objects.filter(session__committee=committee_id, sent_at__isnull=False, approved_at__isnull=True)
    found = found.exclude(Exists(asked)).select_related("session__committee", "session__first", "session__designated__person")
    return [
        one for one in found.order_by("session__starts_at", "pk") if proposable(minutes=one) and passed(minutes=one) is None
    ]


def proposal(*, minutes: Minutes) -> Content:
    """What is put to the approval of a session: the text as it reads now, its fingerprint, the comments and their answers beside."""
    content = draft(session=minutes.session, minutes=minutes)
    return {
        "kind": "minutes",
        "title": f"Procès-verbal {'' if minutes.session.opened_at else 'de carence '}de la séance n° {minutes.session.number}",
        "number": minutes.number,
        "sha256": sha256_of(content),
        "content": content,
        "comments": [
            {
                "position": one.item.position if one.item else None,
                "by": one.by_id,
                "name": one.by.name,
                "text": one.text,
                "said_at": one.at.isoformat(),
                "taken": one.taken,
                "answer": one.answer,
            }
            for one in minutes.comments.select_related("item", "by").order_by("pk")
        ],
    }


def approvals(*, minutes: Minutes) -> QuerySet[Item]:
    """The matters by which sessions were asked to approve this version of minutes, the last first; those taken off left out."""
    found = Item.objects.filter(minutes_of=minutes.session_id, dossiers__content__text__number=minutes.number)
    return found.filter(withdrawn_at__isnull=True).select_related("session").order_by("-pk").distinct()


def text_of(item: Item) -> Content:
    """The text that a matter puts to the vote: the last one that was frozen with it."""
    text: Content = item.dossiers.latest("number").content["text"]
    return text


def passed(*, minutes: Minutes) -> tuple[Item, Content] | None:
    """The matter by which a session approved the text of minutes as it is now, with this text; None when no vote did."""
    found = [item for item in approvals(minutes=minutes).filter(concluded_at__isnull=False) if _adopted(item)]
    now = sha256_of(draft(session=minutes.session, minutes=minutes)) if found else ""
    return next(((item, text) for item in found if (text := text_of(item))["sha256"] == now), None)


def _adopted(item: Item) -> bool:
    poll = committee.adopted(item=item)
    return poll is not None and poll.outcome == Outcome.MINUTES_APPROVED


def standing(*, minutes: Minutes) -> tuple[Item, Verdict] | None:
    """The last matter by which a session was asked to approve minutes, and whether its vote holds for the text as it is now."""
    item = approvals(minutes=minutes).first()
    if item is None:
        return None
    return item, _holds(item, minutes)


def _holds(item: Item, minutes: Minutes) -> Verdict:
    same = text_of(item)["sha256"] == sha256_of(draft(session=minutes.session, minutes=minutes))
    return stands(item.session.number, over=item.is_over, passed=item.is_over and _adopted(item), same=same)


def holds(*, item: Item) -> Verdict | None:
    """Whether the vote of a matter that is not taken off holds for the minutes as they are now; None once they are approved."""
    found = Minutes.objects.filter(session=item.minutes_of_id, number=text_of(item)["number"], approved_at__isnull=True)
    minutes = found.select_related("session__committee", "session__first", "session__designated__person").first()
    return _holds(item, minutes) if minutes and item.withdrawn_at is None else None


def voted() -> QuerySet[Minutes]:
    """The minutes that no approval was written for, though a session concluded the matter."""
    over = Q(session__approvals__concluded_at__isnull=False)
    return Minutes.objects.filter(over, sent_at__isnull=False, approved_at__isnull=True).order_by("pk").distinct()
