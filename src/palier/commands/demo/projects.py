"""Local projects of the first landlords: one at its diagnosis, one being defined, one carried out with partners and help asked for."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from palier.calendar import add_months, paris_day
from palier.commands.demo import grids, visits
from palier.commands.demo.timeline import Life, Part, chance, later, office_hours
from palier.commands.demo.world import DOMAIN, Household, World
from palier.frameworks import operations as frameworks
from palier.projects import operations, queries
from palier.projects.models import Partner, Project
from palier.projects.operations import Definition
from palier.projects.rules.terms import Body, Desk, Family, Kind, Stage, Trace
from palier.sites.queries import active_sites
from palier.stock.queries import residences
from palier.visits.rules import Responsibility

# How far each story goes: what the project is, when it opens, at which stage it stands today.
_STORIES = ((Kind.PIL, 16, Stage.IMPLEMENTATION), (Kind.PGS, 9, Stage.DEFINITION), (Kind.PGS, 3, Stage.DIAGNOSIS))
LANDLORDS = len(_STORIES)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A finding of the diagnosis."""

    family: Family
    text: str
    cause: str
    responsibility: Responsibility
    actor: str
    levers: tuple[str, ...]


_FINDINGS = (
    _Seen(
        Family.BUILDING,
        "Le hall reste sombre dès 17 heures : trois luminaires sur cinq ne s’allument plus.",
        "Le détecteur est détruit à chaque remplacement.",
        Responsibility.LANDLORD,
        "",
        ("building_works",),
    ),
    _Seen(
        Family.CLEANLINESS,
        "Des encombrants restent chaque semaine au pied de l’immeuble, deux jours en moyenne.",
        "Le jour de collecte n’est plus affiché depuis le changement de prestataire.",
        Responsibility.SHARED,
        "la ville",
        ("reinforced_cleaning",),
    ),
    _Seen(
        Family.TRANQUILLITY,
        "Le hall du fond est occupé le soir, de 19 heures à minuit.",
        "La porte donne sur deux rues et ne ferme plus.",
        Responsibility.OTHER,
        "la police et la ville",
        ("tranquillity", "team_presence"),
    ),
)


def go(world: World, name: str, number: int) -> Life:
    """One landlord's project on its hardest site, as far as its story goes."""
    rng = chance("projects", name)
    kind, months, until = _STORIES[number - 1]
    at = yield office_hours(add_months(paris_day(world.today), -months), rng)
    home = next((one for one in world.households if one.landlord.name == name), None)
    site = active_sites(landlord=home.landlord.pk).first() if home else None
    if home is None or site is None:
        return
    homes = residences(landlord=home.landlord, on=paris_day(at)).get(pk=site.residence_id).homes
    title = f"{site.residence.name}, un projet partagé"
    project = operations.open_project(site=site, kind=kind, title=title, homes=homes, by=home.lead, at=at)
    at = yield from _diagnose(home, project, rng, at)
    if until is Stage.DIAGNOSIS:
        return
    project = operations.pass_stage(project=project, by=home.lead, at=at)
    at = yield later(at, 20, rng)
    at, town = yield from _define(home, project, rng, at)
    if until is Stage.DEFINITION or not queries.linkable(project):
        return
    at = yield later(at, 30, rng)
    yield from _carry_out(world, home, project, town, rng, at)


def _diagnose(home: Household, project: Project, rng: Random, at: datetime) -> Part:
    """The grid, what is observed, then a walk with residents that the project cites."""
    at = yield later(at, 6, rng)
    grid = operations.start_diagnosis(project=project, by=home.lead, at=at)
    grids.answer(home, grid, 0.35, home.lead, at, sittings=1)
    at = yield at + timedelta(hours=1)
    frameworks.finish(assessment=grid, by=home.lead, at=at)
    for seen in _FINDINGS:
        at = yield later(at, 1, rng)
        operations.add_finding(
            project=project, family=seen.family, text=seen.text, cause=seen.cause, responsibility=seen.responsibility,
            actor=seen.actor, levers=seen.levers, shared=True, by=home.lead, at=at,
        )  # fmt: skip
    at = yield later(at, 9, rng)
    at = yield from visits.walk(home, project.site.residence, rng, at)
    at = yield later(at, 2, rng)
    note = "Les habitants demandent de la lumière dans le hall et un jour de collecte affiché."
    operations.cite_walk(project=project, walk=queries.walks_to_cite(project)[0], note=note, by=home.lead, at=at)
    return (yield later(at, 4, rng))


def _definition(project: Project, today: date) -> Definition:
    """What the project is for, who steers it, how long it lasts."""
    months = 36 if project.kind == Kind.PIL else 18
    return {
        "objectives": "Un hall éclairé et tenu.\nPlus d’encombrants au pied de l’immeuble.\nUne présence connue des habitants.",
        "steering": "Un comité chaque trimestre, avec la ville et les associations de locataires.",
        "levers": ["building_works", "reinforced_cleaning", "tranquillity"],
        "starts_on": today,
        "ends_on": add_months(today, months),
        "shared_summary": "Redonner des parties communes agréables à tous, avec la ville et les habitants.",
    }


def _define(
    home: Household, project: Project, rng: Random, at: datetime
) -> Generator[datetime, datetime, tuple[datetime, Partner]]:
    """Objectives, the actions of the plan on the site, the town and an association let in; when it ends, and the town's access."""
    project.refresh_from_db()
    given = _definition(project, paris_day(at))
    operations.change_project(project=project, revision=project.revision, given=given, by=home.lead, at=at)
    at = yield later(at, 3, rng)
    town = _invite(home, project, Body.TOWN, "Ville d’Exemple, gestion urbaine de proximité", "Collecte des encombrants", at)
    at = yield later(at, 1, rng)
    _invite(home, project, Body.ASSOCIATION, "Médiation d’Exemple", "Présence le soir, trois jours par semaine", at)
    for action in list(queries.linkable(project)[:2]):
        at = yield later(at, 2, rng)
        operations.link_action(project=project, action=action, by=home.lead, at=at)
    at = yield later(at, 8, rng)
    note = "Le projet est présenté en pied d’immeuble. Accord sur la lumière ; la place des jeux reste à discuter."
    operations.record_involvement(
        project=project,
        trace=Trace.MEETING,
        held_on=paris_day(at),
        residents=rng.randint(15, 40),
        note=note,
        by=home.lead,
        at=at,
    )
    return at, town


def _invite(home: Household, project: Project, body: Body, name: str, brings: str, at: datetime) -> Partner:
    email = f"{body.value}.projet-{project.pk}@{DOMAIN}"
    partner, _ = operations.invite_partner(
        project=project, body=body, name=name, contact="Contact du projet", email=email, brings=brings, by=home.lead, at=at
    )
    return partner


def _carry_out(world: World, home: Household, project: Project, town: Partner, rng: Random, at: datetime) -> Part:
    """The work with the town, what residents say of it, and what cannot be settled on the spot carried to conciliation."""
    operations.pass_stage(project=project, by=home.lead, at=at)
    at = yield later(at, 30, rng)
    link = project.links.select_related("action", "project", "partner").order_by("pk")[0]
    operations.assign_action(link=link, partner=town, shared=True, by=home.lead, at=at)
    at = yield later(at, 25, rng)
    link.refresh_from_db()
    operations.mark_seen(partner=town, at=at)
    operations.speak(partner=town, link=link, progress=30, text="Un enlèvement de plus depuis lundi.", at=at)
    at = yield later(at, 40, rng)
    note = "La lumière est revenue. Les habitants demandent que la porte du fond ferme avant l’hiver."
    operations.record_involvement(
        project=project,
        trace=Trace.MEETING,
        held_on=paris_day(at),
        residents=rng.randint(10, 25),
        note=note,
        by=home.lead,
        at=at,
    )
    at = yield later(at, 20, rng)
    asked = operations.ask_help(
        project=project, desk=Desk.CONCILIATION, documents=[], by=home.director, at=at,
        reasons="Le hall du fond reste occupé malgré quatre réunions avec les acteurs locaux.",
        tried="Réunions avec la ville et la police, médiation du soir, porte remplacée deux fois.",
    )  # fmt: skip
    at = yield later(at, 3, rng)
    operations.acknowledge_help(request=asked, by=world.referent, at=at)
    at = yield later(at, 8, rng)
    answer = (
        "Une rencontre est fixée avec la préfecture et la ville. Un organisme qui a connu ce blocage vous appelle d’ici là."
    )
    operations.answer_help(request=asked, answer=answer, by=world.referent, at=at)
    return at
