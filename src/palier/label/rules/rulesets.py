"""Rule sets: the scheme's durations, windows, reminders, duties, pieces and guards, as dated data.

A journey keeps the rule set under which it was opened, for ever. Nothing here is an official text: the label's owner
edits a copy and publishes it from a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from palier.consultation.rules import Duty
from palier.documents.rules import KINDS
from palier.label.rules.stages import LIVE, STAGES, Stage
from palier.label.rules.steps import GUARD_WORDS, SWITCHABLE, Guard
from palier.verdict import Refusal, Verdict, no


class Audit(StrEnum):
    """The three audits of a cycle."""

    HQS = "hqs"
    IMPLEMENTATION = "implementation"
    VERIFICATION = "verification"

    @property
    def label(self) -> str:
        """In French."""
        return {"hqs": "diagnostic HQS", "implementation": "audit de mise en œuvre", "verification": "audit de vérification"}[
            self.value
        ]


@dataclass(frozen=True, slots=True)
class StageRule:
    """At one stage: days to do it, what is due to tenants' representatives, pieces asked, reminders (days before the end)."""

    days: int
    duty: Duty
    pieces: tuple[str, ...] = ()
    reminders: tuple[int, ...] = (30, 7)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the scheme's rules."""

    code: str
    title: str
    grants: tuple[int, ...]
    """Months of each grant: ``(36,)``, or ``(18, 18)`` where the second follows a confirmation."""
    stages: Mapping[Stage, StageRule]
    lapse_days: int
    """Days after which, for want of an answer, the tenants' gate opens by itself."""
    gate_reminders: int
    """Traced reminders without which it does not."""
    verification_opens: int
    """Months after the award from which the verification audit may be asked."""
    renewal_opens: int
    """Months before the end of the label from which the renewal may be prepared."""
    grace_days: int
    """Days after the end of the label before it is found expired, while a renewal is under way."""
    hearing_days: int
    correction_days: int
    guards_off: frozenset[Guard] = frozenset()

    @property
    def confirms(self) -> bool:
        """Whether the label is confirmed half-way."""
        return len(self.grants) > 1

    def at(self, stage: Stage) -> StageRule:
        """What holds at a live stage."""
        return self.stages[stage]


NUMBER_WORDS = {
    "lapse_days": "Jours avant que la porte des représentants s’ouvre d’elle-même",
    "gate_reminders": "Relances tracées exigées avant cette ouverture",
    "verification_opens": "Mois après l’attribution avant l’audit de vérification",
    "renewal_opens": "Mois avant le terme pour préparer le renouvellement",
    "grace_days": "Jours de grâce après le terme, quand un dossier est en cours",
    "hearing_days": "Jours pour présenter ses observations avant un retrait",
    "correction_days": "Jours pour répondre à une demande de correction",
}


def parse(data: Mapping[str, Any]) -> RuleSet:
    """A rule set from its plain data (YAML or JSON).

    Raises:
        Refusal: naming every place that does not hold and its cure.
    """
    problems = list(_problems(data))
    if problems:
        raise Refusal(Verdict.all(no("label.rule_set", text) for text in problems))
    return RuleSet(
        code=data["code"],
        title=data["title"],
        grants=tuple(data["grants"]),
        stages={
            stage: StageRule(
                days=data["stages"][stage]["days"],
                duty=Duty(data["stages"][stage]["duty"]),
                pieces=tuple(data["stages"][stage].get("pieces", ())),
                reminders=tuple(data["stages"][stage].get("reminders", (30, 7))),
            )
            for stage in LIVE
        },
        guards_off=frozenset(Guard(g) for g in data.get("guards_off", ())),
        **{name: data[name] for name in NUMBER_WORDS},
    )


def _problems(data: Mapping[str, Any]) -> list[str]:
    found = [
        f"« {name} » : indiquez un texte."
        for name in ("code", "title")
        if not isinstance(data.get(name), str) or not data.get(name)
    ]
    found += [
        f"« {name} » : indiquez un nombre entier positif ou nul." for name in NUMBER_WORDS if not _is_count(data.get(name))
    ]
    grants = data.get("grants")
    if not isinstance(grants, list | tuple) or len(grants) not in (1, 2) or not all(_is_count(g) and g for g in grants):
        found.append("« grants » : indiquez une ou deux durées en mois, par exemple 36, ou 18 et 18.")
    stages = data.get("stages")
    if not isinstance(stages, Mapping):
        return [*found, "« stages » : indiquez ce qui vaut à chaque étape."]
    found += [f"« stages » : l’étape « {name} » n’existe pas." for name in stages if name not in set(LIVE)]
    for stage in sorted(LIVE):
        rule = stages.get(stage)
        if not isinstance(rule, Mapping):
            found.append(f"« stages » : il manque l’étape « {STAGES[stage].label} » ({stage}).")
            continue
        if not _is_count(rule.get("days")):
            found.append(f"« stages.{stage}.days » : indiquez un nombre de jours.")
        if rule.get("duty") not in set(Duty):
            found.append(f"« stages.{stage}.duty » : choisissez parmi {', '.join(Duty)}.")
        if unknown := [kind for kind in rule.get("pieces", ()) if kind not in KINDS]:
            found.append(f"« stages.{stage}.pieces » : « {', '.join(map(str, unknown))} » n’est pas une pièce connue.")
        if not all(_is_count(day) for day in rule.get("reminders", ())):
            found.append(f"« stages.{stage}.reminders » : indiquez des nombres de jours avant l’échéance.")
    found += [
        f"« guards_off » : « {guard} » ne peut pas être levé. Peuvent l’être : {', '.join(sorted(SWITCHABLE))}."
        for guard in data.get("guards_off", ())
        if guard not in set(SWITCHABLE)
    ]
    return found


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions say differently, in words."""

    where: str
    before: str
    after: str


def differences(before: RuleSet, after: RuleSet) -> list[Difference]:
    """What changes from one version to the next, rule by rule, in the words of the screens."""
    names = {"title": "Titre", "grants": "Durées du label, en mois", **NUMBER_WORDS, "guards_off": "Conditions levées"}
    found = [
        Difference(name, _words(getattr(before, key)), _words(getattr(after, key)))
        for key, name in names.items()
        if getattr(before, key) != getattr(after, key)
    ]
    for stage in Stage:
        if stage not in LIVE or before.at(stage) == after.at(stage):
            continue
        old, new = before.at(stage), after.at(stage)
        where = f"{stage.label}, {stage.about.towards.towards}" if stage.about.towards else stage.label
        for key, name in (
            ("days", "durée en jours"),
            ("duty", "dû aux représentants"),
            ("pieces", "pièces"),
            ("reminders", "rappels, en jours avant l’échéance"),
        ):
            if getattr(old, key) != getattr(new, key):
                found.append(Difference(f"{where} : {name}", _words(getattr(old, key)), _words(getattr(new, key))))
    return found


def _words(value: object) -> str:
    match value:
        case Duty():
            return value.label
        case frozenset():
            return " ; ".join(sorted(GUARD_WORDS[guard] for guard in value)) or "aucune"
        case tuple():
            return ", ".join(KINDS[part].label if part in KINDS else str(part) for part in value) or "aucun"
    return str(value)
