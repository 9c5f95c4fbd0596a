"""What one may ask the label, always on a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db.models import F, Max, QuerySet

from palier.calendar import paris_day
from palier.consultation import queries as consultation
from palier.consultation.models import Round
from palier.consultation.rules import may_remind_some, to_remind
from palier.directory import queries as directory
from palier.directory.models import Person
from palier.directory.rules import Right, Role, Thing, may
from palier.documents.rules import KINDS
from palier.label.models import Correction, InstructionNote, Journey, Passage, Piece, Reached, Reminder, RuleSetVersion
from palier.label.rules.guards import Facts, Milestone, MissingPiece, holder
from palier.label.rules.rulesets import RuleSet, parse
from palier.label.rules.stages import INSTRUCTIONS, ROLES_OF_HOLDER, Holder, Stage, now
from palier.plans import queries as plans
from palier.sites import queries as sites
from palier.verdict import YES, Verdict, no

SHIPPED = Path(__file__).parent / "rulesets"
_PLAN_STAGES = frozenset({Stage.PLAN_DRAFTING, Stage.PLAN_DEFERRED})


def shipped_rule_sets() -> list[dict[str, Any]]:
    """The rule sets that come with Palier, as plain data, by file name."""
    return [yaml.load(path.read_text(), yaml.CSafeLoader) for path in sorted(SHIPPED.glob("*.yaml"))]


# Published versions already read, by their key and instant: they never change.
_READ: dict[tuple[int, datetime], RuleSet] = {}


def rules_of(version: RuleSetVersion) -> RuleSet:
    """The rules of a version; a published one is read once a process."""
    if version.published_at is None:
        return parse(version.data)
    key = (version.pk, version.published_at)
    if key not in _READ:
        _READ[key] = parse(version.data)
    return _READ[key]


def rule_sets(*, roles: frozenset[Role]) -> QuerySet[RuleSetVersion]:
    """The versions that these roles may read, latest in force first: drafts are for those who write or validate them."""
    found = RuleSetVersion.objects.order_by("-effective_from", "code", "-number")
    if may(roles, Right.WRITE, Thing.RULE_SET) or may(roles, Right.VALIDATE, Thing.RULE_SET):
        return found
    return found.filter(published_at__isnull=False)


def published_rule_sets(*, on: date) -> QuerySet[RuleSetVersion]:
    """The versions in force on a day, the latest first."""
    found = RuleSetVersion.objects.filter(published_at__isnull=False, effective_from__lte=on)
    return found.order_by("-effective_from", "code", "-number")


def rule_set_on(*, on: date, code: str = "") -> RuleSetVersion | None:
    """The published version in force on a day: of one code, or the latest of all."""
    found = RuleSetVersion.objects.filter(published_at__isnull=False, effective_from__lte=on)
    if code:
        found = found.filter(code=code)
    return found.order_by("-effective_from", "-number", "-pk").first()


def open_journey(*, landlord: int) -> Journey | None:
    """The landlord's journey that is not over, if any."""
    return Journey.objects.select_related("rules", "landlord").filter(landlord=landlord, closed_at__isnull=True).first()


def journeys(*, landlord: int) -> QuerySet[Journey]:
    """Every journey of a landlord, the open one or the latest first."""
    return Journey.objects.select_related("rules", "landlord").filter(landlord=landlord).order_by("-opened_at", "-pk")


def passages(*, journey: Journey) -> QuerySet[Passage]:
    """The steps taken, in their order."""
    return journey.passages.select_related("by").order_by("at", "pk")


def required_pieces(rules: RuleSet, stage: Stage) -> tuple[MissingPiece, ...]:
    """The pieces that the rules ask for at a stage."""
    return tuple(MissingPiece(kind, KINDS[kind].label) for kind in rules.at(stage).pieces) if not stage.is_over else ()


def pieces(*, journey: Journey) -> QuerySet[Piece]:
    """The pieces of the current cycle, in the order of their deposit."""
    found = journey.pieces.filter(cycle=journey.cycle)
    return found.select_related("document", "deposited_by", "checked_by").order_by("deposited_at", "pk")


def corrections(*, journey: Journey) -> QuerySet[Correction]:
    """The corrections asked in the current cycle, the open ones first, those withdrawn last."""
    found = journey.corrections.filter(cycle=journey.cycle).select_related("asked_by", "answered_by", "withdrawn_by", "piece")
    return found.order_by(F("withdrawn_at").asc(nulls_first=True), F("answered_at").asc(nulls_first=True), "-asked_at")


def note(*, journey: Journey) -> InstructionNote | None:
    """The instruction note of the present stage, if it was begun."""
    return (
        journey.notes.filter(cycle=journey.cycle, stage=journey.stage, entered_on=journey.entered_on)
        .select_related("changed_by")
        .first()
    )


def notes(*, journey: Journey) -> QuerySet[InstructionNote]:
    """The notes delivered on a journey, latest first."""
    return journey.notes.filter(delivered_at__isnull=False).select_related("changed_by").order_by("-delivered_at")


def facts(*, journey: Journey, on: date, decided: bool = False) -> Facts:
    """Everything the guards look at for one journey."""
    return facts_of(journeys=[journey], on=on, decided=decided)[journey.pk]


def facts_of(*, journeys: Sequence[Journey], on: date, decided: bool = False) -> dict[int, Facts]:
    """Everything the guards look at for many journeys, in a number of queries that does not grow with them."""
    deposited: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)
    cycles = {j.pk: j.cycle for j in journeys}
    for pk, cycle, stage, kind, checked in Piece.objects.filter(journey__in=cycles).values_list(
        "journey_id", "cycle", "stage", "kind", "checked_at"
    ):
        if cycle == cycles[pk]:
            deposited[pk].append((stage, kind, checked is not None))
    waiting = Counter(
        pk
        for pk, cycle in Correction.objects.filter(
            journey__in=cycles, answered_at__isnull=True, withdrawn_at__isnull=True
        ).values_list("journey_id", "cycle")
        if cycle == cycles[pk]
    )
    delivered = set(
        InstructionNote.objects.filter(journey__in=cycles, delivered_at__isnull=False).values_list(
            "journey_id", "cycle", "stage", "entered_on"
        )
    )
    reached = _reached(cycles)
    gates = _gates(journeys, on)
    ratings = sites.rating_verdicts(asked=[(j.landlord_id, j.cycle) for j in journeys if j.stage == Stage.SELF_ASSESSMENT])
    plans_ = _plans([j for j in journeys if j.stage in _PLAN_STAGES], on)
    found = {}
    for journey in journeys:
        pk, stage, rules = journey.pk, Stage(journey.stage), rules_of(journey.rules)
        here = {kind for at_stage, kind, _ in deposited[pk] if at_stage == stage}
        instructing = stage in INSTRUCTIONS
        found[pk] = Facts(
            landlord=journey.landlord_id,
            stage=stage,
            cycle=journey.cycle,
            rules=rules,
            on=on,
            gate=gates.get(pk, YES),
            rating=ratings.get((journey.landlord_id, journey.cycle), YES),
            plan=plans_.get(pk, YES),
            milestones=reached[pk],
            missing_pieces=tuple(piece for piece in required_pieces(rules, stage) if piece.kind not in here),
            unchecked_pieces=sum(not checked for _, _, checked in deposited[pk]) if instructing else 0,
            open_corrections=waiting[pk] if instructing else 0,
            note_delivered=(pk, journey.cycle, journey.stage, journey.entered_on) in delivered,
            decided=decided,
            label_from=journey.label_from,
            label_until=journey.label_until,
            suspended=journey.suspended_on is not None,
            heard_on=journey.due_on if stage is Stage.HEARING else None,
        )
    return found


def milestones(*, journey: Journey) -> frozenset[Milestone]:
    """What the rooms above brought to the current cycle."""
    return _reached({journey.pk: journey.cycle})[journey.pk]


def _reached(cycles: Mapping[int, int]) -> dict[int, frozenset[Milestone]]:
    found: dict[int, set[Milestone]] = {pk: set() for pk in cycles}
    rows = Reached.objects.filter(journey__in=cycles, forgotten_at__isnull=True).values_list("journey_id", "cycle", "milestone")
    for pk, cycle, milestone in rows:
        if cycles[pk] == cycle:
            found[pk].add(Milestone(milestone))
    return {pk: frozenset(values) for pk, values in found.items()}


def gate_ask(journey: Journey) -> consultation.Ask:
    """What the rules owe to tenants' representatives at a journey's present stage."""
    stage, rules = Stage(journey.stage), rules_of(journey.rules)
    return consultation.Ask(
        landlord=journey.landlord_id,
        cycle=journey.cycle,
        stage=stage,
        duty=rules.at(stage).duty,
        lapse_days=rules.lapse_days,
        reminders=rules.gate_reminders,
    )


def _gates(journeys: Sequence[Journey], on: date) -> dict[int, Verdict]:
    live = [j for j in journeys if not Stage(j.stage).is_over]
    return dict(zip([j.pk for j in live], consultation.gates(asks=[gate_ask(j) for j in live], on=on), strict=True))


def _plans(journeys: Sequence[Journey], on: date) -> dict[int, Verdict]:
    """Whether each plan may be submitted: recommendations traced, priority sites covered, actions complete."""
    if not journeys:
        return {}
    asked = [(j.landlord_id, j.cycle) for j in journeys]
    priority = sites.priority_names(landlords=[j.landlord_id for j in journeys], on=on)
    verdicts = plans.submittables(asked=asked, priority=priority)
    return {j.pk: verdicts[j.landlord_id, j.cycle] for j in journeys}


@dataclass(frozen=True, slots=True)
class Hearing:
    """A withdrawal procedure: the act that opened it, with its reasons, and what the landlord answered, if it did."""

    opened: Passage
    observations: Reached | None


def hearing(*, journey: Journey) -> Hearing | None:
    """The withdrawal procedure under way on a journey, if any. Two SQL queries."""
    if journey.stage != Stage.HEARING:
        return None
    answered = journey.reached.filter(
        cycle=journey.cycle, milestone=Milestone.OBSERVATIONS, forgotten_at__isnull=True
    ).select_related("by")
    opened = journey.passages.filter(target=Stage.HEARING).select_related("by").latest("pk")
    return Hearing(opened, answered.first())


def reads_observations(*, roles: frozenset[Role]) -> bool:
    """Whether what a landlord answers in a hearing is for these roles: its own people, the label's team, the committee."""
    rights = ((Right.READ, Thing.INSTRUCTION_NOTE), (Right.WRITE, Thing.JOURNEY), (Right.VALIDATE, Thing.JOURNEY))
    return any(may(roles, right, thing) for right, thing in rights)


@dataclass(frozen=True, slots=True)
class Reminding:
    """A reminder as it would leave today: to whom, what it says, and whether it may."""

    journey: Journey
    holder: Holder
    people: tuple[Person, ...]
    """Empty when it goes to tenants' representatives: their ``round`` is reminded, in its own words."""
    round: Round | None
    names: tuple[str, ...]
    subject: str
    body: str
    verdict: Verdict
    last_on: date | None
    """The day of the last reminder sent by hand at this stage."""


def remindings(*, journeys: Sequence[Journey], by: Person, on: date, message: str = "") -> list[Reminding]:
    """What reminding the journeys by hand would do: whoever really holds each is written to, the sender apart."""
    last = dict(
        Reminder.objects.filter(journey__in=journeys, by__isnull=False, stage=F("journey__stage"))
        .values_list("journey")
        .annotate(Max("at"))
    )
    gathered = facts_of(journeys=journeys, on=on)
    found = []
    for journey in journeys:
        sent = last.get(journey.pk)
        last_on = paris_day(sent) if sent else None
        who = holder(gathered[journey.pk])
        found.append(
            _reminding_tenants(journey, last_on, on)
            if who is Holder.REPRESENTATIVES
            else _reminding(journey, who, last_on, by, on, message)
        )
    return found


def reminder_words(journey: Journey, who: Holder) -> tuple[str, str]:
    """Subject and usual body of a reminder."""
    stage = Stage(journey.stage)
    until = f" L’échéance est le {journey.due_on:%d/%m/%Y}, 23:59." if journey.due_on else ""
    return f"Rappel : {journey.landlord.name}, {stage.label.lower()}", f"Il reste à {now(stage, who)}.{until}"


def _reminding(journey: Journey, who: Holder, last_on: date | None, by: Person, on: date, message: str) -> Reminding:
    found = directory.people_of(landlord=journey.landlord_id, roles=ROLES_OF_HOLDER[who], on=on)
    people = tuple(person for person in found.order_by("name", "pk") if person != by)
    subject, usual = reminder_words(journey, who)
    verdict = YES
    if not people and by in found:
        verdict = no("label.nobody_else", "La main est à vous : il n’y a personne d’autre à relancer.")
    elif not people:
        verdict = no("label.nobody_to_remind", "Personne n’est inscrit pour tenir ce rôle.")
    return Reminding(
        journey, who, people, None, tuple(p.name for p in people), subject, message.strip() or usual, verdict, last_on
    )


def _reminding_tenants(journey: Journey, last_on: date | None, on: date) -> Reminding:
    round_ = consultation.current_round(landlord=journey.landlord_id, cycle=journey.cycle, stage=journey.stage)
    assert round_ is not None  # their answer is awaited: a round is open
    facts = consultation.facts_of(round_, on=on)
    return Reminding(
        journey=journey,
        holder=Holder.REPRESENTATIVES,
        people=(),
        round=round_,
        names=tuple(voice.name for voice in to_remind(facts)),
        subject=f"Rappel, {journey.landlord.name} : {round_.subject}",
        body=round_.message,
        verdict=may_remind_some(facts),
        last_on=last_on,
    )
