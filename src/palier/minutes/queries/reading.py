"""Minutes as they are read: which sessions have them, what each reader may see, who was there, who signs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.db.models import F, Prefetch, Q, QuerySet

from palier.committee import queries as committee
from palier.committee.models import Mandate, Recusal, Session, Tenure
from palier.committee.rules.seats import Office
from palier.committee.rules.seats import Recusal as Reach
from palier.directory.models import Person, dated
from palier.minutes.models import Comment, Copy, Minutes
from palier.minutes.queries.recorded import recorded
from palier.minutes.rules import life
from palier.minutes.rules.reading import may_read, without
from palier.minutes.rules.writing import Content, Corrected, Texts, write
from palier.verdict import Verdict


def due(*, session: Session, at: datetime) -> Verdict:
    """Whether a session has minutes."""
    return life.due(
        convened=session.convened_at is not None,
        opened=session.opened_at is not None,
        closed=session.closed_at is not None,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        cancelled_at=session.cancelled_at,
        at=at,
    )


def sessions_with(*, sessions: QuerySet[Session], at: datetime) -> QuerySet[Session]:
    """Those of some sessions that have minutes, each with its versions, latest first."""
    versions = Minutes.objects.defer("content").order_by("-number")
    past = Q(cancelled_at__isnull=True, ends_at__lt=at) | Q(cancelled_at__gte=F("starts_at"))
    lapsed = past & Q(convened_at__isnull=False, opened_at__isnull=True)
    return sessions.filter(Q(closed_at__isnull=False) | lapsed).prefetch_related(Prefetch("minutes", versions))


def versions(*, session: Session) -> QuerySet[Minutes]:
    """Every version of the minutes of a session, the latest first."""
    return session.minutes.select_related("drafted_by", "approval__session", "signed_by", "replaces").order_by("-number")


def readable(*, sessions: QuerySet[Session], drafts: bool) -> QuerySet[Minutes]:
    """Every version of the minutes of some sessions, the latest session first; those in writing only with ``drafts``."""
    related = ("session__committee", "session__first", "session__designated__person", "approval__session", "signed_by")
    found = Minutes.objects.filter(session__in=sessions.order_by().values("pk")).select_related(*related)
    return (found if drafts else found.filter(sent_at__isnull=False)).order_by("-session__starts_at", "-session", "-number")


def latest(*, session: Session, signed: bool = False) -> Minutes | None:
    """The last version, or the last one that was signed."""
    found = versions(session=session)
    return (found.filter(signed_at__isnull=False) if signed else found).first()


def draft(*, session: Session, minutes: Minutes | None = None) -> Content:
    """The minutes of a session as they would now be written, with what a version adds to the record."""
    corrects = None
    texts = Texts()
    if minutes is not None:
        debates = minutes.debates.exclude(text="").values_list("item__position", "text")
        texts = Texts(minutes.preamble, dict(debates))
        if minutes.replaces_id is not None:
            whole = Copy.objects.only("digest").get(minutes=minutes.replaces_id, withheld=[])
            corrects = Corrected(minutes.number - 1, whole.digest, minutes.because)
    return write(recorded(session=session), texts, version=minutes.number if minutes else 1, corrects=corrects)


def withheld(*, session: Session, person: Person) -> tuple[int, ...]:
    """The positions of the matters of a session that are closed to a person."""
    closed = committee.recused_items(person=person).filter(session=session)
    return tuple(sorted(closed.values_list("position", flat=True)))


def read_by(*, session: Session, minutes: Minutes | None, person: Person) -> Content:
    """The minutes as a person may read them: those approved, or the draft; without the matters that are closed to them."""
    content = minutes.content if minutes and minutes.content else draft(session=session, minutes=minutes)
    return without(content, withheld(session=session, person=person))


def copy_for(*, minutes: Minutes, person: Person) -> Copy | None:
    """The signed copy that a person may have; None when none was made for what is closed to them."""
    positions = withheld(session=minutes.session, person=person)
    return minutes.copies.select_related("authority").filter(withheld=list(positions)).first()


def copy_sets(*, session: Session) -> list[tuple[int, ...]]:
    """What may be closed to a reader of a session, each once, the whole first.

    For each person recused; and for each seat that is recused whole, whoever holds it one day.
    """
    closed: dict[int, set[int]] = defaultdict(set)
    of_seats: dict[int, set[int]] = defaultdict(set)
    live = Recusal.objects.filter(item__session=session, lifted_at__isnull=True).select_related("mandate")
    for row in live.values_list("item__position", "reach", "mandate__person", "mandate__seat"):
        position, reach, person, seat = row
        closed[person].add(position)
        if reach == Reach.INSTITUTIONAL:
            of_seats[seat].add(position)
    for person, seat in Mandate.objects.filter(seat__in=of_seats).values_list("person", "seat"):
        closed[person] |= of_seats[seat]
    found = {tuple(sorted(positions)) for positions in (*closed.values(), *of_seats.values())}
    return [(), *sorted(found)]


def comments(*, minutes: Minutes, person: Person, closed: Collection[int]) -> list[Comment]:
    """The comments on some minutes that a person may read, the oldest first.

    Who has a matter closed to them reads neither the comments on it, nor those of others on the session as a whole, which may
    speak of it.
    """
    found = minutes.comments.select_related("item", "by", "answered_by").order_by("pk")
    return [one for one in found if may_read(one.item.position if one.item else None, one.by_id, closed, person.pk)]


def attendees(*, session: Session) -> frozenset[int]:
    """The people who were there, by id; in writing or where the session never opened, those who were convened."""
    if session.written or session.opened_at is None:
        return frozenset(m.person_id for m in committee.holders_of(session=session))
    came = Mandate.objects.filter(moves__session=session, moves__inside=True)
    return frozenset(came.values_list("person", flat=True))


def unconcluded(*, session: Session) -> int:
    """How many matters of a session adopted something and wait to be concluded."""
    waiting = session.items.filter(opened_at__isnull=False, concluded_at__isnull=True, withdrawn_at__isnull=True)
    return sum(committee.adopted(item=item) is not None for item in waiting)


def signer(*, committee_id: int, person: Person, on: date) -> Office | None:
    """The office for which a person may sign the minutes of a committee on a day."""
    held = Tenure.objects.filter(dated(on), committee=committee_id, mandate__person=person)
    office = held.values_list("office", flat=True).first()
    return Office(office) if office else None
