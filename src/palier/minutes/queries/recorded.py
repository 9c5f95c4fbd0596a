"""The record of a session that was held, gathered for its minutes: the same number of queries, however many matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import F, Func, JSONField, Prefetch, Q, Value

from palier.calendar import paris_day
from palier.committee import queries as committee
from palier.committee.models import (
    Ballot,
    Dossier,
    Item,
    Mandate,
    Move,
    Poll,
    Proxy,
    Recusal,
    RollLine,
    Seat,
    Session,
    Tenure,
    Voiding,
)
from palier.committee.queries.polls import VOIDING_SIGNATURES, moves
from palier.committee.rules.effects import parse
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.scenes import parse_scene
from palier.committee.rules.seats import Hold, Office
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.tally import Choice, Result
from palier.committee.rules.terms import Matter
from palier.directory.models import dated
from palier.minutes.rules import record

PALIER = "Palier"
"""Who closes what closes by itself, when its hour has come."""


def recorded(*, session: Session, only: Item | None = None) -> record.Session:
    """What is recorded of a session that was convened, or of one of its matters only.

    Raises:
        ValueError: when nobody was convened.
    """
    if session.convened_at is None:
        raise ValueError("nobody was convened")
    on = paris_day(session.starts_at)
    terms = committee.terms_on(committee=session.committee, on=on)
    assert terms is not None  # a session is only prepared under terms
    return record.Session(
        committee=session.committee.name,
        number=session.number,
        written=session.written,
        first=session.first.number if session.first else None,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        place=session.place,
        convened_at=session.convened_at,
        opened_at=session.opened_at,
        opened_seats=session.opened_seats,
        closed_at=session.closed_at,
        designated=(session.designated.person_id, session.designated.person.name) if session.designated else None,
        terms=committee.terms_of(terms),
        terms_number=terms.number,
        seats=_seats(session),
        benches=committee.benches(session=session, carried=not session.written),
        scene_moves=moves(session=session),
        moves=tuple(
            record.Move(*row)
            for row in Move.objects.filter(session=session).order_by("pk").values_list("mandate", "inside", "remote", "at")
        ),
        proxies=_proxies(session),
        items=_items(session, only),
        lapse=_lapse(session) if session.opened_at is None else None,
    )


def _lapse(session: Session) -> record.Lapse:
    again = Session.objects.filter(first=session).values_list("number", flat=True).first()
    return record.Lapse(session.cancelled_at, session.cancelled_because, again)


def _seats(session: Session) -> tuple[record.Seat, ...]:
    """The seats of the session’s day with their people: those in force, and whoever sat, even if their mandate ended since."""
    on = paris_day(session.starts_at)
    replies = committee.replies(session=session)
    sat = Q(moves__session=session) | Q(pk__in=RollLine.objects.filter(poll__item__session=session).values("mandate"))
    there = Mandate.objects.filter(dated(on) | sat, committee=session.committee_id).distinct()
    held: dict[int, list[Mandate]] = defaultdict(list)
    for mandate in there.select_related("person").order_by("rank", "pk"):
        held[mandate.seat_id].append(mandate)
    offices = dict(Tenure.objects.filter(dated(on), committee=session.committee_id).values_list("mandate__seat", "office"))
    there_too = Q(pk__in=list(held))
    seats = Seat.objects.filter(dated(on) | there_too, committee=session.committee_id).select_related("body").order_by("number")
    return tuple(
        record.Seat(
            seat.pk,
            seat.number,
            seat.body.name,
            seat.voting,
            Office(offices[seat.pk]) if seat.pk in offices else None,
            tuple(record.Member(m.pk, m.person.name, m.rank, replies.get(m.pk)) for m in held[seat.pk]),
        )
        for seat in seats
    )


def _proxies(session: Session) -> tuple[record.Proxy, ...]:
    found = Proxy.objects.filter(session=session).order_by("pk")
    return tuple(
        record.Proxy(*row)
        for row in found.values_list(
            "giver__person__name", "giver__seat__number", "carrier__person__name", "carrier__seat__number", "at", "withdrawn_at"
        )
    )


def _items(session: Session, only: Item | None) -> tuple[record.Item, ...]:
    found = Item.objects.filter(session=session).select_related("decision").order_by("position", "pk")
    if only is not None:
        found = found.filter(pk=only.pk)
    items = list(found)
    papers, recusals, polls = _papers(items), _recusals(items), _polls(items)
    return tuple(
        record.Item(
            position=item.position,
            matter=Matter(item.matter),
            title=item.title,
            opened_at=item.opened_at,
            concluded_at=item.concluded_at,
            withdrawn_at=item.withdrawn_at,
            withdrawn_because=item.withdrawn_because,
            second=item.missed_id is not None,
            papers=papers.get(item.pk),
            recusals=tuple(recusals[item.pk]),
            polls=tuple(polls[item.pk]),
            decision=record.Decision(
                Outcome(item.decision.outcome), item.decision.decided_on, item.decision.conditions, item.decision.reasons
            )
            if item.decision
            else None,
        )
        for item in items
    )


def _papers(items: Iterable[Item]) -> dict[int, record.Papers]:
    """The last frozen file of each matter: its fingerprint and those of what it names. The file itself stays in the database."""
    found = (
        Dossier.objects.filter(item__in=items)
        .order_by("item_id", "-number")
        .distinct("item_id")
        .annotate(
            files=_path("$.files[*]"),
            digests=_path("$.reports[*].digest"),
            titles=_path("$.reports[*].content.title"),
            plans=_path('$.plan ? (@.sha256 != "")'),
            texts=_path('$.text ? (@.sha256 != "")'),
        )
        .values_list("item", "digest", "frozen_at", "files", "digests", "titles", "plans", "texts")
    )
    return {
        item: record.Papers(
            digest,
            frozen_at,
            (
                *(record.Paper(title, None, sha256) for title, sha256 in zip(titles, digests, strict=True)),
                *(record.Paper("Plan d’actions transmis", plan["number"], plan["sha256"]) for plan in plans),
                *(record.Paper(text["title"], text.get("number"), text["sha256"]) for text in texts),
                *(record.Paper(file["title"], file["number"], file["sha256"]) for file in files),
            ),
        )
        for item, digest, frozen_at, files, digests, titles, plans, texts in found
    }


def _path(path: str) -> Func:
    return Func(F("content"), Value(path), function="jsonb_path_query_array", template="%(function)s(%(expressions)s::jsonpath)",
                output_field=JSONField())  # fmt: skip


def _recusals(items: Iterable[Item]) -> dict[int, list[record.Recused]]:
    found: dict[int, list[record.Recused]] = defaultdict(list)
    rows = Recusal.objects.filter(item__in=items).select_related("mandate__person", "mandate__seat").order_by("pk")
    for row in rows:
        found[row.item_id].append(
            record.Recused(
                row.mandate.person_id,
                row.mandate.person.name,
                row.mandate.seat.number,
                Reach(row.reach),
                row.because,
                row.at,
                row.lifted_at,
                row.lifted_because,
            )
        )
    return found


def _polls(items: Iterable[Item]) -> dict[int, list[record.Poll]]:
    found: dict[int, list[record.Poll]] = defaultdict(list)
    rows = (
        Poll.objects.filter(item__in=items, closed_at__isnull=False)
        .defer("opening")
        .select_related("opened_by", "closed_by", "replaces")
        .prefetch_related(
            Prefetch("roll", RollLine.objects.select_related("mandate__person").order_by("pk")),
            Prefetch("ballots", Ballot.objects.select_related("by").order_by("pk")),
            Prefetch("voidings", Voiding.objects.filter(taken_back_at__isnull=True).select_related("by").order_by("pk")),
        )
        .order_by("item_id", "number")
    )
    for row in rows:
        found[row.item_id].append(_poll(row))
    return found


def _poll(row: Poll) -> record.Poll:
    assert row.closed_at is not None
    assert row.record is not None
    assert row.checked is not None
    voidings = tuple(record.Voiding(one.by.name, one.because, one.at) for one in row.voidings.all())
    scene = parse_scene(row.record)
    ranks = {holder.person: holder.rank for bench in scene.seats for holder in bench.holders}
    return record.Poll(
        number=row.number,
        motion=row.motion,
        outcome=Outcome(row.outcome) if row.outcome else None,
        conditions=row.conditions,
        reasons=row.reasons,
        effect=parse(row.effect),
        opened_at=row.opened_at,
        opened_by=row.opened_by.name,
        closed_at=row.closed_at,
        closed_by=row.closed_by.name if row.closed_by else PALIER,
        result=Result(row.result),
        sentence=row.sentence,
        checked=row.checked,
        scene=scene,
        void=len(voidings) >= VOIDING_SIGNATURES,
        replaces=row.replaces.number if row.replaces else None,
        roll=tuple(_roll_line(line, ranks) for line in row.roll.all()),
        ballots=tuple(_last(row.ballots.all())),
        voidings=voidings,
    )


def _roll_line(line: RollLine, ranks: Mapping[int, int]) -> record.RollLine:
    """A line of the roll; the rank is that of the day, which may have changed since."""
    mandate = line.mandate
    return record.RollLine(
        line.closing,
        line.seat_id,
        Hold(line.hold),
        mandate.person.name if mandate else "",
        ranks.get(mandate.person_id) if mandate else None,
        line.presides,
        line.may_vote,
    )


def _last(ballots: Iterable[Ballot]) -> Iterable[record.Ballot]:
    """The last version of each seat’s ballot."""
    standing = {ballot.seat_id: ballot for ballot in ballots}
    return (
        record.Ballot(b.seat_id, b.by.name, Choice(b.choice), b.conditions, b.reasons, b.at, b.version, b.entry)
        for b in standing.values()
    )
