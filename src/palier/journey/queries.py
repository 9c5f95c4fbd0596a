"""What one may ask of journeys: where one stands, and the board of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from palier.calendar import days_left, in_words, paris_day
from palier.cases import queries as cases
from palier.committee import queries as committee
from palier.directory.models import Landlord, Person
from palier.directory.queries import visible_landlords
from palier.directory.rules import LANDLORD_ROLES, Right, Role, Thing, may, plain
from palier.journey import rules as say
from palier.label import queries as label
from palier.label.models import Journey, Passage
from palier.label.rules.guards import Facts, holder, missing
from palier.label.rules.rulesets import RuleSet
from palier.label.rules.stages import LIVE, STAGES, Holder, Landing, Stage, now
from palier.label.rules.steps import BY_ACT
from palier.plans import queries as plans
from palier.plans.rules.conditions import Standing
from palier.stock import queries as stock
from palier.studies import queries as studies
from palier.verdict import Reason, Remedy, Verdict


@dataclass(frozen=True, slots=True)
class Position:
    """Where one journey stands, for a person: everything that the journey page says."""

    journey: Journey
    stage: Stage
    rules: RuleSet
    facts: Facts | None
    """None once the journey is over."""
    holder: Holder
    yours: bool
    own: bool
    """Whether the person is of the landlord."""
    taken_by: str
    """Who takes the next step, where it is not for these roles."""
    missing: Verdict
    conditions: Verdict
    """The conditions of the committee that are not met yet; they stop nothing, the committee looks at them next."""
    offers: tuple[say.Offer, ...]
    staircase: tuple[say.LandingView, ...]
    flight: tuple[say.StepView, ...]
    landing: str
    step_number: int
    label_until: date | None
    """The last day of a label that still runs; a refusal at its renewal lets it run to its end."""
    days_left: int | None
    days_spent: int
    days_given: int | None
    passages: tuple[Passage, ...]

    @property
    def now(self) -> str:
        """What its holder has to do."""
        return now(self.stage, self.holder)

    @property
    def days_late(self) -> int:
        """Days since the deadline, once it is past."""
        return max(-(self.days_left or 0), 0)


def position(*, journey: Journey, roles: frozenset[Role], on: date) -> Position:
    """Everything about where a journey stands on a day, for somebody with these roles."""
    stage, rules = Stage(journey.stage), label.rules_of(journey.rules)
    passages = tuple(label.passages(journey=journey))
    facts = None if stage.is_over else label.facts(journey=journey, on=on)
    whose = holder(facts) if facts else Holder.NOBODY
    standing = say.Standing(
        stage=stage,
        cycle=journey.cycle,
        rules=rules,
        entered_on=journey.entered_on,
        due_on=journey.due_on,
        label_from=journey.label_from,
        label_until=journey.label_until,
        left_on={Stage(p.source): paris_day(p.at) for p in passages if p.source and p.cycle == journey.cycle},
        holder=whose,
        stopped_at=_stopped_at(journey, passages),
    )
    flight = say.steps_of_flight(standing)
    landing, behind = say.towards(standing.stopped_at or stage, rules, journey.cycle)
    due_on = journey.due_on
    return Position(
        journey=journey,
        stage=stage,
        rules=rules,
        facts=facts,
        holder=whose,
        yours=bool(facts and say.held(facts, roles)),
        own=bool(roles & LANDLORD_ROLES),
        taken_by=say.taken_by(facts, roles) if facts else "",
        missing=say.told(missing(facts), roles) if facts else Verdict(),
        conditions=plans.conditions_to_do(landlord=journey.landlord_id, on=on),
        offers=say.offers(facts, roles) if facts else (),
        staircase=say.staircase(standing),
        flight=flight,
        landing=say.name(landing, journey.cycle),
        step_number=behind + 1,
        label_until=journey.label_until if not stage.is_over or _still_runs(journey, on) else None,
        days_left=days_left(due_on, on) if due_on else None,
        days_spent=(on - journey.entered_on).days,
        days_given=(due_on - journey.entered_on).days if due_on else None,
        passages=passages,
    )


def _still_runs(journey: Journey, on: date) -> bool:
    return journey.stage == Stage.REFUSED and journey.label_until is not None and on <= journey.label_until


def _stopped_at(journey: Journey, passages: Sequence[Passage]) -> Stage | None:
    """Where a journey stopped climbing: the stage before a withdrawal procedure, or before the end."""
    if journey.returns_to:
        return Stage(journey.returns_to)
    if not Stage(journey.stage).is_over:
        return None
    for passage in reversed(passages):
        if passage.source and passage.source != Stage.HEARING and Stage(passage.source) in LIVE:
            return Stage(passage.source)
    return Stage.ENGAGEMENT


def why(position: Position) -> Passage | None:
    """The committee's act that keeps the file where it is, with its reasons: a deferral, a suspension."""
    if position.stage in say.DEFERRED:
        acts = {step.act for step in BY_ACT.values() if step.target is position.stage}
    elif position.journey.suspended_on:
        acts = {"suspend_label"}
    else:
        return None
    return next((passage for passage in reversed(position.passages) if passage.act in acts and passage.note), None)


def awaits(*, landlord: Landlord, person: Person, roles: frozenset[Role], on: date) -> Verdict:
    """What awaits a quality lead or a director at their landlord, besides the journey: tenants to call back, regional studies.

    Each line only for who may act on it. Two SQL queries.
    """
    found: list[Reason] = []
    if not roles & {Role.QUALITY_LEAD, Role.DIRECTOR}:
        return Verdict()
    calls = cases.awaiting(landlord=landlord, person=person, roles=roles, on=on)
    if calls.to_call:
        many = f"{calls.to_call} locataires attendent" if calls.to_call > 1 else "Un locataire attend"
        dangers = f"{calls.dangers} danger{'s' if calls.dangers > 1 else ''}" if calls.dangers else ""
        detail = ", ".join(filter(None, [dangers, f"{calls.late} en retard" if calls.late else ""]))
        where = Remedy("Voir les rappels", "cases", {"landlord_id": landlord.pk})
        found.append(Reason("journey.calls", f"{many} votre appel.", where, detail))
    for answer in studies.open_answers(landlord=landlord, on=on):
        where = Remedy("Ouvrir l’étude", "own_study", {"landlord_id": landlord.pk, "study_id": answer.study_id})
        until = f"Jusqu’au {in_words(answer.study.closes_on)}."
        if answer.handed_at is None:
            found.append(Reason("journey.study", f"L’étude « {answer.study} » attend votre réponse.", where, until))
        elif may(roles, Right.VALIDATE, Thing.STUDY_ANSWERS):
            found.append(Reason("journey.study_handed", f"L’étude « {answer.study} » attend votre validation.", where, until))
    return Verdict(tuple(found))


# --- The board -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """What the board is asked to show."""

    search: str = ""
    state: say.State = say.State.OPEN
    landing: Landing | None = None
    holder: Holder | None = None
    pace: say.Pace | None = None
    federation: int | None = None
    order: say.Order = say.Order.URGENCY


_STATES = {
    say.State.OPEN: Q(closed_at__isnull=True),
    say.State.HEARING: Q(closed_at__isnull=True, stage=Stage.HEARING),
    say.State.SUSPENDED: Q(closed_at__isnull=True, suspended_on__isnull=False),
    say.State.OVER: Q(closed_at__isnull=False),
}


def board(*, person: Person, on: date, filters: Filters) -> QuerySet[Journey]:
    """The journeys of the landlords that this person may see, the open ones and the most urgent first unless asked otherwise."""
    found = (
        Journey.objects.filter(_STATES[filters.state], landlord__in=visible_landlords(person=person, on=on))
        .select_related("landlord")
        .prefetch_related("rules")  # a few versions serve all journeys: each is read once
        .annotate(group=_group(on))
        .order_by(*_ordered(filters), "landlord__plain_name", "pk")
    )
    for word in plain(filters.search).split():
        found = found.filter(Q(landlord__plain_name__contains=word) | Q(landlord__siren__startswith=word))
    if filters.landing:
        found = found.filter(_climbs_to(filters.landing))
    if filters.pace:
        found = found.filter(group=list(say.Pace).index(filters.pace))
    if filters.federation:
        found = found.filter(landlord__federation=filters.federation)
    if filters.holder:  # who holds follows from the law over all facts, which only Python knows
        facts = label.facts_of(journeys=list(found), on=on)
        found = found.filter(pk__in=[pk for pk, these in facts.items() if holder(these) is filters.holder])
    return found


# The rank of a journey's stage on the staircase.
_RANK = Case(*(When(stage=stage, then=Value(i)) for i, stage in enumerate(Stage)), output_field=IntegerField())
_COLUMNS: dict[str, Any] = {"name": F("landlord__plain_name"), "stage": _RANK, "due": F("due_on")}


def _ordered(filters: Filters) -> list[Any]:
    if filters.order is say.Order.URGENCY:
        return [F("closed_at").desc()] if filters.state is say.State.OVER else ["group", F("due_on").asc(nulls_last=True)]
    column = _COLUMNS[filters.order.removeprefix("-")]
    return [column.desc(nulls_last=True) if filters.order.startswith("-") else column.asc(nulls_last=True)]


def _group(on: date) -> Case:
    """The rank of the deadline's pace, as in ``rules.pace``: the same days, said to the database."""
    return Case(
        When(due_on__lt=on, then=Value(0)),
        When(due_on__lte=on + timedelta(days=7), then=Value(1)),
        When(due_on__lte=on + timedelta(days=42), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def _climbs_to(landing: Landing) -> Q:
    stages = [stage for stage in LIVE if STAGES[stage].towards is landing]
    again = Q(stage__in=[stage for stage in LIVE if STAGES[stage].towards is Landing.ADMISSIBILITY], cycle__gt=1)
    rests = Q(stage=Stage.LABELLED, rules__data__grants__1__isnull=True)
    if landing is Landing.CONFIRMATION:
        return Q(stage__in=stages) & ~rests
    if landing is Landing.RENEWAL:
        return Q(stage__in=stages) | rests | again
    return Q(stage__in=stages) & ~again


@dataclass(frozen=True, slots=True)
class LandingCount:
    """How many journeys climb to a landing, and how many of them are late."""

    landing: Landing
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class Counts:
    """All open journeys, those that are late, the staircase as a count, and those that climb to nothing for now."""

    total: int
    late: int
    landings: tuple[LandingCount, ...]
    hearings: int
    suspended: int


def open_journeys(*, person: Person, on: date) -> list[Journey]:
    """The open journeys of the landlords that this person may see, read once for all that the board counts.

    They come in no order and without their landlords. Three SQL queries at most.
    """
    found = Journey.objects.filter(closed_at__isnull=True, landlord__in=visible_landlords(person=person, on=on))
    return list(found.prefetch_related("rules"))


def late_ones(journeys: Sequence[Journey], on: date) -> list[Journey]:
    """Those whose deadline is past."""
    return [journey for journey in journeys if say.pace(journey.due_on, on) is say.Pace.LATE]


def counts(journeys: Sequence[Journey], on: date) -> Counts:
    """How many open journeys there are, how many climb to each landing, how many are in a withdrawal procedure."""
    late = {journey.pk for journey in late_ones(journeys, on)}
    alike = Counter((Stage(one.stage), one.rules, one.cycle, one.pk in late) for one in journeys)
    climbing: Counter[tuple[Landing, bool]] = Counter()
    for (stage, rules, cycle, is_late), number in alike.items():
        if stage is not Stage.HEARING:
            landing, _ = say.towards(stage, label.rules_of(rules), cycle)
            climbing[say.called(landing, cycle), is_late] += number
    return Counts(
        total=len(journeys),
        late=len(late),
        landings=tuple(LandingCount(one, climbing[one, True] + climbing[one, False], climbing[one, True]) for one in Landing),
        hearings=sum(journey.stage == Stage.HEARING for journey in journeys),
        suspended=sum(journey.suspended_on is not None for journey in journeys),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the board."""

    journey: Journey
    dwellings: stock.Dwellings
    stage: Stage
    towards: str
    step: str
    bars: tuple[str, ...]
    holder: Holder
    yours: bool
    missing: Verdict
    gate: Verdict
    tenants: str
    """Where tenants’ representatives stand at this stage, in a word; empty once the journey is over."""
    pace: say.Pace
    days_left: int | None
    conditions_late: int
    """Conditions of the committee past their day."""
    conditions_shown: int
    """Conditions that the landlord says are met, to be checked."""

    @property
    def days_late(self) -> int:
        """Days since the deadline, once it is past."""
        return max(-(self.days_left or 0), 0)

    @property
    def others_missing(self) -> int:
        """How many things are missing besides the first."""
        return max(len(self.missing.reasons) - 1, 0)


def rows(*, journeys: Sequence[Journey], roles: frozenset[Role], on: date) -> list[Row]:
    """The lines of the board for a page of journeys, in a fixed number of queries."""
    return rows_and_waited_for(journeys=journeys, late=(), roles=roles, on=on)[0]


def rows_and_waited_for(
    *, journeys: Sequence[Journey], late: Sequence[Journey], roles: frozenset[Role], on: date
) -> tuple[list[Row], list[tuple[Holder, int]]]:
    """The lines of a page of journeys, and how many of the late ones wait for whom; their facts are gathered once."""
    facts = label.facts_of(journeys=list({journey.pk: journey for journey in (*journeys, *late)}.values()), on=on)
    waited = Counter(holder(facts[journey.pk]) for journey in late).most_common()
    pending = plans.conditions_pending(landlords={journey.landlord_id for journey in journeys}, on=on)
    sizes = stock.dwellings_of(landlords=[journey.landlord for journey in journeys])
    found = [
        _row(one, sizes[one.landlord_id], facts[one.pk], pending.get(one.landlord_id, Counter()), roles, on) for one in journeys
    ]
    return found, waited


def _tenants(facts: Facts) -> str:
    if facts.stage.is_over:
        return ""
    if facts.gate:
        return "Associés"
    return "À associer" if facts.gate.reasons[0].code == "consultation.not_opened" else "Attendus"


def _row(
    journey: Journey, dwellings: stock.Dwellings, facts: Facts, pending: Counter[Standing], roles: frozenset[Role], on: date
) -> Row:
    stage, rules = facts.stage, facts.rules
    if stage.is_over:
        towards, step = stage.label, f"Terminé le {paris_day(journey.closed_at):%d/%m/%Y}" if journey.closed_at else ""
    elif stage is Stage.HEARING:
        towards, step = "Procédure de retrait", "Observations de l’organisme"
    else:
        landing, behind = say.towards(stage, rules, journey.cycle)
        towards = say.capital(say.called(landing, journey.cycle).towards)
        step = f"{stage.label}, étape {behind + 1} sur {len(say.flight(landing, rules))}"
    return Row(
        journey=journey,
        dwellings=dwellings,
        stage=stage,
        towards=towards,
        step=step,
        bars=say.bars(stage, rules, journey.cycle),
        holder=holder(facts),
        yours=say.held(facts, roles),
        missing=say.told(missing(facts), roles),
        gate=say.told(facts.gate, roles),
        tenants=_tenants(facts),
        pace=say.pace(journey.due_on, on),
        days_left=days_left(journey.due_on, on) if journey.due_on else None,
        conditions_late=pending[Standing.LATE],
        conditions_shown=pending[Standing.SHOWN],
    )


@dataclass(frozen=True, slots=True)
class Coming:
    """Something of the coming weeks: its day, and the page that it leads to, under its words."""

    day: date
    page: Remedy


def coming_weeks(
    journeys: Sequence[Journey], *, person: Person, roles: frozenset[Role], on: date, limit: int = 12
) -> list[Coming]:
    """The next six weeks of work: deadlines of those who run the scheme, labels that end, sessions that one follows.

    Four SQL queries at most.
    """
    until = on + timedelta(days=42)
    due = []
    for journey in journeys:
        about = Stage(journey.stage).about
        if about.holder in (Holder.REFERENT, Holder.COMMITTEE) and journey.due_on and on <= journey.due_on <= until:
            due.append((journey.due_on, say.capital(about.now), journey.landlord_id))
        if journey.label_until and on <= journey.label_until <= until:
            due.append((journey.label_until, "Fin du label", journey.landlord_id))
    names = dict(Landlord.objects.filter(pk__in={landlord for *_, landlord in due}).values_list("pk", "name"))
    found = [
        Coming(day, Remedy(f"{what} : {names[landlord]}", "journey", {"landlord_id": landlord})) for day, what, landlord in due
    ]
    ahead = committee.sessions(person=person, roles=roles, on=on).filter(
        starts_at__date__range=(on, until), closed_at__isnull=True, cancelled_at__isnull=True
    )
    for session in ahead:
        where = {"committee_id": session.committee_id, "session_number": session.number}
        words = f"Séance n° {session.number} : {session.committee.name}"
        found.append(Coming(paris_day(session.starts_at), Remedy(words, "committee_session", where)))
    return sorted(found, key=lambda one: (one.day, one.page.label))[:limit]
