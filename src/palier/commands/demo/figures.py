"""What is known of residences: three years of figures and incidents for a few landlords, brought by file as people do.

A few residences drift: incidents rise from a month on, then what follows from them. Towns are invented, so is what is
published of them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from random import Random
from typing import Any

from palier.calendar import add_months, paris_day
from palier.commands.demo import names
from palier.commands.demo.stock import place
from palier.commands.demo.timeline import Life, chance, office_hours
from palier.commands.demo.world import Household, World
from palier.comparison import operations as comparison
from palier.comparison.rules import Territory, last_ended
from palier.sources import operations
from palier.sources.operations import Told
from palier.sources.reading.public import Contour, Published
from palier.sources.rules.incidents import Complaint, IncidentKind, Place, Recurrence, Victim
from palier.sources.rules.intake import Origin, State
from palier.stock.geography import shape_of
from palier.stock.operations import receive
from palier.stock.queries import residences

YEARS = 3
LANDLORDS = 3
COMPARED = 8
"""Landlords of one region that compare themselves: five are the fewest that a median may speak of."""
_ODDS = {
    IncidentKind.DUMPING_BULKY: 28,
    IncidentKind.PROPERTY_DAMAGE: 24,
    IncidentKind.GATHERING: 23,
    IncidentKind.NOISE_NEIGHBOUR: 18,
    IncidentKind.GRAFFITI: 10,
    IncidentKind.ASSAULT_VERBAL: 9,
    IncidentKind.PARKING_WRECK: 8,
    IncidentKind.THREAT: 4,
    IncidentKind.TRAFFICKING: 4,
    IncidentKind.FIRE: 2,
    IncidentKind.ASSAULT_PHYSICAL: 1,
}
_TEXTS = ("", "", "", "Signalé au prestataire.", "Le hall est nettoyé.", "Vitre brisée.", "Constaté à la tournée du matin.")
_PROXIMITY = (
    "Résidence", "Début", "Fin", "Remontées gardien", "Fiches de sécurité", "Contrôles non conformes",
    "Nombre total controles non conformes", "Réclamations",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """A residence of the story: how hard it is from the start, and from when it drifts, if it does."""

    name: str
    homes: int
    hardness: float
    drifts_from: date | None

    def weight(self, day: date) -> float:
        """How hard it is on a day: what drifts triples within a year."""
        if self.drifts_from is None or day < self.drifts_from:
            return self.hardness
        return self.hardness * (1 + 2 * min((day - self.drifts_from).days / 365, 1.0))


def publish(world: World) -> Life:
    """The label's team loads what is published of the towns, two years before today."""
    at = yield office_hours((world.today - timedelta(days=730)).date(), chance("open data"))
    by, year = world.referent, at.year - 1
    offences, incomes, contours = Published(year), Published(year - 3), []
    for number in range(len(names.PLACES)):
        rng, (insee, town, lon, lat) = chance("open data", number), place(number)
        people = rng.randint(4_000, 90_000)
        for key, usual in (("commune_violence", 6), ("commune_vandalism", 9), ("commune_trafficking", 1)):
            offences.rows.append((key, insee, _number(rng, usual), people))
        for quarter, (west, south) in enumerate(((-0.1, -0.08), (0.0, -0.08), (-0.1, 0.0), (0.0, 0.0)), 101):
            code = f"{insee}0{quarter}"
            x, y = lon + west, lat + south
            ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.08], [x, y + 0.08], [x, y]]
            contours.append(
                Contour(code, f"{town}, secteur {quarter - 100}", insee, shape_of({"type": "Polygon", "coordinates": [ring]}))
            )
            incomes.rows.append(("iris_income", code, Decimal(rng.randint(13_200, 27_000)), None))
            incomes.rows.append(("iris_poverty", code, Decimal(rng.randint(8, 44)), None))
    for published in (offences, incomes):
        operations.load_open_figures(published=published, by=by, at=at)
    operations.load_iris(found=contours, year=year, by=by, at=at)


def _number(rng: Random, usual: float) -> Decimal:
    return Decimal(f"{usual * rng.lognormvariate(0, 0.5):.4f}")


def gather(world: World, number: int) -> Life:
    """Every quarter for three years, a landlord brings what its tools know; its team notes incidents of late by hand."""
    rng = chance("figures", number)
    begins = add_months(world.today.date().replace(day=1), -12 * YEARS)
    day = begins
    while day <= world.today.date() - timedelta(days=20):  # the last quarter is whole, and its file is there
        at = yield office_hours(day + timedelta(days=9), rng)
        home = world.households[number - 1]
        sites = _sites(world, home, at)
        if sites and day > begins:
            _quarter(home, sites, add_months(day, -3), day - timedelta(days=1), at, rng)
            if 4 <= day.month <= 6:
                _year(home, sites, day.year - 1, at + timedelta(minutes=20), rng)
        day = add_months(day, 3)
    at = yield office_hours((world.today - timedelta(days=4)).date(), rng)
    _by_hand(home, at, rng)


def compare(world: World) -> Life:
    """The landlords of the region that has the most bring last year's figures, agree to compare them, and a quarter is published."""
    period = last_ended(paris_day(world.today))
    at = yield office_hours(period.ends_on - timedelta(days=40), chance("compared"))
    members: dict[int, list[int]] = {}
    for number, home in enumerate(world.households, 1):
        region = home.landlord.regional_association_id
        if region and residences(landlord=home.landlord).exists():
            members.setdefault(region, []).append(number)
    for number in max(members.values(), key=len, default=[])[:COMPARED]:
        home = world.households[number - 1]
        if number > LANDLORDS:
            _year(home, _sites(world, home, at), at.year - 1, at, chance("compared", number))
        agreed = [(indicator, Territory.REGION) for indicator in ("vacancy", "turnover", "arrears", "refused_offers")]
        comparison.agree(landlord=home.landlord, wanted=agreed, by=home.director, at=at + timedelta(minutes=40))
    at = yield office_hours(period.ends_on + timedelta(days=3), chance("published"))
    comparison.publish(period=period, at=at)


def _sites(world: World, home: Household, at: datetime) -> list[Site]:
    """The residences of today, each with its own character; two drift, one for long, one of late."""
    found = list(residences(landlord=home.landlord, on=paris_day(at)).order_by("plain_name", "pk"))
    today = world.today.date()
    drifting = {3: add_months(today, -20), 8: add_months(today, -7)}
    return [
        Site(
            residence.name,
            residence.homes or 20,
            hardness(home, residence),
            drifting.get(rank),
        )
        for rank, residence in enumerate(found)
    ]


def hardness(home: Household, residence: Any) -> float:
    """How hard a residence is from the start, for what its tools count and for who rates it alike; 1 is usual."""
    one = chance("site", home.landlord.name, residence.name)
    return one.lognormvariate(-0.3, 0.7) * (1.6 if residence.in_qpv else 1)


def _count(rng: Random, mean: float) -> int:
    """How many of what comes by chance, around a mean."""
    return max(0, round(rng.gauss(mean, max(mean, 0.3) ** 0.5)))


def _quarter(home: Household, sites: Sequence[Site], first: date, last: date, at: datetime, rng: Random) -> None:
    """The list of incidents, then the counts of the quarter."""
    span = (last - first).days + 1
    told: list[list[object]] = []
    counts: list[list[object]] = []
    for site in sites:
        hard = site.weight(last)
        for _ in range(_count(rng, site.homes * 0.012 * hard)):
            (kind,) = rng.choices(list(_ODDS), list(_ODDS.values()))
            where = rng.choice(
                (Place.HALL, Place.HALL, Place.STAIRS, Place.OUTSIDE, Place.OUTSIDE, Place.PARKING, Place.CELLAR)
            )
            again = rng.choice(("Isolé", "Isolé", "Se répète", "Permanent" if hard > 2 else "Isolé"))
            filed = rng.choice(("Non", "Non", "Oui"))
            day = first + timedelta(days=rng.randrange(span))
            told.append([f"{day:%d/%m/%Y}", site.name, kind.label, where.label, again, filed, rng.choice(_TEXTS)])
        checks = 6 + site.homes // 40
        counts.append(
            [
                site.name, f"{first:%d/%m/%Y}", f"{last:%d/%m/%Y}",
                _count(rng, site.homes * 0.01 * hard), _count(rng, site.homes * 0.004 * hard),
                min(checks, _count(rng, checks * 0.12 * hard)), checks,
                _count(rng, site.homes * 0.05 * (0.6 + 0.4 * hard)),
            ]
        )  # fmt: skip
    heads = ("Date", "Résidence", "Nature", "Lieu", "Répétition", "Plainte", "Précisions")
    _bring(home, f"incidents-{first:%Y-%m}.csv", heads, told, at, "Main courante")
    _bring(home, f"proximite-{first:%Y-%m}.csv", _PROXIMITY, counts, at + timedelta(minutes=9), "Tableau de la proximité")


def _year(home: Household, sites: Sequence[Site], year: int, at: datetime, rng: Random) -> None:
    """What management knows once a year; the survey and the ranking of the stock every three."""
    last = date(year, 12, 31)
    rows: list[list[object]] = []
    for site in sites:
        hard, households = site.weight(last), max(12, round(site.homes * 0.95))
        offers = max(4, site.homes // 6)
        rows.append(
            [
                site.name, year, min(site.homes, _count(rng, site.homes * 0.018 * hard)), _count(rng, site.homes * 0.08),
                min(households, _count(rng, households * 0.05 * (0.5 + hard / 2))), households,
                min(offers, _count(rng, offers * 0.25 * hard)), offers, 1 if hard > 2.5 else 0,
            ]
        )  # fmt: skip
    heads = (
        "Résidence",
        "Année",
        "Logements vacants",
        "Départs",
        "Impayés",
        "Total impayés",
        "Refus",
        "Total refus",
        "Pétitions",
    )
    _bring(home, f"gestion-{year}.csv", heads, rows, at, "Extraction de la gestion locative")
    if year % 3 == 1:
        _survey(home, sites, year, at + timedelta(minutes=12), rng)


def _survey(home: Household, sites: Sequence[Site], year: int, at: datetime, rng: Random) -> None:
    rows: list[list[object]] = []
    for site in sites:
        answers = max(8, site.homes // 5)
        good = max(0.25, 0.86 - 0.12 * site.weight(date(year, 12, 31)))
        liked = [min(answers, _count(rng, answers * good * shade)) for shade in (1, 0.92, 0.88)]
        segment = min(5, max(1, round(rng.gauss(2.4, 0.9))))
        rows.append([site.name, year, liked[0], answers, liked[1], answers, liked[2], answers, segment])
    heads = (
        "Résidence", "Année", "Satisfaits", "Total satisfaits", "Satisfaits propreté", "Total satisfaits propreté",
        "Satisfaits tranquillité", "Total satisfaits tranquillité", "Classe PSP",
    )  # fmt: skip
    _bring(home, f"enquete-{year}.csv", heads, rows, at, "Enquête et classes du PSP")


def _bring(
    home: Household, name: str, heads: Sequence[str], rows: Iterable[Sequence[object]], at: datetime, saved: str
) -> None:
    """Drop a file, confirm its columns, read its preview, bring it in."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(heads)
    writer.writerows(rows)
    received = receive(file=BytesIO(out.getvalue().encode("utf-8-sig")), name=name)
    common: dict[str, Any] = {"by": home.lead, "at": at}
    looked = operations.look_at(received.digest)
    intake = operations.open_intake(landlord=home.landlord, received=received, looked=looked, **common)
    answers = operations.answers_of(intake)
    found = operations.read_again(intake, answers, at=at)
    operations.keep_preview(intake=intake, answers=answers, found=found, save_as=saved, **common)
    if intake.state != State.READY:
        raise RuntimeError(f"{name} of {home.landlord} was not read: {intake.faults[:3]}, {intake.report.get('unknown')}")
    operations.apply_intake(intake=intake, found=found, **common)


def _by_hand(home: Household, at: datetime, rng: Random) -> None:
    """A few incidents of the last days, noted on a phone by the team."""
    for number, residence in enumerate(list(residences(landlord=home.landlord)[:6])):
        told = Told(
            residence.pk,
            paris_day(at) - timedelta(days=rng.randint(0, 3)),
            rng.choice((IncidentKind.GATHERING, IncidentKind.DUMPING_BULKY, IncidentKind.GRAFFITI)),
            rng.choice((Place.HALL, Place.OUTSIDE)),
            Victim.NOBODY,
            Recurrence.REPEATED,
            Complaint.NO,
            "Constaté à la tournée du matin.",
        )
        moment = at + timedelta(minutes=3 * number)
        operations.record_incident(
            landlord=home.landlord, told=told, origin=Origin.FORM, by=home.team[number % len(home.team)], at=moment
        )
