"""What the first two landlords see on the spot over two years: residence sheets, checks of cleanliness, a walk with residents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

from PIL import Image, ImageDraw

from palier.calendar import add_working_days, paris_day
from palier.commands.demo.timeline import Life, Part, chance, later, office_hours
from palier.commands.demo.world import Household, World
from palier.directory.models import Person
from palier.documents.operations import receive
from palier.frameworks.operations import Entry, fill
from palier.frameworks.rules.grid import Criterion
from palier.stock.models import Residence
from palier.stock.queries import residences
from palier.visits import operations, queries
from palier.visits.models import Staircase, Visit
from palier.visits.operations.filling import Sent
from palier.visits.rules import Cleaner, Function, Kind, Public, Responsibility, Theme

_MONTHS_AGO = (22, 13, 7, 2)
_NOTES = ("Signalé au secteur.", "Revient depuis l’été.", "Devis demandé.", "À revoir avec l’entreprise.")
_SEEN = (
    ("Devant le hall", Theme.LIGHTING, False, "La lampe au-dessus de la porte est éteinte depuis des semaines.", "landlord"),
    ("Devant le hall", Theme.BUILDING, True, "Le hall refait est clair, les boîtes aux lettres ferment.", "landlord"),
    ("Le local poubelles", Theme.WASTE, False, "Des encombrants restent devant la porte après le passage du camion.", "shared"),
    ("Le local poubelles", Theme.UPKEEP, True, "Le sol est lavé, les consignes de tri se lisent.", "landlord"),
    ("L’aire de jeux", Theme.OUTSIDE, True, "Les enfants y viennent : les bancs à l’ombre sont appréciés.", "landlord"),
    ("L’aire de jeux", Theme.TRANQUILLITY, False, "Des scooters traversent l’allée le soir.", "other"),
    ("Le parking", Theme.MOBILITY, False, "Deux voitures abandonnées prennent des places depuis le printemps.", "shared"),
)


def go(world: World, name: str) -> Life:
    """One landlord's visits, from the day its stock is known."""
    rng, home, sheets = chance("visits", name), None, 0
    chosen: list[Residence] = []
    for months in _MONTHS_AGO:
        at = yield office_hours(paris_day(world.today) - timedelta(days=30 * months), rng)
        home = next((one for one in world.households if one.landlord.name == name), None)
        chosen = chosen or (list(residences(landlord=home.landlord, on=paris_day(at))[:3]) if home else [])
        if home is None or not chosen:
            continue
        planned = _plan(home, chosen, home.team[0], at)
        at = yield later(at, 6, rng)
        for visit in planned:
            _sheet(home, visit, rng, 0.6 + 0.08 * sheets, at)
        sheets += 1
        if sheets == 2:
            at = yield later(at, 20, rng)
            at = yield from walk(home, chosen[0], rng, at)
    if home and chosen:
        at = yield later(at, 12, rng)
        _checks(home, chosen[0], rng, at)
        at = yield max(at, office_hours(paris_day(world.today) - timedelta(days=20), rng))
        _plan(home, chosen[:1], home.team[0], at)
        soon = add_working_days(paris_day(world.today), 5)
        given: dict[str, Any] = {"planned_on": soon, "entrusted_to": None, "by": home.lead, "at": at}
        operations.plan(landlord=home.landlord, places=chosen[1:], **given)


def _checks(home: Household, residence: Residence, rng: Random, at: datetime) -> None:
    """The staircases that an employee cleans, checked by the caretaker; the word of whoever cleans is noted."""
    agent = home.team[0]
    operations.set_function(landlord=home.landlord, person=agent, function=Function.CARETAKER, by=home.lead, at=at)
    for visit in _plan(home, _staircases(home, residence, at), agent, at):
        taken = operations.take(visit=visit, by=agent, at=at)
        _fill(taken, agent, rng, 0.75, at)
        operations.finish(visit=taken, priorities=[], by=agent, at=at + timedelta(minutes=20))
    operations.remark(
        visit=queries.visits(landlord=home.landlord).filter(kind=Kind.ROUND)[0],
        text="Pas d’eau chaude au local ce jour-là : les marches ont été balayées, le lavage reporté au lendemain.",
        by=agent,
        at=at + timedelta(hours=2),
    )


def _staircases(home: Household, residence: Residence, at: datetime) -> list[Staircase]:
    """Two that an employee cleans, one that a firm cleans; those of the employee are checked in the story."""
    given: dict[str, Any] = {"residence": residence, "by": home.lead, "at": at}
    ours = operations.add_staircases(names=["Escalier A", "Escalier B"], cleaned_by=Cleaner.EMPLOYEE, **given)
    operations.add_staircases(names=["Escalier C"], cleaned_by=Cleaner.CONTRACTOR, provider="Net d’Exemple", **given)
    return ours


def _plan(home: Household, places: Sequence[Residence] | Sequence[Staircase], agent: Person, at: datetime) -> list[Visit]:
    day = add_working_days(paris_day(at), 4)
    return operations.plan(landlord=home.landlord, places=places, planned_on=day, entrusted_to=agent, by=home.lead, at=at)


def _sheet(home: Household, visit: Visit, rng: Random, level: float, at: datetime) -> None:
    """A whole sheet, two photos, the five weakest points put first."""
    agent = home.team[0]
    taken = operations.take(visit=visit, by=agent, at=at)
    weakest = _fill(taken, agent, rng, level, at)
    for code in (*weakest[:1], "mailboxes"):
        content = _picture(rng)
        sent = Sent(
            f"demo{taken.pk}{code.replace('_', '')}",
            hashlib.sha256(content).hexdigest(),
            receive(file=BytesIO(content), name="photo.jpg"),
        )
        operations.add_photo(visit=taken, criterion=code, sent=sent, by=agent, at=at + timedelta(minutes=30))
    operations.finish(visit=taken, priorities=weakest[:5], by=agent, at=at + timedelta(minutes=50))


def _fill(visit: Visit, by: Person, rng: Random, level: float, at: datetime) -> list[str]:
    """Answer every point around a quality; the codes of those that were seen, the weakest first."""
    assert visit.assessment is not None
    entries = {c: _entry(c, rng, level) for c in queries.grid(visit).criteria.values()}
    fill(assessment=visit.assessment, entries=list(entries.values()), by=by, at=at + timedelta(minutes=10))
    seen = [(c.scale.quality(entry.value), c.code) for c, entry in entries.items() if entry.value is not None]
    return [code for _, code in sorted(seen)]


def _entry(criterion: Criterion, rng: Random, level: float) -> Entry:
    if rng.random() < 0.05:
        return Entry(criterion.code, not_applicable=True)
    drawn = min(max(rng.gauss(level, 0.25), 0), 1)
    step = min(criterion.scale.levels, key=lambda one: abs(float(criterion.scale.quality(one.value)) - drawn))
    note = rng.choice(_NOTES) if float(criterion.scale.quality(step.value)) < 0.4 else ""
    return Entry(criterion.code, value=step.value, justification=note)


def _picture(rng: Random) -> bytes:
    """A hall as a child would draw it: a wall, a door, a floor; no real place."""
    image = Image.new("RGB", (640, 480), (rng.randint(190, 235), rng.randint(190, 230), rng.randint(180, 215)))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 360, 640, 480), fill=(rng.randint(110, 170), rng.randint(100, 140), rng.randint(90, 120)))
    left = rng.randint(120, 360)
    pen.rectangle((left, 110, left + 150, 360), fill=(20, 87, 74), outline=(23, 34, 29), width=4)
    pen.ellipse((left + 120, 235, left + 134, 249), fill=(244, 167, 44))
    for _ in range(rng.randint(0, 6)):
        x, y = rng.randint(0, 600), rng.randint(380, 460)
        pen.ellipse((x, y, x + rng.randint(8, 40), y + rng.randint(4, 16)), fill=(90, 80, 70))
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def walk(home: Household, residence: Residence, rng: Random, at: datetime) -> Part:
    """A walk of one morning, restituted a few days later; weak points get a follow-up, the first one is dealt with."""
    by: dict[str, Any] = {"by": home.team[0], "at": at}
    day = paris_day(at)
    held = operations.open_walk(landlord=home.landlord, residence=residence, title="Diagnostic en marchant", held_on=day, **by)
    counts = {Public.RESIDENTS: 14, Public.REPRESENTATIVES: 2, Public.STAFF: 4, Public.ELECTED: 1, Public.PARTNERS: 2}
    operations.set_participants(walk=held, counts=counts, revision=0, **by)
    operations.share_walk(walk=held, **by)
    stops = {place: operations.add_stop(walk=held, place=place, **by) for place in dict.fromkeys(seen[0] for seen in _SEEN)}
    noted = [
        operations.observe(
            stop=stops[place], theme=theme, positive=positive, text=text, responsible=Responsibility(responsible), **by
        )
        for place, theme, positive, text, responsible in _SEEN
    ]
    at = yield later(at, 4, rng)
    by = {"by": home.lead, "at": at}
    operations.close_walk(walk=held, **by)
    due = day + timedelta(days=30)
    lamp = operations.follow_up(observation=noted[0], text="Remplacer la lampe.", who="Secteur", due_on=due, **by)
    operations.follow_up(observation=noted[6], text="Demander l’enlèvement des épaves.", who="Ville", due_on=due, **by)
    at = yield later(at, 9, rng)
    operations.record_outcome(follow_up=lamp, done_on=paris_day(at), outcome="Lampe remplacée.", by=home.lead, at=at)
    return at
