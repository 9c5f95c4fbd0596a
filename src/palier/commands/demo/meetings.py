"""The sessions of the committee: the last two held whole, minutes included; one that sits now; a written consultation that runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from palier.calendar import at_hour, in_words, paris_day
from palier.commands.demo.review import next_session, said
from palier.commands.demo.timeline import Life, chance, later, office_hours
from palier.commands.demo.world import COMMITTEE, World
from palier.committee import operations, queries
from palier.committee.models import Committee, Item, Mandate, Poll, Session
from palier.committee.rules.agenda import Coming, matter_of
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.effects import Effect
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.tally import Choice
from palier.committee.rules.terms import Matter
from palier.label.rules.stages import Stage
from palier.minutes import operations as minutes
from palier.minutes.models import Minutes

_HELD = 2
_TITLES = (
    "Les réclamations reçues des associations : ce que le label en fait",
    "La place des associations dans les visites d’audit",
)
_DEBATES = "La présidence rappelle le dossier figé à la convocation. Les avis des représentants de locataires sont lus."
_AGAINST = "Les sites prioritaires demandent des engagements datés ; le dossier n’en donne pas assez."


def hold(world: World) -> Life:
    """The last sessions before today, each approving the minutes of the one before; those of the last are still read again."""
    committee, rng = Committee.objects.get(name=COMMITTEE), chance("meetings")
    before: Minutes | None = None
    for number, day in enumerate(_days(paris_day(world.today))):
        at = yield office_hours(day - timedelta(days=22), rng)
        session = _convene(world, committee, at_hour(day, 14), day, _TITLES[number], at, approves=True)
        at = yield at_hour(day, 14)
        at = _sit(world, session, rng, at)
        minutes.catch_up(at=at)
        if before is not None:
            minutes.sign(minutes=before, by=world.committee[0], at=at + timedelta(minutes=20))
        at = yield later(at, 3, rng)
        before = _write(world, session, at)
        at = yield later(at, 7, rng)
        _read_again(world, before, at)


def _days(today: date) -> list[date]:
    """The last days on which the committee met."""
    found, day = [], next_session(today - timedelta(days=62 * (_HELD + 1)))
    while day < today:
        found.append(day)
        day = next_session(day)
    return found[-_HELD:]


def _convene(
    world: World, committee: Committee, starts_at: datetime, awaited: date, title: str, at: datetime, *, approves: bool = False
) -> Session:
    """A session with the journeys whose decision is awaited on a day, and one other subject; first, minutes to approve."""
    by, ends_at = world.referent, starts_at + timedelta(hours=3)
    session = operations.prepare(
        committee=committee, starts_at=starts_at, ends_at=ends_at, place="Au siège de l’Union", by=by, at=at
    )
    for journey in queries.ready(on=paris_day(at)):
        matter = matter_of(Stage(journey.stage), cycle=journey.cycle)
        if matter is not None and world.awaited.get(journey.pk, (None, None))[1] == awaited:
            name = f"{journey.landlord.name} : {matter.label.lower()}"
            operations.add_item(session=session, matter=matter, title=name, journey=journey, by=by, at=at)
    operations.add_item(session=session, matter=Matter.OTHER, title=title, by=by, at=at)
    if approves:
        minutes.propose_ready(session=session, by=by, at=at)
    operations.convene(session=session, by=by, at=at)
    for mandate in queries.holders_of(session=session):
        if not mandate.rank:
            operations.reply(
                session=session, mandate=mandate, coming=Coming.PRESENT, by=mandate.person, at=at + timedelta(days=2)
            )
    return session


def _clock(at: datetime) -> Iterator[datetime]:
    """One instant after the other, half a minute apart."""
    while True:
        at += timedelta(seconds=30)
        yield at


def _sit(world: World, session: Session, rng: Random, at: datetime) -> datetime:
    """Each matter is voted, the session closes; the instant of the close."""
    clock, by = _clock(at), world.referent
    here = _come_in(world, session, clock)
    for item in queries.items(session=session):
        _declare(world, item, here, clock)
        operations.open_item(item=item, by=by, at=next(clock))
        poll = _poll(world, item, next(clock))
        _vote(poll, _able(item, here), rng, clock)
        operations.close_poll(poll=poll, by=by, at=next(clock))
        operations.conclude(item=item, by=by, at=next(clock))
    operations.close_session(session=session, by=by, at=next(clock))
    session.refresh_from_db()
    return next(clock)


def _come_in(world: World, session: Session, clock: Iterator[datetime]) -> list[Mandate]:
    """Everybody but one comes in, and the session opens; who is there."""
    by = world.referent
    session.refresh_from_db()
    held = queries.holders_of(session=session)
    titulars = [m for m in held if not m.rank]
    missing = next(m for m in reversed(titulars) if any(o.rank and o.seat_id == m.seat_id for o in held))
    here = [m for m in titulars if m != missing] + [m for m in held if m.rank and m.seat_id == missing.seat_id]
    for mandate in here:
        operations.enter(session=session, mandate=mandate, by=by, at=next(clock))
    operations.open_session(session=session, by=by, at=next(clock))
    session.refresh_from_db()
    return here


def _declare(world: World, item: Item, here: list[Mandate], clock: Iterator[datetime]) -> None:
    """Who sits for the landlord's own federation or region leaves; the others declare no link."""
    reason = "Lien direct avec l’organisme."
    for clue in queries.clues(item=item, mandates=here):
        operations.review(item=item, clue=clue, confirmed=True, reason=reason, by=world.referent, at=next(clock))
    out = queries.kept_out(item=item)
    for mandate in here:
        if mandate.person_id not in out:
            operations.declare(item=item, mandate=mandate, interest=Interest.NONE, by=mandate.person, at=next(clock))


def _able(item: Item, here: list[Mandate]) -> list[Mandate]:
    out = queries.kept_out(item=item)
    return [mandate for mandate in here if mandate.person_id not in out]


def _vote(poll: Poll, able: list[Mandate], rng: Random, clock: Iterator[datetime]) -> None:
    """These members vote; one of them is against, never the first."""
    against = rng.choice(able[1:])
    for mandate in able:
        choice, reasons = (Choice.AGAINST, _AGAINST) if mandate == against else (Choice.FOR, "")
        operations.cast(poll=poll, seat=mandate.seat, choice=choice, reasons=reasons, by=mandate.person, at=next(clock))


def _poll(world: World, item: Item, at: datetime) -> Poll:
    if item.minutes_of_id:
        outcome = Outcome.MINUTES_APPROVED
        return operations.open_poll(item=item, motion=outcome.about.label, outcome=outcome, by=world.referent, at=at)
    if item.journey_id is None:
        return operations.open_poll(item=item, motion="Adopter ce qui est présenté", by=world.referent, at=at)
    outcome, day = world.awaited[item.journey_id]
    conditions, reasons = said(outcome, day)
    return operations.open_poll(
        item=item,
        motion=outcome.about.label,
        outcome=outcome,
        effect=Effect(conditions=tuple(conditions)),
        reasons=reasons,
        by=world.referent,
        at=at,
    )


def _write(world: World, session: Session, at: datetime) -> Minutes:
    made = minutes.start(session=session, by=world.referent, at=at)
    debates = {item.pk: _DEBATES for item in queries.items(session=session) if item.journey_id}
    preamble = f"La présidence ouvre la séance du {in_words(paris_day(session.starts_at))} et remercie les personnes présentes."
    minutes.write_texts(minutes=made, preamble=preamble, debates=debates, by=world.referent, at=at + timedelta(minutes=20))
    minutes.send(minutes=made, by=world.referent, at=at + timedelta(minutes=30))
    return made


def _read_again(world: World, made: Minutes, at: datetime) -> None:
    """A member says something of the last matter, which is everybody's; the référent answers."""
    last = queries.items(session=made.session).reverse().first()
    text = "Il est dit aussi que les associations recevront le bilan avant la séance suivante."
    said_so = minutes.comment(minutes=made, item=last, text=text, by=world.committee[0], at=at)
    minutes.answer(comment=said_so, taken=True, text="Ajouté aux débats.", by=world.referent, at=at + timedelta(minutes=9))


def sit_now(world: World) -> Life:
    """A session that opened an hour ago: its first matter is put to the vote, half of the seats have voted."""
    committee, rng = Committee.objects.get(name=COMMITTEE), chance("now")
    today = paris_day(world.today)
    at = yield office_hours(today - timedelta(days=19), rng)
    starts_at = world.today - timedelta(minutes=75)
    session = _convene(world, committee, starts_at, next_session(today), "La charte des visites de sites", at)
    clock = _clock((yield starts_at))
    here = _come_in(world, session, clock)
    item = queries.items(session=session)[0]
    _declare(world, item, here, clock)
    operations.open_item(item=item, by=world.referent, at=next(clock))
    item.refresh_from_db()
    _vote(_poll(world, item, next(clock)), _able(item, here)[3::2], rng, clock)


def consult(world: World) -> Life:
    """A written consultation convened three weeks ago, open since a few days, where half of the seats have voted."""
    rng = chance("consult")
    at = yield office_hours(paris_day(world.today) - timedelta(days=27), rng)
    committee = Committee.objects.get(name=COMMITTEE)
    session = operations.prepare(
        committee=committee,
        written=True,
        starts_at=office_hours(paris_day(world.today) - timedelta(days=6), rng),
        ends_at=at_hour(paris_day(world.today) + timedelta(days=12), 18),
        by=world.referent,
        at=at,
    )
    item = operations.add_item(
        session=session,
        matter=Matter.OTHER,
        title="Le calendrier des séances de l’année",
        presentation="Quatre séances, une par trimestre, à un mois des instances nationales.",
        by=world.referent,
        at=at,
    )
    operations.convene(session=session, by=world.referent, at=at)
    at = yield later(at, 8, rng)
    members = queries.holders_of(session=session)
    for mandate in (m for m in members if m.rank == 0):
        operations.declare(item=item, mandate=mandate, interest=Interest.NONE, by=mandate.person, at=at)
    at = yield max(at, session.starts_at + timedelta(minutes=4))
    session.refresh_from_db()
    operations.open_session(session=session, by=world.referent, at=at)
    item.refresh_from_db()
    operations.open_item(item=item, by=world.referent, at=at)
    item.refresh_from_db()
    poll: Poll = operations.open_poll(item=item, motion="Adopter le calendrier proposé", by=world.referent, at=at)
    for mandate in [m for m in members if m.rank == 0][3::2]:
        at = yield at + timedelta(hours=rng.randint(1, 6))
        operations.cast(poll=poll, seat=mandate.seat, choice=Choice.FOR, by=mandate.person, at=at)
