"""What the committee has under way: a written consultation, in which members of the demonstration may vote."""

from __future__ import annotations

from datetime import timedelta

from palier.calendar import at_hour, paris_day
from palier.commands.demo.timeline import Life, chance, later, office_hours
from palier.commands.demo.world import COMMITTEE, World
from palier.committee import operations as committees
from palier.committee import queries
from palier.committee.models import Committee, Poll
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.tally import Choice
from palier.committee.rules.terms import Matter


def consult(world: World) -> Life:
    """A written consultation convened three weeks ago, open since a few days, where half of the seats have voted."""
    rng = chance("consult")
    at = yield office_hours(paris_day(world.today) - timedelta(days=27), rng)
    committee = Committee.objects.get(name=COMMITTEE)
    session = committees.prepare(
        committee=committee,
        written=True,
        starts_at=office_hours(paris_day(world.today) - timedelta(days=6), rng),
        ends_at=at_hour(paris_day(world.today) + timedelta(days=12), 18),
        by=world.referent,
        at=at,
    )
    item = committees.add_item(
        session=session,
        matter=Matter.OTHER,
        title="Le calendrier des séances de l’année",
        presentation="Quatre séances, une par trimestre, à un mois des instances nationales.",
        by=world.referent,
        at=at,
    )
    committees.convene(session=session, by=world.referent, at=at)
    at = yield later(at, 8, rng)
    members = queries.holders_of(session=session)
    for mandate in (m for m in members if m.rank == 0):
        committees.declare(item=item, mandate=mandate, interest=Interest.NONE, by=mandate.person, at=at)
    at = yield max(at, session.starts_at + timedelta(minutes=4))
    session.refresh_from_db()
    committees.open_session(session=session, by=world.referent, at=at)
    item.refresh_from_db()
    committees.open_item(item=item, by=world.referent, at=at)
    item.refresh_from_db()
    poll: Poll = committees.open_poll(item=item, motion="Adopter le calendrier proposé", by=world.referent, at=at)
    for mandate in [m for m in members if m.rank == 0][3::2]:
        at = yield at + timedelta(hours=rng.randint(1, 6))
        committees.cast(poll=poll, seat=mandate.seat, choice=Choice.FOR, by=mandate.person, at=at)
