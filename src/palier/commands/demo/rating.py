"""The stock is rated, and the sites to treat first are named."""

from __future__ import annotations

from datetime import datetime, timedelta

from palier.calendar import paris_day
from palier.commands.demo import grids
from palier.commands.demo.figures import hardness
from palier.commands.demo.matters import DIFFICULTIES
from palier.commands.demo.timeline import Part, later
from palier.commands.demo.world import Household
from palier.frameworks import operations as frameworks
from palier.frameworks.queries import current_version
from palier.label.models import Journey
from palier.sites import operations as sites
from palier.sites.models import RatingCampaign
from palier.sites.operations import Given
from palier.sites.queries import active_sites
from palier.sites.rules import Level
from palier.stock.models import Residence
from palier.stock.queries import residences

_ODDS = {Level.NONE: 72, Level.MEDIUM: 17, Level.IMPORTANT: 8, Level.EXTREME: 3}
_QUALITY = {Level.NONE: 0.85, Level.MEDIUM: 0.62, Level.IMPORTANT: 0.38, Level.EXTREME: 0.15}


def rate(home: Household, journey: Journey, at: datetime) -> Part:
    """Levels given by the team and the quality lead, a grid on the hardest sites, the list confirmed, the rating closed."""
    rng = home.rng
    campaign = sites.open_campaign(landlord=home.landlord, cycle=journey.cycle, by=home.lead, at=at)
    stock = list(residences(landlord=home.landlord, on=paris_day(at)).order_by("plain_name", "pk"))
    drawn = sorted(rng.choices(list(_ODDS), list(_ODDS.values()), k=len(stock)), key=lambda level: -level.rank)
    levels = dict(zip(sorted(stock, key=lambda r: -hardness(home, r)), drawn, strict=True))
    known = set(active_sites(landlord=home.landlord.pk).values_list("residence_id", flat=True))
    for residence in (next(iter(levels)), *(r for r in stock if r.pk in known)):  # one at least; a known one is not healed yet
        levels[residence] = max(levels[residence], Level.IMPORTANT, key=lambda level: level.rank)
    entrusted = stock[: len(stock) // 3]
    sites.entrust(campaign=campaign, residences=[r.pk for r in entrusted], to=home.team[0], by=home.lead, at=at)
    at = yield later(at, 12, rng)
    _give(campaign, home, {r: levels[r] for r in entrusted}, at, theirs=True)
    at = yield later(at, 5, rng)
    _give(campaign, home, {r: levels[r] for r in stock if r not in entrusted}, at, theirs=False)
    worst = _worst({r: level for r, level in levels.items() if level.rank > 1 and r.pk not in known}, 4 - len(known))
    at = yield later(at, 3, rng)
    for residence, level in worst.items():
        _hold_against_grid(home, residence, level, at)
        at += timedelta(minutes=90)
    at = yield later(at, 4, rng)
    _name_priorities(home, worst, at)
    sites.confirm_list(campaign=campaign, empty_because="", by=home.director, at=at + timedelta(minutes=30))
    sites.close(campaign=campaign, by=home.director, at=at + timedelta(minutes=40))
    return at + timedelta(minutes=41)


def _give(campaign: RatingCampaign, home: Household, levels: dict[Residence, Level], at: datetime, *, theirs: bool) -> None:
    given = [
        Given(residence.pk, level, "" if level is Level.NONE else home.rng.choice(DIFFICULTIES))
        for residence, level in levels.items()
    ]
    by = home.team[0] if theirs else home.lead
    sites.rate(campaign=campaign, given=given, by=by, at=at, only_entrusted=theirs)


def _hold_against_grid(home: Household, residence: Residence, level: Level, at: datetime) -> None:
    """The common grid, filled for one residence: its score suggests a level."""
    assessment = frameworks.start(
        version=current_version(code="complex_sites", on=paris_day(at)),
        landlord=home.landlord,
        subject=("residence", residence.pk, residence.name),
        by=home.lead,
        at=at,
    )
    grids.answer(home, assessment, _QUALITY[level], home.lead, at, sittings=1)
    frameworks.finish(assessment=assessment, by=home.lead, at=at + timedelta(minutes=55))


def _worst(hardest: dict[Residence, Level], places: int) -> dict[Residence, Level]:
    """The hardest first, as many as there are places; none of those in crisis is left out."""
    many = max(places, sum(level is Level.EXTREME for level in hardest.values()))
    return dict(list(hardest.items())[:many])


def _name_priorities(home: Household, worst: dict[Residence, Level], at: datetime) -> None:
    for residence, level in worst.items():
        reasons = home.rng.choice(DIFFICULTIES)
        sites.declare_priority(landlord=home.landlord, residence=residence, level=level, reasons=reasons, by=home.lead, at=at)
