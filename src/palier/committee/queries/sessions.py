"""Sessions: which, with what on their agenda, who comes, who is there, and whether there will be enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parseaddr

from django.conf import settings
from django.db.models import Q, QuerySet

from palier.calendar import in_words, paris_day
from palier.committee.models import Committee, Item, Mandate, Move, Poll, Seat, SeatReply, Session, Tenure
from palier.committee.models import Recusal as RecusalRow
from palier.committee.queries.recusals import recused_items
from palier.committee.rules.agenda import AWAITED, Coming, SessionState, notice
from palier.committee.rules.calendars import calendar_file
from palier.committee.rules.seats import Hold, Holder, Office, Recusal, place
from palier.committee.rules.tally import Chair, Quorum, Roll, quorum
from palier.committee.rules.terms import Terms
from palier.directory.models import Person, dated
from palier.directory.rules import Right, Role, Thing, may
from palier.frameworks.rules.reading import read
from palier.label.models import Journey
from palier.ledger import queries as ledger
from palier.ledger.models import Entry
from palier.ledger.rules import Audience
from palier.verdict import YES, Remedy, Verdict, no


def committees_of(*, person: Person, roles: frozenset[Role], on: date) -> QuerySet[Committee]:
    """The committees whose sessions a person may follow: those where they have a mandate, or all for the label's team.

    A mandate to come counts: who is convened before it starts answers and declares.
    """
    every = Committee.objects.order_by("created_at", "pk")
    if may(roles, Right.WRITE, Thing.BALLOT) or Role.ADMINISTRATOR in roles:
        return every
    mine = Mandate.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), person=person)
    return every.filter(pk__in=mine.values("committee"))


def sessions(*, person: Person, roles: frozenset[Role], on: date) -> QuerySet[Session]:
    """The sessions that a person may follow, the next first; those in preparation are for who prepares them."""
    found = Session.objects.filter(committee__in=committees_of(person=person, roles=roles, on=on).order_by().values("pk"))
    if not may(roles, Right.WRITE, Thing.BALLOT):
        found = found.filter(convened_at__isnull=False)
    return found.select_related("committee", "first").order_by("-starts_at", "-pk")


def may_convene(*, session: Session, terms: Terms, on: date) -> Verdict:
    """Whether a convocation sent on a day leaves the notice of the terms; otherwise, where the session is moved."""
    move = Remedy(
        "Reporter la séance",
        "committee_session_move",
        {"committee_id": session.committee_id, "session_number": session.number},
    )
    return notice(terms, on=on, session_on=paris_day(session.starts_at), second=session.first_id is not None, move=move)


def items(*, session: Session) -> QuerySet[Item]:
    """The agenda of a session, in its order."""
    related = (
        "journey__landlord",
        "firm",
        "candidate",
        "accreditation",
        "granted",
        "rule_set",
        "framework",
        "decision",
        "session",
        "missed__session",
    )
    return Item.objects.filter(session=session).select_related(*related).order_by("position", "pk")


def visible_items(*, session: Session, person: Person) -> QuerySet[Item]:
    """The agenda of a session without the matters from which a person is recused."""
    return items(session=session).exclude(pk__in=recused_items(person=person).values("pk"))


def ready(*, on: date) -> QuerySet[Journey]:
    """The journeys that wait for the committee and are on no agenda, those that wait longest first."""
    live = Item.objects.filter(journey__isnull=False, concluded_at__isnull=True, withdrawn_at__isnull=True)
    found = Journey.objects.filter(stage__in=list(AWAITED), closed_at__isnull=True, entered_on__lte=on)
    return found.exclude(pk__in=live.values("journey")).select_related("landlord").order_by("entered_on", "pk")


def awaiting(**about: int) -> Item | None:
    """The matter on which something waits for a vote, if any: ``rule_set=`` a draft, ``journey=``, ``accreditation=``."""
    live = Item.objects.filter(**about, concluded_at__isnull=True, withdrawn_at__isnull=True)
    return live.select_related("session__committee").first()


def agenda_of(*, journey: int) -> str:
    """Where a journey waits for its decision, for all who read its file: the session convened for it, in words; or nothing."""
    item = awaiting(journey=journey)
    if item is None or item.session.state not in {SessionState.CONVENED, SessionState.OPEN}:
        return ""
    session = item.session
    what, day = ("la consultation écrite", session.ends_at) if session.written else ("la séance", session.starts_at)
    when = f"{'jusqu’au' if session.written else 'le'} {in_words(paris_day(day))}"
    where = f", {session.place}" if session.place else ""
    return f"Le dossier est à l’ordre du jour de {what} n° {session.number} de « {session.committee.name} », {when}{where}."


def may_decide_apart(*, waiting: Item | None) -> Verdict:
    """Whether a decision taken elsewhere may be recorded: not while a committee is to vote on the matter (``waiting``)."""
    return _unless_on_agenda(
        waiting,
        "committee.on_agenda",
        "Ce dossier",
        "c’est son vote qui décide. Pour enregistrer une décision prise ailleurs, retirez d’abord le point de l’ordre du jour.",
    )


def may_publish(*, waiting: Item | None) -> Verdict:
    """Whether a draft may be published from its own page: not while a committee is to vote on it (``waiting``)."""
    return _unless_on_agenda(
        waiting,
        "committee.draft_on_agenda",
        "Ce texte",
        "adopté, il se publie de lui-même. Pour le publier sans ce vote, retirez d’abord le point de l’ordre du jour.",
    )


def _unless_on_agenda(waiting: Item | None, code: str, what: str, so: str) -> Verdict:
    if waiting is None:
        return YES
    session = waiting.session
    where = {"committee_id": session.committee_id, "session_number": session.number}
    sentence = f"{what} est à l’ordre du jour de « {session.committee.name} », séance n° {session.number} : {so}"
    return no(code, sentence, Remedy(f"Voir la séance n° {session.number}", "committee_session", where))


def awaiting_grid(*, code: str) -> Item | None:
    """The matter on which a new version of a grid waits for a vote, if any."""
    live = Item.objects.filter(concluded_at__isnull=True, withdrawn_at__isnull=True).exclude(grid="")
    found = live.select_related("session__committee").order_by("pk")
    return next((item for item in found if read(item.grid)[0].get("code") == code), None)


def matters_of(*, accreditation: int, person: Person, roles: frozenset[Role], on: date) -> QuerySet[Item]:
    """What was decided of an accreditation (granted, renewed, suspended…), the latest first, for who follows the session.

    Not for who is recused from it.
    """
    about = Q(granted=accreditation) | Q(accreditation=accreditation)
    followed = sessions(person=person, roles=roles, on=on).order_by().values("pk")
    found = Item.objects.filter(about, session__in=followed, concluded_at__isnull=False).exclude(
        pk__in=recused_items(person=person).values("pk")
    )
    return found.select_related("session__committee").order_by("-concluded_at")


def calendar_of(*, session: Session, at: datetime) -> str:
    """A session as a calendar file."""
    kind = "consultation écrite" if session.written else "séance"
    return calendar_file(
        key=session.pk,
        title=f"{session.committee.name}, {kind} n° {session.number}",
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        where=", ".join(part for part in (session.place, session.remote_link) if part),
        url=f"{settings.ORIGIN}/comites/{session.committee_id}/seances/{session.number}/",
        sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        at=at,
        cancelled=session.cancelled_at is not None,
    )


def holders_of(*, session: Session, on: date | None = None) -> list[Mandate]:
    """Titulars and substitutes of the committee on the day of a session, by seat and in the order of call.

    With a day, those of a written consultation who joined since and hold their seat on it are there too.
    """
    found = _mandates(session)
    if on is not None and session.written and on > paris_day(session.starts_at):
        found = found | Mandate.objects.filter(dated(min(on, paris_day(session.ends_at))), committee=session.committee_id)
    return list(found.select_related("person", "seat__body").order_by("seat__number", "rank", "starts_on"))


def mandates_by_person(*, session: Session) -> dict[int, int]:
    """The mandate of each of these people."""
    return dict(_mandates(session).values_list("person", "pk"))


def _mandates(session: Session) -> QuerySet[Mandate]:
    return Mandate.objects.filter(dated(paris_day(session.starts_at)), committee=session.committee_id)


_TOLD = (
    "session_prepared",
    "session_moved",
    "session_cancelled",
    "item_added",
    "item_taken_off",
    "convened",
    "opened",
    "designated",
    "item_opened",
    "poll_opened",
    "poll_closed",
    "voiding_signed",
    "voiding_taken_back",
    "voiding_set_aside",
    "poll_voided",
    "item_concluded",
    "closed",
)
"""What all who follow a session read of it; links, voices and comings and goings stand elsewhere, each with who reads them."""


def history(*, session: Session, person: Person) -> list[Entry]:
    """What happened in a session, latest first; nothing of the matters that are closed to a person. Three SQL queries."""
    acts = [f"committee.{act}" for act in _TOLD]
    closed = set(recused_items(person=person).filter(session=session).values_list("pk", flat=True))
    polls = set(Poll.objects.filter(item__in=closed).values_list("pk", flat=True))
    lines = ledger.history_of(kind="committee.session", pk=session.pk, audiences=list(Audience)).filter(act__in=acts)
    facts = ((line, line.content["facts"] if line.content else {}) for line in lines)
    return [line for line, said in facts if said.get("item") not in closed and said.get("poll") not in polls]


def replies(*, session: Session) -> dict[int, Coming]:
    """What each member answered last to the convocation, by mandate."""
    latest = SeatReply.objects.filter(session=session).order_by("mandate_id", "-pk").distinct("mandate_id")
    return {mandate: Coming(coming) for mandate, coming in latest.values_list("mandate", "coming")}


def inside(*, session: Session) -> dict[int, Move]:
    """Who is in the room now, by mandate, with the move that brought them in."""
    latest = Move.objects.filter(session=session).order_by("mandate_id", "-pk").distinct("mandate_id")
    return {move.mandate_id: move for move in latest if move.inside}


@dataclass(frozen=True, slots=True)
class Forecast:
    """Whether a matter will have its quorum if everybody does as they said, and whom to call."""

    quorum: Quorum
    to_call: tuple[Mandate, ...]
    """The substitutes to ask: their titular will not sit, and they have not said that they come."""


def forecasts(*, session: Session, agenda: Collection[Item], terms: Terms) -> dict[int, Forecast]:
    """The quorum that the replies promise for each matter, its recusals taken away, by matter. Five SQL queries.

    Who has not answered is not counted. For each seat that nobody promised to hold and whose titular will not sit, the
    substitute to call is the first in order who is neither recused nor absent.
    """
    said = replies(session=session)
    empty = Seat.objects.filter(dated(paris_day(session.starts_at)), committee=session.committee_id)
    voiced = dict(empty.values_list("pk", "voting"))
    by_seat: dict[int, list[Mandate]] = defaultdict(list)
    for mandate in holders_of(session=session):
        by_seat[mandate.seat_id].append(mandate)
    on = paris_day(session.starts_at)
    offices = dict(Tenure.objects.filter(dated(on), committee=session.committee_id).values_list("mandate", "office"))
    out: dict[int, dict[int, Recusal]] = defaultdict(dict)
    live = RecusalRow.objects.filter(item__in=agenda, lifted_at__isnull=True)
    for item, person, reach in live.values_list("item", "mandate__person", "reach"):
        out[item][person] = Recusal(reach)
    return {
        item.pk: _forecast(by_seat, said, offices, out[item.pk], terms, voiced, second=item.missed_id is not None)
        for item in agenda
    }


def _forecast(
    by_seat: Mapping[int, list[Mandate]],
    said: Mapping[int, Coming],
    offices: Mapping[int, str],
    out: Mapping[int, Recusal],
    terms: Terms,
    voiced: Mapping[int, bool],
    *,
    second: bool,
) -> Forecast:
    coming = {m.person_id for held in by_seat.values() for m in held if said.get(m.pk) in {Coming.PRESENT, Coming.REMOTE}}
    president = any(
        offices.get(held[0].pk) == Office.PRESIDENT
        and place((Holder(m.rank, m.person_id) for m in held), present=coming, recused=out).rank == 0
        for held in by_seat.values()
    )
    chairs = {seat: Chair(Hold.VACANT, voting) for seat, voting in voiced.items()}
    to_call: list[Mandate] = []
    opened = 0
    for seat, held in by_seat.items():
        first = held[0]
        there = place((Holder(m.rank, m.person_id) for m in held), present=coming, recused=out)
        vice = offices.get(first.pk) == Office.VICE_PRESIDENT and not there.substituted
        chairs[seat] = Chair(there.hold, first.seat.voting, presides=vice and not president, vice=vice)
        opened += first.seat.voting and any(m.person_id in coming for m in held)
        titular_out = bool(first.rank) or said.get(first.pk) is Coming.ABSENT or first.person_id in out
        emptied = any(out.get(m.person_id) is Recusal.INSTITUTIONAL for m in held)
        if there.person is None and titular_out and not emptied:
            able = (m for m in held if m.rank and m.person_id not in out and said.get(m.pk) is not Coming.ABSENT)
            to_call += list(able)[:1]
    return Forecast(quorum(terms, Roll(chairs, opened=opened, second=second)), tuple(to_call))
