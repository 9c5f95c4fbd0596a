"""Minutes as they are read: which sessions have them, what each reader may see, who was there, who signs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from palier.committee import queries as committee
from palier.committee.models import Decision, Mandate, Recusal, Session, Tenure
from palier.committee.rules.seats import Office
from palier.committee.rules.seats import Recusal as Reach
from palier.directory.models import Person, dated
from palier.minutes.models import Comment, Copy, Minutes
from palier.minutes.queries.recorded import recorded
from palier.minutes.rules.reading import Approved, extract, uncounted, without
from palier.minutes.rules.writing import Content, Corrected, Texts, write


def sessions_with(*, sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Those of some sessions that were held, each with its versions, latest first."""
    versions = Minutes.objects.defer("content").order_by("-number")
    held = sessions.filter(closed_at__isnull=False, cancelled_at__isnull=True)
    return held.prefetch_related(Prefetch("minutes", versions))


def versions(*, session: Session) -> QuerySet[Minutes]:
    """Every version of the minutes of a session, the latest first."""
    return session.minutes.select_related("drafted_by", "approved_by", "approved_in", "signed_by", "replaces").order_by(
        "-number"
    )


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


def comments(*, minutes: Minutes, person: Person, closed: Collection[int]) -> QuerySet[Comment]:
    """The comments on some minutes that a person may read, the oldest first.

    Who has a matter closed to them reads neither the comments on it, nor those of others on the session as a whole, which may
    speak of it.
    """
    found = minutes.comments.select_related("item", "by", "answered_by").order_by("pk")
    if not closed:
        return found
    return found.exclude(item__position__in=closed).exclude(Q(item__isnull=True) & ~Q(by=person))


def attendees(*, session: Session) -> frozenset[int]:
    """The people who were there, by id; in writing, those who were asked."""
    if session.written:
        return frozenset(m.person_id for m in committee.holders_of(session=session))
    came = Mandate.objects.filter(moves__session=session, moves__inside=True)
    return frozenset(came.values_list("person", flat=True))


def later_sessions(*, session: Session) -> QuerySet[Session]:
    """The sessions of the same committee that were opened after a session was closed: those that may approve its minutes."""
    found = Session.objects.filter(committee=session.committee_id, opened_at__gt=session.closed_at)
    return found.exclude(pk=session.pk).order_by("opened_at", "pk")


def unconcluded(*, session: Session) -> int:
    """How many matters of a session adopted something and wait to be concluded."""
    waiting = session.items.filter(opened_at__isnull=False, concluded_at__isnull=True, withdrawn_at__isnull=True)
    return sum(committee.adopted(item=item) is not None for item in waiting)


def signer(*, committee_id: int, person: Person, on: date) -> Office | None:
    """The office for which a person may sign the minutes of a committee on a day."""
    held = Tenure.objects.filter(dated(on), committee=committee_id, mandate__person=person)
    office = held.values_list("office", flat=True).first()
    return Office(office) if office else None


def extract_of(*, decision: Decision, person: Person) -> Content | None:
    """The extract of a decision that a session took, from the signed minutes once there are some; None without a session.

    A person to whom the matter is closed, but whom the decision is told, reads it without the count of the voices.
    """
    item = getattr(decision, "item", None)
    if item is None:
        return None
    minutes = latest(session=item.session, signed=True)
    if minutes is not None:
        copy = minutes.copies.get(withheld=[])
        found = extract(copy.content, item.position, Approved(copy.digest, copy.entry))
    else:
        found = extract(write(recorded(session=item.session, only=item), Texts()), item.position)
    return uncounted(found) if person.pk in committee.kept_out(item=item) else found
