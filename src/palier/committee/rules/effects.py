"""What takes effect with a decision besides its outcome: conditions, dates and scope of an accreditation, day of an evolution.

It is proposed with the matter, stated by the poll, and frozen with both: what is voted is what takes effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from palier.calendar import in_words
from palier.committee.rules.outcomes import Outcome
from palier.label.rules.rulesets import Audit
from palier.plans.rules.conditions import Asked
from palier.plans.rules.conditions import parse as parse_condition
from palier.plans.rules.conditions import words as in_lines


@dataclass(frozen=True, slots=True)
class Effect:
    """What takes effect; each kind of matter fills in its own."""

    conditions: tuple[Asked, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    scope: tuple[Audit, ...] = ()
    trained_on: date | None = None
    effective_from: date | None = None


_DAYS = ("starts_on", "ends_on", "trained_on", "effective_from")


def plain(effect: Effect) -> dict[str, Any]:
    """An effect as plain data; what is not said is left out."""
    found: dict[str, Any] = {name: day.isoformat() for name in _DAYS if (day := getattr(effect, name))}
    if effect.scope:
        found["scope"] = [audit.value for audit in effect.scope]
    if effect.conditions:
        found["conditions"] = [one.plain for one in effect.conditions]
    return found


def parse(data: Mapping[str, Any]) -> Effect:
    """An effect from its plain data."""
    return Effect(
        conditions=tuple(parse_condition(one) for one in data.get("conditions", ())),
        scope=tuple(Audit(audit) for audit in data.get("scope", ())),
        **{name: date.fromisoformat(data[name]) for name in _DAYS if name in data},
    )


def lines(effect: Effect) -> list[tuple[str, str]]:
    """What takes effect, in words: (what, how)."""
    found = []
    if effect.starts_on and effect.ends_on:
        found.append(("Agrément", f"du {in_words(effect.starts_on)} au {in_words(effect.ends_on)}"))
    if effect.scope:
        found.append(("Audits couverts", ", ".join(audit.label for audit in effect.scope)))
        trained = f"suivie le {in_words(effect.trained_on)}" if effect.trained_on else "non renseignée"
        found.append(("Formation", trained))
    if effect.effective_from:
        found.append(("En vigueur", f"à partir du {in_words(effect.effective_from)}"))
    if effect.conditions:
        found.append(("Réserves", in_lines(effect.conditions)))
    return found


def of(outcome: Outcome | None, effect: Effect) -> Effect:
    """What of an effect an outcome carries: a refusal grants no dates, an accreditation has no conditions."""
    if outcome in {Outcome.ACCREDITED, Outcome.ACCREDITATION_RENEWED}:
        return replace(effect, conditions=(), effective_from=None)
    if outcome is Outcome.EVOLUTION_ADOPTED:
        return Effect(effective_from=effect.effective_from)
    return Effect(conditions=effect.conditions)
