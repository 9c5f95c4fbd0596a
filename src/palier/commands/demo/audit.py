"""The three audits: auditors consulted, one retained, a plan, days on site, a report, its approval."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from palier.audits import queries
from palier.audits.models import Accreditation, Finding, Mission
from palier.audits.operations import accreditations, feedback, findings, missions, planning, reports
from palier.audits.rules.findings import FEEDBACK_CRITERIA, FindingKind, Treatment
from palier.audits.rules.missions import ItemKind, Side
from palier.calendar import add_months, is_working_day, paris_day
from palier.commands.demo import grids, papers
from palier.commands.demo.matters import MATTERS, Matter
from palier.commands.demo.timeline import Part, later, office_hours
from palier.commands.demo.world import Household, World
from palier.label.models import Journey
from palier.label.rules.rulesets import Audit
from palier.plans.models import Action
from palier.plans.queries import actions
from palier.plans.rules.terms import Effect, Outcome, Status
from palier.sites.queries import priority_sites
from palier.stock.queries import residences

_REQUESTS = {Audit.HQS: "Derniers résultats de l’enquête de satisfaction"}
_REMARKS = (
    ("L’affichage a été remis à jour depuis la visite.", "Pris en compte : le constat porte sur le jour de la visite."),
    ("Le nombre de pannes comprend une réfection programmée.", "Le constat est précisé en ce sens."),
)
_OUTCOMES = {Outcome.DONE: 46, Outcome.UNDER_WAY: 34, Outcome.LATE: 13, Outcome.NOT_STARTED: 7}
_EFFECTS = (Effect.EFFECTIVE, Effect.PARTLY, Effect.PARTLY, Effect.NOT_MEASURABLE)


def accredit(world: World, at: datetime) -> None:
    """The first accreditations, for three years; each is renewed when it ends."""
    for firm, people in world.auditors.items():
        for person in people:
            starts = paris_day(at)
            for _ in range(2):
                ends = add_months(starts, 36) - timedelta(days=1)
                accreditations.grant(
                    person=person,
                    firm=firm,
                    starts_on=starts,
                    ends_on=ends,
                    scope=list(Audit),
                    by=world.referent,
                    at=at,
                    trained_on=paris_day(at),
                )
                starts = ends + timedelta(days=1)


def appoint(world: World, home: Household, journey: Journey, audit: Audit, at: datetime, *, days: int) -> Part:
    """Auditors are consulted, and one is retained; ``days`` from now the work begins."""
    rng = home.rng
    asked = _consulted(world, home, audit, at)
    request = f"Nous préparons notre {audit.label} : dites-nous votre approche, vos dates et votre prix."
    offers = missions.consult(
        landlord=home.landlord,
        audit=audit,
        auditors=asked,
        request=request,
        by=home.lead,
        at=at,
        answer_by=paris_day(at) + timedelta(days=21),
    )
    at = yield later(at, 9, rng)
    begins = paris_day(at) + timedelta(days=days)
    for offer in offers:
        _propose(offer, begins, rng, at)
    at = yield later(at, 8, rng)
    missions.accept(mission=rng.choice(offers), by=home.lead, at=at)
    return at


def _consulted(world: World, home: Household, audit: Audit, at: datetime) -> list[Accreditation]:
    """Two auditors of two firms for a diagnosis, one afterwards; those asked before are not asked again."""
    on, before = paris_day(at), Mission.objects.filter(landlord=home.landlord).values_list("auditor_id", flat=True)
    register = list(
        Accreditation.objects.filter(starts_on__lte=on, ends_on__gte=on).select_related("person", "firm").order_by("pk")
    )
    fresh = [one for one in register if one.person_id not in set(before)]
    first = fresh[0] if home.rng.random() < 0.2 else home.rng.choice(fresh)
    second = home.rng.choice([one for one in fresh if one.firm_id != first.firm_id])
    return [first, second] if audit is Audit.HQS else [first]


def _propose(offer: Mission, begins: date, rng: Random, at: datetime) -> None:
    auditor, days = offer.auditor, Decimal(rng.randint(6, 18)) / 2
    missions.declare_independence(mission=offer, advised_until=None, ties="", by=auditor, at=at)
    missions.propose(
        mission=offer,
        proposal=missions.Proposal(
            amount=days * 1150,
            days=days,
            starts_on=begins,
            ends_on=begins + timedelta(days=45),
            approach="Étude des documents, entretiens au siège et en agence, visites de sites avec les équipes de proximité.",
        ),
        by=auditor,
        at=at + timedelta(minutes=10),
    )


def plan(home: Household, mission: Mission, at: datetime) -> Part:
    """The moments of the mission, the documents asked, and the direction's agreement."""
    rng, auditor = home.rng, mission.auditor
    named = priority_sites(landlord=home.landlord.pk, on=paris_day(at)).first()
    site = named.residence if named else residences(landlord=home.landlord, on=paris_day(at)).order_by("pk")[0]
    day = _working(max(paris_day(at) + timedelta(days=12), mission.starts_on or paris_day(at)))
    next_day = _working(day + timedelta(days=1))
    moments = [
        planning.Moment(ItemKind.OPENING, day, "Ouverture avec la direction et les équipes"),
        planning.Moment(ItemKind.TENANTS, next_day, "Rencontre des associations de locataires"),
        planning.Moment(ItemKind.VISIT, next_day, f"Visite : {site.name}", residence=site),
        planning.Moment(ItemKind.CLOSING, _working(next_day + timedelta(days=1)), "Restitution à chaud"),
    ]
    for moment in moments:
        planning.write_item(mission=mission, moment=moment, by=auditor, at=at)
    if title := _REQUESTS.get(Audit(mission.audit)):
        planning.ask_document(mission=mission, title=title, detail="", by=auditor, at=at)
    planning.propose_plan(mission=mission, by=auditor, at=at + timedelta(minutes=30))
    at = yield later(at, 4, rng)
    for request in mission.document_requests.order_by("pk"):
        handed = papers.held(home, "survey", at)
        planning.hand_document(mission=mission, request=request, document=handed, by=home.lead, at=at)
    mission.refresh_from_db()
    planning.agree_plan(mission=mission, revision=mission.plan_revision, by=home.director, at=at)
    return at


def visit(home: Household, mission: Mission, at: datetime, *, level: float) -> Part:
    """The days on site, what is seen there, and the report delivered."""
    rng, auditor = home.rng, mission.auditor
    first, last = _days(mission)
    at = yield max(office_hours(first, rng), at)
    planning.open_on_site(mission=mission, by=auditor, at=at)
    at = yield max(office_hours(last, rng), at)
    for item in queries.items(mission):
        planning.note_item(mission=mission, item=item, held=True, day=item.day, notes="", by=auditor, at=at)
    good, *seen = rng.sample(MATTERS, 4)
    _find(mission, FindingKind.STRENGTH, good.theme, good.strength, at)
    if grid := queries.assessment(mission):
        _advise(mission, home, seen, at)
        grids.answer(home, grid, level, auditor, at)
    else:
        at = yield later(at, 4, rng)
        _check_plan(mission, home, at, level)
    at = yield later(at, 9, rng)
    reports.draft_report(mission=mission, by=auditor, at=at)
    mission.refresh_from_db()
    reports.save_report(
        mission=mission,
        revision=mission.report.revision,
        summary=_summary(home, mission),
        conclusion=_CONCLUSION,
        by=auditor,
        at=at + timedelta(hours=1),
    )
    reports.deliver(mission=mission, by=auditor, at=at + timedelta(hours=2))
    return at + timedelta(hours=2)


_CONCLUSION = "Le rapport décrit ce qui a été vu et prouvé. Il n’attribue ni ne refuse rien : c’est le comité qui décide."


def _summary(home: Household, mission: Mission) -> str:
    return (
        f"{home.landlord.name} a préparé la mission avec soin et ouvert ses portes aux auditeurs. "
        f"{mission.findings.count()} constats sont portés au rapport, points forts compris. "
        "Les représentants de locataires ont été rencontrés sans la direction."
    )


def _find(mission: Mission, kind: FindingKind, theme: str, text: str, at: datetime) -> Finding:
    return findings.write_finding(mission=mission, written=findings.Written(kind, theme, text), by=mission.auditor, at=at)


def _advise(mission: Mission, home: Household, seen: list[Matter], at: datetime) -> None:
    """What does not go well, and what to do about it."""
    kinds = (FindingKind.GAP, FindingKind.SENSITIVE, FindingKind.IMPROVEMENT)
    for matter, kind in zip(seen, kinds, strict=True):
        finding = _find(mission, kind, matter.theme, matter.weakness, at)
        findings.write_recommendation(
            mission=mission, title=matter.advice, text="", theme=matter.theme, findings=[finding], by=mission.auditor, at=at
        )


def _check_plan(mission: Mission, home: Household, at: datetime, level: float) -> None:
    """A word on each action, and on each priority site."""
    for action in actions(landlord=home.landlord.pk, cycle=mission.cycle).exclude(status=Status.DROPPED):
        outcome = _outcome(action, home.rng, level)
        findings.check_action(
            mission=mission,
            action=action,
            outcome=outcome,
            effect=home.rng.choice(_EFFECTS) if outcome is Outcome.DONE else None,
            note=""
            if outcome.value == action.status != Status.NOT_STARTED
            else "Les équipes ont commencé ; l’avancement reste à noter."
            if outcome is Outcome.UNDER_WAY
            else "Le calendrier du plan n’est pas tenu ; une nouvelle date est annoncée.",
            by=mission.auditor,
            at=at,
        )
    for site in priority_sites(landlord=home.landlord.pk, on=paris_day(at)):
        treated = home.rng.random() < level
        findings.check_site(
            mission=mission,
            site=site,
            identified=True,
            has_action=True,
            treatment=Treatment.TREATED if treated and home.rng.random() < 0.4 else Treatment.UNDER_WAY,
            note="",
            by=mission.auditor,
            at=at,
        )


def _outcome(action: Action, rng: Random, level: float) -> Outcome:
    if action.status == Status.DONE:
        return Outcome.DONE
    return rng.choices(list(_OUTCOMES)[1:], list(_OUTCOMES.values())[1:])[0] if rng.random() > level else Outcome.UNDER_WAY


def approve(home: Household, mission: Mission, at: datetime) -> Part:
    """Remarks and their answers, then the direction approves, and both sides say what they think of the auditor."""
    rng = home.rng
    at = yield later(at, 7, rng)
    if rng.random() < 0.5:
        said, answered = rng.choice(_REMARKS)
        remark = reports.say(mission=mission, text=said, by=home.lead, at=at)
        at = yield later(at, 4, rng)
        reports.answer(mission=mission, remark=remark, text=answered, by=mission.auditor, at=at)
        at = yield later(at, 3, rng)
    mission.refresh_from_db()
    mission.report.refresh_from_db()
    reports.approve(mission=mission, revision=mission.report.revision, by=home.director, at=at)
    mission.refresh_from_db()
    if rng.random() < 0.6:
        marks = {code: rng.randint(2, 4) for code in FEEDBACK_CRITERIA}
        feedback.give_feedback(
            mission=mission, side=Side.LANDLORD, marks=marks, text="", by=home.lead, at=at + timedelta(hours=1)
        )
    return at + timedelta(hours=1)


def _days(mission: Mission) -> tuple[date, date]:
    days = sorted(item.day for item in queries.items(mission))
    return days[0], days[-1]


def _working(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
