"""What an action is made of, what it still lacks, and what is said of it once it runs.

Numbers of indicators are ``Decimal`` in the unit that the action names; budgets are ``Decimal`` euros, taxes included.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from palier.plans.rules.terms import Direction, Nature, Scope, Status
from palier.verdict import YES, Verdict, no
from palier.visits.rules import Responsibility


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionContent:
    """Everything that defines an action, and that the freeze of its plan keeps. Empty means not said yet.

    ``ordinary`` says what is done anyway, without the TFPB allowance: only what goes beyond it counts.
    """

    title: str
    description: str = ""
    theme: str = ""
    scope: Scope = Scope.TRANSVERSAL
    nature: Nature | None = None
    responsibility: Responsibility | None = None
    lever: str = ""
    owner: int | None = None
    owner_label: str = ""
    contributors: frozenset[int] = frozenset()
    residences: frozenset[int] = frozenset()
    starts_on: date | None = None
    due_on: date | None = None
    budget: Decimal | None = None
    funding: str = ""
    tfpb_axis: str = ""
    ordinary: str = ""
    indicator: str = ""
    unit: str = ""
    direction: Direction | None = None
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    target_on: date | None = None


def missing_of(content: ActionContent) -> tuple[str, ...]:
    """What an action still lacks, in words that follow « il lui manque »."""
    wanted: tuple[tuple[object, str], ...] = (
        (content.nature, "sa nature"),
        (content.responsibility, "la responsabilité"),
        (content.lever, "le levier"),
        (content.owner or content.owner_label.strip(), "une personne responsable"),
        (content.starts_on, "la date de début"),
        (content.due_on, "l’échéance"),
        (content.indicator.strip(), "l’indicateur"),
        (content.unit.strip(), "l’unité de l’indicateur"),
        (content.direction, "le sens de l’indicateur"),
        (content.baseline is not None and content.baseline_on, "la valeur de départ datée"),
        (content.target is not None and content.target_on, "la cible datée"),
        (content.budget is not None, "le budget, même nul"),
        (content.scope is Scope.TRANSVERSAL or content.residences, "le site concerné"),
        (not content.tfpb_axis or content.ordinary.strip(), "ce qui est fait sans l’abattement de TFPB"),
    )
    return tuple(words for value, words in wanted if not value)


def coherent(content: ActionContent) -> Verdict:
    """Whether what is said of an action holds together; what is not said yet is no contradiction."""
    wrong = []
    if not content.title.strip():
        wrong.append(no("plans.title_missing", "Donnez un titre à l’action : une phrase courte qui dit ce qui sera fait."))
    if content.starts_on and content.due_on and content.due_on < content.starts_on:
        wrong.append(no("plans.dates_reversed", "L’échéance précède le début : corrigez l’une des deux dates."))
    if content.baseline_on and content.target_on and content.target_on <= content.baseline_on:
        wrong.append(no("plans.target_before_baseline", "La date de la cible suit celle de la valeur de départ."))
    if content.budget is not None and content.budget < 0:
        wrong.append(no("plans.negative_budget", "Le budget ne peut pas être négatif."))
    if content.baseline is not None and content.target is not None and content.direction is not None:
        better = content.target > content.baseline if content.direction is Direction.UP else content.target < content.baseline
        if not better:
            wrong.append(
                no(
                    "plans.target_not_better",
                    "La cible n’améliore pas la valeur de départ : vérifiez les deux valeurs, ou le sens.",
                )
            )
    if content.scope is Scope.TRANSVERSAL and content.residences:
        wrong.append(
            no(
                "plans.transversal_with_sites",
                "Une action sur tout le patrimoine ne cite pas de site : choisissez l’un ou l’autre.",
            )
        )
    return Verdict.all(wrong)


def is_late(status: Status, due_on: date | None, on: date) -> bool:
    """Whether an action is past its day and not over. The day itself is not late."""
    return status in {Status.NOT_STARTED, Status.UNDER_WAY} and due_on is not None and due_on < on


def way(content: ActionContent, value: Decimal) -> Fraction | None:
    """How much of the way from the starting value to the target is done: 0 at the start, 1 at the target.

    Below 0 things got worse; above 1 the target is passed. None while either end is not said.
    """
    if content.baseline is None or content.target is None or content.target == content.baseline:
        return None
    return Fraction(value - content.baseline) / Fraction(content.target - content.baseline)


def changed(before: ActionContent, after: ActionContent) -> tuple[str, ...]:
    """The names of the fields that differ."""
    return tuple(name for name in ActionContent.__dataclass_fields__ if getattr(before, name) != getattr(after, name))


def may_progress(status: Status, progress: int) -> Verdict:
    """Whether a progress report holds together: a done action is at 100 %, one to come at 0 %."""
    if not 0 <= progress <= 100:
        return no("plans.progress_range", "L’avancement va de 0 à 100 %.")
    if status is Status.DONE and progress != 100:
        return no("plans.done_not_full", "Une action faite est à 100 %.")
    if status is Status.NOT_STARTED and progress:
        return no("plans.not_started_progress", "Une action à venir est à 0 % : indiquez qu’elle est en cours.")
    if status is Status.DROPPED:
        return no("plans.drop_needs_reason", "Un abandon se fait avec son motif.")
    return YES


def may_edit(person: int, owner: int | None, contributors: Collection[int], code: str) -> Verdict:
    """Whether somebody who may change only their own actions may change this one."""
    if person == owner or person in contributors:
        return YES
    return no(
        "plans.not_your_action",
        f"L’action {code} ne vous est pas confiée. La personne responsable de la qualité peut vous l’attribuer.",
    )
