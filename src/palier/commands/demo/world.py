"""Who is there: the label's owner and its team, the bodies of the committee, associations, auditors, landlords."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from palier.calendar import add_months, add_working_days, at_hour, paris_day
from palier.commands.demo import names
from palier.commands.demo.timeline import chance
from palier.committee import operations as committees
from palier.committee.models import Committee, Mandate, Seat
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.seats import Office
from palier.directory import operations as directory
from palier.directory.models import Group, Landlord, Organisation, Person
from palier.directory.rules import Kind, LandlordType, Role
from palier.documents.models import Document

DOMAIN = "demo.palier.example"
COMMITTEE = "Comité de labellisation"
_CODES = {
    Role.QUALITY_LEAD: "qualite",
    Role.DIRECTOR: "direction",
    Role.CONTRIBUTOR: "equipe",
    Role.TENANT_REPRESENTATIVE: "representants",
    Role.AUDITOR: "audit",
    Role.REFERENT: "referent",
    Role.COMMUNICATION: "communication",
    Role.ADMINISTRATOR: "administration",
    Role.RELAY: "relais",
    Role.COMMITTEE_MEMBER: "comite",
    Role.COMMITTEE_CHAIR: "presidence",
}
_REGIONS = ("du Nord conté", "du Grand Songe", "des Rives", "du Midi rêvé")


@dataclass(frozen=True, slots=True)
class Household:
    """A landlord and the people around its journey. Its own ``rng`` keeps its life the same whatever others do."""

    landlord: Landlord
    rng: Random
    lead: Person
    director: Person
    team: tuple[Person, ...]
    representatives: dict[Organisation, Person]
    papers: dict[str, Document] = field(default_factory=dict)
    """Pieces that serve more than once, by kind."""


@dataclass(slots=True)
class World:
    """Everybody else, and the landlords as they come."""

    rng: Random
    today: datetime
    owner: Organisation
    referent: Person
    federations: dict[LandlordType, Organisation]
    regions: list[Organisation]
    unions: dict[Organisation, Person]
    auditors: dict[Organisation, list[Person]]
    committee: list[Person]
    groups: list[Group]
    """The groups that companies belong to; a member of the committee sits on the board of the first of each."""
    awaited: dict[int, tuple[Outcome, date]] = field(default_factory=dict)
    """What the committee will decide of the journeys before it, and on which day."""
    households: list[Household] = field(default_factory=list)


def member(
    rng: Random, organisation: Organisation, role: Role, at: datetime, *, number: int = 1, by: Person | None = None
) -> Person:
    """Somebody with a role in an organisation, under an address that says both."""
    code = _CODES[role] + (str(number) if number > 1 else "")
    whose = "" if organisation.kind == Kind.LABEL_OWNER else f".{names.slug(organisation.name)}"
    person = directory.enter_person(email=f"{code}{whose}@{DOMAIN}", name=names.person(rng), at=at)
    directory.add_member(person=person, organisation=organisation, role=role, by=by, at=at)
    return person


def found(at: datetime, today: datetime) -> World:
    """The scheme, on its first day."""
    rng = chance("world")

    def body(kind: Kind, name: str) -> Organisation:
        return directory.add_organisation(kind=kind, name=name, by=None, at=at)

    owner = body(Kind.LABEL_OWNER, "Union d’Exemple de l’habitat social")
    member(rng, owner, Role.ADMINISTRATOR, at)
    member(rng, owner, Role.COMMUNICATION, at)
    referent = member(rng, owner, Role.REFERENT, at)
    federations = {
        kind: body(Kind.FEDERATION, f"Fédération {name} d’Exemple")
        for kind, name in (
            (LandlordType.OPH, "des offices"),
            (LandlordType.ESH, "des entreprises sociales"),
            (LandlordType.COOP, "des coopératives"),
            (LandlordType.SEM, "des sociétés d’économie mixte"),
        )
    }
    regions = [body(Kind.REGIONAL_ASSOCIATION, f"Association régionale {name}") for name in _REGIONS]
    for relay in [*federations.values(), *regions]:
        member(rng, relay, Role.RELAY, at, by=referent)
    unions = {}
    for name in names.UNIONS:
        union = body(Kind.TENANTS_ASSOCIATION, name)
        unions[union] = member(rng, union, Role.TENANT_REPRESENTATIVE, at, by=referent)
    auditors = {}
    for name in names.FIRMS:
        firm = body(Kind.AUDIT_FIRM, name)
        auditors[firm] = [member(rng, firm, Role.AUDITOR, at, number=number, by=referent) for number in (1, 2)]
    seats = [
        *federations.values(),
        *list(unions)[:3],
        body(Kind.MINISTRY, "Ministère d’Exemple chargé du logement"),
        body(Kind.PUBLIC_FUND, "Caisse publique d’Exemple"),
        body(Kind.OTHER_BODY, "Caisse de retraite d’Exemple"),
    ]
    committee = [member(rng, owner, Role.COMMITTEE_CHAIR, at, by=referent)]
    committee += [member(rng, seat, Role.COMMITTEE_MEMBER, at, by=referent) for seat in seats]
    _compose(committee, [owner, *seats], referent, at)
    groups = [directory.found_group(name=name, by=referent, at=at) for name in names.GROUPS]
    return World(rng, today, owner, referent, federations, regions, unions, auditors, committee, groups)


def _compose(people: list[Person], bodies: list[Organisation], referent: Person, at: datetime) -> None:
    """The national committee: a seat a body, a substitute for most, and one titular who leaves half-way."""
    rng, day = chance("committee"), paris_day(at)
    committee = committees.found(name=COMMITTEE, by=referent, at=at)

    def appoint(
        seat: Seat, person: Person, starts_on: date = day, ends_on: date | None = None, *, titular: bool = True
    ) -> Mandate:
        return committees.appoint(
            seat=seat,
            email=person.email,
            name=person.name,
            titular=titular,
            starts_on=starts_on,
            ends_on=ends_on,
            by=referent,
            at=at,
        )

    titulars = []
    for number, (person, body) in enumerate(zip(people, bodies, strict=True), 1):
        seat = committees.add_seat(committee=committee, body=body, voting=True, by=referent, at=at)
        leaves_on = add_months(day, 30) if body.kind == Kind.MINISTRY else None
        titulars.append(appoint(seat, person, ends_on=leaves_on))
        if leaves_on:
            follows = member(rng, body, Role.COMMITTEE_MEMBER, at, number=3, by=referent)
            appoint(seat, follows, leaves_on + timedelta(days=1))
        if number % 4:
            substitute = member(rng, body, Role.COMMITTEE_MEMBER, at, number=2, by=referent)
            appoint(seat, substitute, titular=False)
    for mandate, office in zip(titulars, Office, strict=False):
        committees.give_office(mandate=mandate, office=office, by=referent, at=at)


def convene(world: World, at: datetime) -> None:
    """The next session of the national committee, with every file that waits for it."""
    committee = Committee.objects.get(name=COMMITTEE)
    day = add_working_days(paris_day(at), 16)
    session = committees.prepare(
        committee=committee,
        starts_at=at_hour(day, 14),
        ends_at=at_hour(day, 17),
        place="Au siège de l’Union",
        by=world.referent,
        at=at,
    )
    if committees.add_ready(session=session, by=world.referent, at=at):
        committees.convene(session=session, by=world.referent, at=at)


def _join_group(world: World, landlord: Landlord, number: int, at: datetime) -> None:
    place = number % len(world.groups)
    group, day = world.groups[place], paris_day(at)
    if not group.members.exists():
        person = world.committee[-1 - place]
        role = ("membre du conseil de surveillance", "administratrice")[place]
        directory.declare_board(
            person=person, organisation=landlord, role=role, starts_on=add_months(day, -18), by=person, at=at
        )
    directory.join_group(group=group, landlord=landlord, starts_on=day, by=world.referent, at=at)


def welcome(world: World, *, number: int, name: str, kind: LandlordType, dwellings: int, at: datetime) -> Household:
    """A landlord enters the scheme with its people and the associations present in its stock."""
    rng = chance("landlord", number)
    landlord = directory.add_landlord(
        name=name,
        siren_number=names.siren(number),
        landlord_type=kind,
        federation=world.federations[kind],
        regional_association=world.regions[(number - 1) % len(world.regions)],
        declared_dwellings=dwellings,
        by=world.referent,
        at=at,
    )
    if kind is LandlordType.ESH:
        _join_group(world, landlord, number, at)
    lead = member(rng, landlord, Role.QUALITY_LEAD, at, by=world.referent)
    director = member(rng, landlord, Role.DIRECTOR, at, by=world.referent)
    team = tuple(member(rng, landlord, Role.CONTRIBUTOR, at, number=n, by=lead) for n in range(1, rng.randint(2, 3)))
    first, *others = world.unions
    present = [first, *rng.sample(others, 2)] if number <= 2 else rng.sample([first, *others], rng.choice((1, 1, 2)))
    representatives = {union: world.unions[union] for union in present}
    if rng.random() < 0.2:
        local = directory.add_organisation(
            kind=Kind.TENANTS_ASSOCIATION, name=f"Amicale {rng.choice(names.STREETS)} ({name})", by=lead, at=at
        )
        representatives[local] = member(rng, local, Role.TENANT_REPRESENTATIVE, at, by=lead)
    for association in representatives:
        directory.add_association(landlord=landlord, association=association, by=lead, at=at)
    household = Household(landlord, rng, lead, director, team, representatives)
    world.households.append(household)
    return household
