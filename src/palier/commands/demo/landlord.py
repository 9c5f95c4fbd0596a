"""One landlord's life, stage by stage, through as many cycles as four years hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from palier.audits.models import Mission
from palier.calendar import add_months, paris_day
from palier.commands.demo import audit, fate, papers, plan, rating, review, stock
from palier.commands.demo.fate import Fate, Turn
from palier.commands.demo.tenants import associate
from palier.commands.demo.timeline import Life, Part, chance, later, office_hours
from palier.commands.demo.world import Household, World, welcome
from palier.committee.rules.outcomes import Outcome
from palier.directory.models import Person
from palier.directory.rules import LandlordType
from palier.label import operations as label
from palier.label import queries
from palier.label.models import Journey
from palier.label.rules.rulesets import Audit, RuleSet
from palier.label.rules.stages import Stage


class Course:
    """A landlord on its way: the same few things that every chapter needs."""

    def __init__(self, world: World, home: Household, journey: Journey, fated: Fate) -> None:
        self.world, self.home, self.journey, self.fated = world, home, journey, fated
        self.rules: RuleSet = queries.rules_of(journey.rules)

    @property
    def rng(self) -> Random:
        """The landlord's own chance."""
        return self.home.rng

    def days(self, stage: Stage) -> float:
        """The days that this landlord takes for a stage."""
        return self.rules.at(stage).days * self.fated.pace

    def step(self, act: str, by: Person, at: datetime, note: str = "") -> None:
        """Take a step of the table."""
        label.advance(journey=self.journey, act=act, by=by, at=at, note=note)
        self.journey.refresh_from_db()

    def pieces(self, at: datetime) -> None:
        """Deposit what the rules ask for at this stage."""
        for piece in queries.required_pieces(self.rules, Stage(self.journey.stage)):
            papers.deposit(self.home, self.journey, piece.kind, at)

    def associate(self, at: datetime, *, silent: bool = False) -> Part:
        """Have the tenants' representatives take their part."""
        return associate(self.home, self.journey, at, silent=silent)

    def mission(self, of: Audit) -> Mission:
        """The mission under way for an audit of this cycle."""
        found = Mission.objects.select_related("auditor", "landlord", "firm").filter(accepted_at__isnull=False)
        return found.get(landlord=self.home.landlord, audit=of, cycle=self.journey.cycle)


def life(world: World, number: int, name: str, kind: LandlordType, arrives: datetime) -> Life:
    """From the first contact to today."""
    rng, fated = chance("life", number), fate.of(number)
    at = yield later(arrives, 0, rng)
    home = welcome(world, number=number, name=name, kind=kind, dwellings=_dwellings(number, rng), at=at)
    at = yield later(at, 15, rng)
    if fated.turn is Turn.DRAFTS_TODAY:
        at = yield later(world.today - timedelta(days=330), 0, rng)
    if fated.silent_at:
        at = yield max(later(world.today - _silence(fated, at), 0, rng), at)
    rules = queries.rule_set_on(on=paris_day(at), code=fated.rules)
    if rules is None:
        raise RuntimeError(f"no rule set {fated.rules}")
    journey = label.open_journey(landlord=home.landlord, rules=rules, by=world.referent, at=at)
    course = Course(world, home, journey, fated)
    if fated.silent_at is Stage.ENGAGEMENT:
        return
    at = yield from _engage(course, at)
    if fated.silent_at is Stage.AUDITOR_SELECTION:
        return
    while journey.closed_at is None:
        at = yield from _cycle(course, at)


def _silence(fated: Fate, at: datetime) -> timedelta:
    """How long before today a journey opens for the stage where it stops to be some weeks late."""
    found = queries.rule_set_on(on=paris_day(at), code=fated.rules)
    if found is None:
        raise RuntimeError(f"no rule set {fated.rules}")
    rules = queries.rules_of(found)
    passed = [rules.at(Stage.ENGAGEMENT).days]
    if fated.silent_at is Stage.AUDITOR_SELECTION:
        passed.append(rules.at(Stage.AUDITOR_SELECTION).days)
    return timedelta(days=sum(passed) + 24)


def _dwellings(number: int, rng: Random) -> int:
    """A size as landlords have: most between 3,000 and 15,000 homes, a few far larger."""
    return 11_800 if number == 1 else min(60_000, round(rng.lognormvariate(8.9, 0.7)) // 10 * 10)


def _engage(course: Course, at: datetime) -> Part:
    at = yield later(at, course.days(Stage.ENGAGEMENT) * 0.6, course.rng)
    course.pieces(at)
    at = yield from course.associate(at)
    course.step("engage", course.home.director, at)
    return at


def _cycle(course: Course, at: datetime) -> Part:
    """A diagnosis, a plan, its implementation where the label is not held yet, then the label's life."""
    journey = course.journey
    at = yield from _choose_and_rate(course, at)
    if course.fated.turn is Turn.RESIGNS:
        at = yield later(at, 40, course.rng)
        course.step("resign", course.home.director, at, "L’organisme fusionne ses services et reprendra la démarche plus tard.")
        return at
    at = yield from _diagnose(course, at)
    at = yield from _plan(course, at)
    if journey.stage == Stage.IMPLEMENTING:
        at = yield from _implement(course, at)
        at = yield from _award(course, at)
    if journey.stage == Stage.LABELLED and course.fated.turn is not Turn.NONE and journey.cycle == 1:
        at = yield from _accident(course, at)
    if journey.stage == Stage.LABELLED and course.rules.confirms:
        at = yield from _confirm(course, at)
    if journey.closed_at is None:
        at = yield from _renew(course, at)
    return at


def _choose_and_rate(course: Course, at: datetime) -> Part:
    """The diagnosis auditor is chosen, the stock imported and rated."""
    home, journey = course.home, course.journey
    work = course.days(Stage.SELF_ASSESSMENT) + course.days(Stage.HQS_PLANNING)
    at = yield later(at, course.days(Stage.AUDITOR_SELECTION) * 0.4, course.rng)
    at = yield from audit.appoint(course.world, home, journey, Audit.HQS, at, days=round(work))
    course.pieces(at)
    at = yield from course.associate(at)
    course.step("choose_auditor", home.lead, at)
    at = yield later(at, course.days(Stage.SELF_ASSESSMENT) * 0.3, course.rng)
    stock.bring(home, at.year, at)
    at = yield later(at, 4, course.rng)
    at = yield from rating.rate(home, journey, at)
    course.pieces(at)
    at = yield from course.associate(at)
    course.step("close_rating", home.lead, at)
    return at


def _diagnose(course: Course, at: datetime) -> Part:
    """Plan, days on site, report, approval."""
    home, mission = course.home, course.mission(Audit.HQS)
    at = yield from audit.plan(home, mission, at)
    course.pieces(at)
    at = yield from course.associate(at)
    course.step("agree_audit_plan", mission.auditor, at)
    at = yield from audit.visit(home, mission, at, level=course.fated.level)
    at = yield from course.associate(at)
    course.step("deliver_report", mission.auditor, at)
    if course.fated.turn is Turn.DRAFTS_TODAY:
        at = yield max(course.world.today - timedelta(days=72), at)
    at = yield from audit.approve(home, mission, at)
    at = yield from course.associate(at)
    course.step("approve_report", home.lead, at)
    return at


def _plan(course: Course, at: datetime) -> Part:
    """The plan, its examination, the committee: as many times as it is put off."""
    home, journey = course.home, course.journey
    if course.fated.turn is Turn.DRAFTS_TODAY:
        at = yield from plan.draft(home, journey, at, leaving=True)
        at = yield from course.associate(at, silent=True)
        return at
    at = yield later(at, course.days(Stage.PLAN_DRAFTING) * 0.3, course.rng)
    at = yield from plan.draft(home, journey, at)
    at = yield from course.associate(at)
    course.step("submit_plan", home.lead, at)
    outcomes = course.fated.admissibility if journey.cycle == 1 else (Outcome.RENEWED,)
    for outcome in outcomes:
        at = yield from review.instruct(course.world, home, journey, at)
        at = yield from review.decide(course.world, home, journey, outcome, at)
        if outcome is Outcome.PLAN_DEFERRED:
            at = yield from plan.complete(home, journey, at)
            at = yield from course.associate(at)
            course.step("resubmit_plan", home.lead, at)
    return at


def _implement(course: Course, at: datetime) -> Part:
    """The work, then its audit."""
    home, journey = course.home, course.journey
    if course.fated.turn is Turn.MERGES:
        at = yield later(at, 90, course.rng)
        label.merge(journey=journey, into=course.world.households[0].landlord, by=course.world.referent, at=at)
        journey.refresh_from_db()
        return at
    days = course.days(Stage.IMPLEMENTING) - 40
    at = yield from plan.carry_out(home, journey, at, days=days, level=course.fated.level)
    at = yield from _audit(course, Audit.IMPLEMENTATION, at)
    return at


def _audit(course: Course, of: Audit, at: datetime) -> Part:
    """An audit asked, led and closed: of the implementation, or half-way through the label."""
    home = course.home
    at = yield from audit.appoint(course.world, home, course.journey, of, at, days=45)
    course.pieces(at)
    at = yield from course.associate(at)
    course.step(f"call_{of}_audit", home.lead, at)
    mission = course.mission(of)
    at = yield from audit.plan(home, mission, at)
    at = yield from audit.visit(home, mission, at, level=course.fated.level)
    at = yield from audit.approve(home, mission, at)
    at = yield from course.associate(at)
    course.step(f"close_{of}_audit", mission.auditor, at)
    return at


def _award(course: Course, at: datetime) -> Part:
    if course.journey.closed_at is not None:
        return at
    for outcome in course.fated.award:
        at = yield from review.instruct(course.world, course.home, course.journey, at)
        at = yield from review.decide(course.world, course.home, course.journey, outcome, at)
        if outcome is Outcome.AWARD_DEFERRED:
            at = yield from _come_back(course, "resubmit_award", at)
    return at


def _confirm(course: Course, at: datetime) -> Part:
    """The verification audit when its window opens, then the committee."""
    if course.journey.label_from is None:
        return at
    opens = add_months(course.journey.label_from, course.rules.verification_opens)
    at = yield max(office_hours(opens, course.rng), at)
    at = yield from _audit(course, Audit.VERIFICATION, at)
    for outcome in course.fated.confirmation:
        at = yield from review.instruct(course.world, course.home, course.journey, at)
        at = yield from review.decide(course.world, course.home, course.journey, outcome, at)
        if outcome is Outcome.CONFIRMATION_DEFERRED:
            at = yield from _come_back(course, "resubmit_confirmation", at)
        if outcome is Outcome.NOT_CONFIRMED:
            at = yield from _hearing(course, Outcome.WITHDRAWN, at)
    return at


def _come_back(course: Course, act: str, at: datetime) -> Part:
    """A file put off is completed and handed in again."""
    at = yield later(at, 35, course.rng)
    course.pieces(at)
    at = yield from course.associate(at)
    course.step(act, course.home.lead, at)
    return at


def _renew(course: Course, at: datetime) -> Part:
    """A new cycle, prepared when its window opens."""
    if course.journey.label_until is None:
        return at
    opens = add_months(course.journey.label_until, -course.rules.renewal_opens)
    at = yield max(office_hours(opens, course.rng), later(at, 10, course.rng))
    at = yield from course.associate(at)
    course.step("start_renewal" if course.rules.confirms else "start_direct_renewal", course.home.lead, at)
    return at


def _accident(course: Course, at: datetime) -> Part:
    """What happens to some labels."""
    world, home, journey = course.world, course.home, course.journey
    at = yield later(at, 120, course.rng)
    match course.fated.turn:
        case Turn.SUSPENDED_THEN_LIFTED:
            at = yield from review.decide(world, home, journey, Outcome.SUSPENDED, at)
            at = yield from review.decide(world, home, journey, Outcome.SUSPENSION_LIFTED, at)
        case Turn.SUSPENDED_TODAY:
            at = yield max(world.today - timedelta(days=150), at)
            at = yield from review.decide(world, home, journey, Outcome.SUSPENDED, at)
            yield world.today + timedelta(days=1)
        case Turn.HEARD_TODAY:
            at = yield max(office_hours((world.today - timedelta(days=12)).date(), course.rng), at)
            course.step("open_withdrawal", world.referent, at, _REPROACH)
            yield world.today + timedelta(days=1)
        case Turn.WITHDRAWN:
            course.step("open_withdrawal", world.referent, at, _REPROACH)
            at = yield from _hearing(course, Outcome.WITHDRAWN, at)
        case Turn.HEARD_THEN_KEPT:
            course.step("open_withdrawal", world.referent, at, _REPROACH)
            at = yield from _hearing(course, Outcome.MAINTAINED, at)
        case Turn.EXPIRES:
            while journey.closed_at is None:  # nobody prepares what follows; the clock alone goes on
                at = yield later(at, 60, course.rng)
                journey.refresh_from_db()
    return at


_REPROACH = (
    "Deux sites prioritaires n’ont reçu aucune des actions du plan dans l’année, et les relances sont restées sans réponse."
)


def _hearing(course: Course, outcome: Outcome, at: datetime) -> Part:
    """The landlord's observations, then the committee."""
    at = yield later(at, 18, course.rng)
    text = "L’organisme a repris le suivi des actions en retard et propose un calendrier, joint au dossier."
    label.present_observations(journey=course.journey, text=text, by=course.home.director, at=at)
    at = yield from review.decide(course.world, course.home, course.journey, outcome, at)
    return at
