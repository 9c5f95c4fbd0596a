"""Where a journey stands, said as people say it: the staircase, who holds it, what is missing, how many days are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from palier.calendar import in_words
from palier.directory.rules import Right, Role, Thing, may
from palier.label.rules.dates import confirmed, renewal_opens_on, stage_deadline
from palier.label.rules.guards import Facts, conditions, holder, next_step
from palier.label.rules.rulesets import RuleSet
from palier.label.rules.stages import ROLES_OF_HOLDER, Holder, Landing, Stage, now
from palier.label.rules.steps import Guard, Step, steps_from
from palier.verdict import Reason, Verdict


class Pace(StrEnum):
    """How near the deadline is: the groups of the board."""

    LATE = "late"
    WEEK = "week"
    SIX_WEEKS = "six_weeks"
    LATER = "later"

    @property
    def label(self) -> str:
        """The group's heading."""
        return {
            "late": "En retard",
            "week": "Échéance cette semaine",
            "six_weeks": "Échéance dans les six semaines",
            "later": "Sans échéance proche",
        }[self.value]


class State(StrEnum):
    """Which journeys the board shows."""

    OPEN = "open"
    HEARING = "hearing"
    SUSPENDED = "suspended"
    OVER = "over"

    @property
    def label(self) -> str:
        """As a choice."""
        return {
            "open": "Ouverts",
            "hearing": "En procédure de retrait",
            "suspended": "Label suspendu",
            "over": "Terminés",
        }[self.value]


class Order(StrEnum):
    """How the board is sorted."""

    URGENCY = "urgency"
    NAME = "name"
    NAME_DOWN = "-name"
    STAGE = "stage"
    STAGE_DOWN = "-stage"
    DUE = "due"
    DUE_DOWN = "-due"


def capital(words: str) -> str:
    """A phrase with its first letter in capital, the others as they are (« Vers le diagnostic HQS »)."""
    return words[:1].upper() + words[1:]


def pace(due_on: date | None, on: date) -> Pace:
    """The group of a deadline: past, within 7 days, within 42, or later (and no deadline at all)."""
    if due_on is None or due_on > on + timedelta(days=42):
        return Pace.LATER
    if due_on < on:
        return Pace.LATE
    return Pace.WEEK if due_on <= on + timedelta(days=7) else Pace.SIX_WEEKS


# The stages of each landing, in the order they are climbed; a deferred file climbs again from the stage it went back to.
FLIGHTS: dict[Landing, tuple[Stage, ...]] = {
    Landing.ENGAGEMENT: (Stage.ENGAGEMENT,),
    Landing.DIAGNOSIS: (
        Stage.AUDITOR_SELECTION,
        Stage.SELF_ASSESSMENT,
        Stage.HQS_PLANNING,
        Stage.HQS_ON_SITE,
        Stage.HQS_REPORT,
    ),
    Landing.ADMISSIBILITY: (Stage.PLAN_DRAFTING, Stage.INSTRUCTION_ADMISSIBILITY, Stage.DECISION_ADMISSIBILITY),
    Landing.AWARD: (Stage.IMPLEMENTING, Stage.IMPLEMENTATION_AUDIT, Stage.INSTRUCTION_AWARD, Stage.DECISION_AWARD),
    Landing.CONFIRMATION: (
        Stage.LABELLED,
        Stage.VERIFICATION_AUDIT,
        Stage.INSTRUCTION_CONFIRMATION,
        Stage.DECISION_CONFIRMATION,
    ),
    Landing.RENEWAL: (Stage.CONFIRMED,),
}
DEFERRED = {
    Stage.PLAN_DEFERRED: Stage.PLAN_DRAFTING,
    Stage.AWARD_DEFERRED: Stage.IMPLEMENTING,
    Stage.CONFIRMATION_DEFERRED: Stage.LABELLED,
}


def landings(rules: RuleSet, cycle: int) -> tuple[Landing, ...]:
    """The landings of a cycle: a renewal has no engagement and no preparation year; not every rule set confirms."""
    found = [Landing.DIAGNOSIS, Landing.ADMISSIBILITY]
    if cycle == 1:
        found = [Landing.ENGAGEMENT, *found, Landing.AWARD]
    return (*found, *([Landing.CONFIRMATION] if rules.confirms else []), Landing.RENEWAL)


def flight(landing: Landing, rules: RuleSet) -> tuple[Stage, ...]:
    """The stages that climb to a landing. Without a confirmation, the label itself leads to the renewal."""
    if landing is Landing.RENEWAL and not rules.confirms:
        return (Stage.LABELLED,)
    return FLIGHTS[landing]


def towards(stage: Stage, rules: RuleSet, cycle: int) -> tuple[Landing, int]:
    """The landing that a live stage climbs to on its path, and how many stages of the flight are behind."""
    stage = DEFERRED.get(stage, stage)
    for landing in landings(rules, cycle):
        if stage in flight(landing, rules):
            return landing, flight(landing, rules).index(stage)
    raise ValueError(f"{stage} is on no flight of {rules.code}, cycle {cycle}")


def called(landing: Landing, cycle: int) -> Landing:
    """What a landing is in a cycle: after the first, the committee decides of the renewal where it decided of the admissibility."""
    return Landing.RENEWAL if landing is Landing.ADMISSIBILITY and cycle > 1 else landing


def name(landing: Landing, cycle: int) -> str:
    """A landing's name in a cycle."""
    return called(landing, cycle).label


@dataclass(frozen=True, slots=True)
class LandingView:
    """One landing of the staircase, for the page."""

    name: str
    state: str
    spoken: str
    note: str
    steps: int
    marks: tuple[str, ...]
    word: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the present flight, in words."""

    name: str
    state: str
    spoken: str
    note: str


_SPOKEN = {"done": "atteint", "doing": "en cours", "todo": "à venir", "deferred": "ajourné", "refused": "arrêté"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the staircase needs of a journey. ``left_on`` says when each stage of the cycle was last left."""

    stage: Stage
    cycle: int
    rules: RuleSet
    entered_on: date
    due_on: date | None
    label_from: date | None
    label_until: date | None
    left_on: Mapping[Stage, date]
    holder: Holder | None = None
    """Who has to act, where it is not the stage's own holder."""
    stopped_at: Stage | None = None
    """For a journey that is over (or in a withdrawal procedure): the stage where it stopped."""


def staircase(standing: Standing) -> tuple[LandingView, ...]:
    """The whole staircase of the present cycle: what is built, the step one stands on, what is to come."""
    here = standing.stopped_at or standing.stage
    current, behind = towards(here, standing.rules, standing.cycle)
    views = []
    passed = True
    for landing in landings(standing.rules, standing.cycle):
        stages = flight(landing, standing.rules)
        if landing is current:
            passed = False
            views.append(_current(standing, landing, stages, behind))
            continue
        state = "done" if passed else "todo"
        note = _reached_on(standing, stages) if passed else _expected(standing, landing)
        views.append(
            LandingView(
                name=name(landing, standing.cycle),
                state=state,
                spoken=_SPOKEN[state],
                note=note,
                steps=len(stages),
                marks=(state,) * len(stages),
            )
        )
    return tuple(views)


def _current(standing: Standing, landing: Landing, stages: tuple[Stage, ...], behind: int) -> LandingView:
    if standing.stopped_at is not None:
        state, note = "refused", f"le {in_words(standing.entered_on)}"
    elif standing.stage in DEFERRED:
        state, note = "deferred", f"avant le {in_words(standing.due_on)}" if standing.due_on else ""
    else:
        state, note = "doing", f"avant le {in_words(standing.due_on)}" if standing.due_on else ""
    marks = tuple(
        "done" if i < behind else "doing" if i == behind and state != "refused" else "todo" for i in range(len(stages))
    )
    word = standing.stage.label if state == "refused" else ""
    return LandingView(name(landing, standing.cycle), state, _SPOKEN[state], note, len(stages), marks, word)


def _reached_on(standing: Standing, stages: tuple[Stage, ...]) -> str:
    if stages[-1] is Stage.DECISION_AWARD and standing.label_from:
        return f"le {in_words(standing.label_from)}"
    left = standing.left_on.get(stages[-1])
    return f"le {in_words(left)}" if left else ""


def _done_on(standing: Standing, stage: Stage) -> date | None:
    """The day on which a step was done: for the label itself the day from which it holds, whenever the next step began."""
    return standing.label_from if stage is Stage.LABELLED else standing.left_on.get(stage)


def _expected(standing: Standing, landing: Landing) -> str:
    """When a landing to come is expected. Nothing is for a journey that stopped; a label not yet renewed dates nothing after."""
    rules = standing.rules
    if standing.stopped_at is not None:
        return ""
    climbing = towards(standing.stage, rules, standing.cycle)[0]
    if standing.label_from and standing.label_until and climbing in {Landing.CONFIRMATION, Landing.RENEWAL}:
        if landing is Landing.CONFIRMATION:
            return f"avant le {in_words(standing.label_until)}"
        end = confirmed(rules, standing.label_from) if rules.confirms else standing.label_until
        if landing is Landing.RENEWAL:
            return f"à partir du {in_words(renewal_opens_on(rules, end))}"
    months = {Landing.CONFIRMATION: rules.grants[0], Landing.RENEWAL: sum(rules.grants)}.get(landing)
    return f"{months} mois après" if months and landing is not Landing.AWARD else _plain_estimate(standing, landing)


def _plain_estimate(standing: Standing, landing: Landing) -> str:
    """« vers mars 2027 »: the days that the rules give to each stage still to climb, end to end."""
    rules = standing.rules
    day = standing.due_on or standing.entered_on
    current, behind = towards(standing.stage, rules, standing.cycle)
    path = [s for at in landings(rules, standing.cycle) for s in flight(at, rules)]
    start = path.index(flight(current, rules)[behind])
    end = path.index(flight(landing, rules)[-1])
    for stage in path[start + 1 : end + 1]:
        day = stage_deadline(rules, stage, day, None, None) or day
    return "vers " + in_words(day).split(" ", 1)[1]


def steps_of_flight(standing: Standing) -> tuple[StepView, ...]:
    """The present flight in words: what is done and when, what is being done and by whom, what follows."""
    if standing.stage.is_over or standing.stage is Stage.HEARING:
        return ()
    landing, behind = towards(standing.stage, standing.rules, standing.cycle)
    views = []
    for i, stage in enumerate(flight(landing, standing.rules)):
        state = "done" if i < behind else "doing" if i == behind else "todo"
        done = _done_on(standing, stage)
        whose = stage.about.holder
        if state == "done":
            note = f"le {in_words(done)}" if done else ""
        elif state == "doing":
            whose = standing.holder or whose
            note = f"{whose.label}, avant le {in_words(standing.due_on)}" if standing.due_on else whose.label
        else:
            note = whose.label
        views.append(
            StepView(capital(now(stage, whose)) if state == "doing" else stage.label, state, _STEP_SPOKEN[state], note)
        )
    return tuple(views)


_STEP_SPOKEN = {"done": "fait", "doing": "en cours", "todo": "à venir"}


def bars(stage: Stage, rules: RuleSet, cycle: int) -> tuple[str, ...]:
    """The mini staircase of a row of the board: one bar a landing."""
    if stage.is_over or stage is Stage.HEARING:
        return ()
    current, _ = towards(stage, rules, cycle)
    order = landings(rules, cycle)
    place = order.index(current)
    return tuple("done" if i < place else "doing" if i == place else "todo" for i in range(len(order)))


@dataclass(frozen=True, slots=True)
class Offer:
    """A step that this person may see here: its verdict says whether it may be taken now."""

    step: Step
    verdict: Verdict


def offers(facts: Facts, roles: frozenset[Role]) -> tuple[Offer, ...]:
    """The steps that these roles may take from here, the climbing one first, each with its verdict."""
    first = next_step(facts)
    mine = [step for step in steps_from(facts.stage) if step.roles & roles and _shown(step, facts)]
    mine.sort(key=lambda step: step is not first)
    return tuple(Offer(step, conditions(step, facts)) for step in mine)


def taken_by(facts: Facts, roles: frozenset[Role]) -> str:
    """Who takes the climbing step, in words; empty where these roles do, or where nothing climbs."""
    takers = takers_of(facts)
    return "" if takers & roles else ", ".join(sorted(role.label for role in takers))


def takers_of(facts: Facts) -> frozenset[Role]:
    """The roles that take the climbing step; none where nothing climbs."""
    first = next_step(facts)
    return first.roles if first else frozenset()


def _shown(step: Step, facts: Facts) -> bool:
    """Whether a step belongs on the page: it is on this journey's path, and a withdrawal needs a label to withdraw."""
    if Guard.LABEL_LIVE in step.guards and (facts.label_until is None or facts.on > facts.label_until):
        return False
    first = next_step(facts)
    return step.sad or step is first


def held(facts: Facts, roles: frozenset[Role]) -> bool:
    """Whether the ball is with one of these roles."""
    return bool(ROLES_OF_HOLDER[holder(facts)] & roles)


# What each room's reasons speak of, and all that is said of them to who may not read it.
_IN_SHORT = {
    "consultation": (Thing.TENANTS_STEP, "Les représentants de locataires restent à associer."),
    "plans": (Thing.ACTION_PLAN, "Le plan d’actions est à compléter."),
    "sites": (Thing.SITE_RATING, "La cotation du patrimoine est à finir."),
}


def told(verdict: Verdict, roles: frozenset[Role]) -> Verdict:
    """The reasons as these roles may read them: one short sentence, without names, for each room they may not enter."""
    found: list[Reason] = []
    for reason in verdict.reasons:
        room = reason.code.partition(".")[0]
        thing, short = _IN_SHORT.get(room, (None, ""))
        shown = Reason(f"{room}.to_complete", short) if thing and not may(roles, Right.READ, thing) else reason
        if shown not in found:
            found.append(shown)
    return Verdict(tuple(found))
