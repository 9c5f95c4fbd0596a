"""When a plan may be handed in: every recommendation traced, every priority site covered, every action complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from palier.plans.rules.action import ActionContent, missing_of
from palier.verdict import YES, Reason, Remedy, Verdict, no


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """An action as the plan looks at it."""

    pk: int
    code: str
    content: ActionContent
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class RecommendationFacts:
    """A recommendation as the plan looks at it: how many actions follow it (dropped ones apart), or its refusal."""

    pk: int
    code: str
    title: str
    actions: int = 0
    refused: bool = False

    @property
    def traced(self) -> bool:
        """Whether it became something."""
        return self.refused or self.actions > 0


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A landlord's plan for a cycle. ``priority`` gives the name of each priority site by residence."""

    landlord: int
    cycle: int
    plan: int | None
    frozen: bool = False
    recommendations: tuple[RecommendationFacts, ...] = ()
    actions: tuple[ActionFacts, ...] = ()
    priority: Mapping[int, str] = field(default_factory=dict)

    @property
    def live_actions(self) -> tuple[ActionFacts, ...]:
        """The actions that were not dropped."""
        return tuple(action for action in self.actions if not action.dropped)

    @property
    def traced(self) -> int:
        """How many recommendations became something."""
        return sum(recommendation.traced for recommendation in self.recommendations)

    @property
    def uncovered(self) -> dict[int, str]:
        """The priority sites without an action, by residence."""
        covered: set[int] = set()
        for action in self.live_actions:
            covered |= action.content.residences
        return {pk: name for pk, name in self.priority.items() if pk not in covered}

    @property
    def ready(self) -> str:
        """What is done already, in one sentence."""
        parts = [_count(len(self.live_actions), "action")]
        if self.recommendations:
            parts.append(
                f"{_count(self.traced, 'préconisation')} sur {len(self.recommendations)} {_agree(self.traced, 'tracée')}"
            )
        if self.priority:
            covered = len(self.priority) - len(self.uncovered)
            parts.append(
                f"{_count(covered, 'site')} {_agree(covered, 'prioritaire')} sur {len(self.priority)} {_agree(covered, 'couvert')}"
            )
        return ", ".join(parts)


def _agree(count: int, word: str) -> str:
    return word if count < 2 else f"{word}s"


def _count(count: int, word: str) -> str:
    return f"{count} {_agree(count, word)}"


def action_complete(action: ActionFacts, *, landlord: int) -> Verdict:
    """Whether an action says all that a plan must say of it."""
    missing = missing_of(action.content)
    if not missing:
        return YES
    words = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} et {missing[-1]}"
    return Verdict(
        (
            Reason(
                "plans.action_incomplete",
                f"L’action {action.code}, {action.content.title}, est incomplète.",
                Remedy(f"Compléter {action.code}", "action_change", {"landlord_id": landlord, "action_id": action.pk}),
                f"Il lui manque {words}.",
            ),
        )
    )


def submittable(facts: PlanFacts) -> Verdict:
    """Whether a plan may be handed in: everything traced, every priority site covered, every action complete."""
    here = {"landlord_id": facts.landlord}
    if facts.plan is None:
        return no("plans.not_opened", "Le plan d’actions n’est pas encore ouvert.", Remedy("Ouvrir le plan", "plan", here))
    if not facts.live_actions:
        return no("plans.no_action", "Le plan n’a encore aucune action.", Remedy("Ajouter une action", "action_add", here))
    return Verdict((*_untraced(facts), *_uncovered(facts))) & Verdict.all(
        action_complete(action, landlord=facts.landlord) for action in facts.live_actions
    )


def _untraced(facts: PlanFacts) -> Iterable[Reason]:
    for recommendation in facts.recommendations:
        if not recommendation.traced:
            yield Reason(
                "plans.recommendation_untraced",
                f"La préconisation {recommendation.code}, {recommendation.title}, n’est pas tracée.",
                Remedy(
                    f"Relier {recommendation.code}",
                    "recommendation",
                    {"landlord_id": facts.landlord, "recommendation_id": recommendation.pk},
                ),
                "Elle n’est reliée ni à une action, ni à un refus motivé.",
            )


def _uncovered(facts: PlanFacts) -> Iterable[Reason]:
    for pk, name in facts.uncovered.items():
        yield Reason(
            "plans.site_uncovered",
            f"Le site prioritaire {name} n’a pas d’action.",
            Remedy(f"Ajouter une action pour {name}", "action_add", {"landlord_id": facts.landlord}, {"site": pk}),
            "Chaque site prioritaire a au moins une action dans le plan.",
        )
