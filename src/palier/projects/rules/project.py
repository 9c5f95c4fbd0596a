"""When a local project may open, take an action, pass a stage, end; and when a request for help is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from palier.calendar import add_months, add_working_days
from palier.plans.rules.action import ActionContent
from palier.projects.rules.terms import Kind, Stage, Standing
from palier.verdict import YES, Reason, Remedy, Verdict, no

HOMES_OF_PGS = (100, 300)
MONTHS_OF_PIL = 36
# Working days before the label's team is reminded of a request that nobody took, then of one that nobody answered.
ACKNOWLEDGE_WITHIN = 5
ANSWER_WITHIN = 15
# How long the link of a partner holds.
LINK_MONTHS = 12


@dataclass(frozen=True, slots=True)
class LinkedAction:
    """An action of the plan as its project looks at it."""

    pk: int
    code: str
    title: str
    content: ActionContent
    dropped: bool = False
    measured: bool = False
    """Whether a value was measured after the starting one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """Everything that decides whether a project may pass its stage."""

    landlord: int
    project: int
    stage: Stage
    diagnosed: bool = False
    findings: int = 0
    objectives: str = ""
    steering: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    actions: tuple[LinkedAction, ...] = ()
    traces: int = 0
    """How residents took part in the present stage: meetings, walks, opinions that stand."""
    outcome: str = ""
    next_steps: str = ""

    @property
    def live(self) -> tuple[LinkedAction, ...]:
        """The actions that were not dropped."""
        return tuple(action for action in self.actions if not action.dropped)

    @property
    def args(self) -> dict[str, int | str]:
        """The arguments of its page."""
        return {"landlord_id": self.landlord, "project_id": self.project}


def warnings(kind: Kind, *, homes: int | None, starts_on: date | None, ends_on: date | None) -> tuple[str, ...]:
    """What is unusual for a project of this kind, said without refusing."""
    said = []
    least, most = HOMES_OF_PGS
    if kind is Kind.PGS and homes is not None and not least <= homes <= most:
        side = "plus petit" if homes < least else "plus grand"
        said.append(
            f"Un projet de gestion de site couvre d’ordinaire {least} à {most} logements. Celui-ci en compte {homes} : il est {side}."
        )
    if kind is Kind.PIL and starts_on and ends_on and abs((ends_on - add_months(starts_on, MONTHS_OF_PIL)).days) > 45:
        said.append("Un projet d’initiative locale dure d’ordinaire 3 ans. La période choisie s’en écarte.")
    return tuple(said)


def period(starts_on: date | None, ends_on: date | None) -> Verdict:
    """Whether the dates of a project follow each other; what is not said yet is no contradiction."""
    if starts_on and ends_on and ends_on <= starts_on:
        return no("projects.dates_reversed", "La fin du projet suit son début : corrigez l’une des deux dates.")
    return YES


def measurable(content: ActionContent) -> Verdict:
    """Whether one will be able to see the effect of an action: an indicator, a dated starting value, a dated target."""
    wanted = (
        (content.indicator.strip(), "l’indicateur"),
        (content.unit.strip(), "son unité"),
        (content.direction, "son sens"),
        (content.baseline is not None and content.baseline_on, "la valeur de départ datée"),
        (content.target is not None and content.target_on, "la cible datée"),
    )
    missing = [words for given, words in wanted if not given]
    if not missing:
        return YES
    words = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} et {missing[-1]}"
    return no(
        "projects.not_measurable",
        f"Une action de projet local mesure son effet. Il manque à « {content.title} » {words}.",
    )


def on_the_site(content: ActionContent, residence: int, name: str) -> Verdict:
    """Whether an action bears on the site of a project."""
    if residence in content.residences:
        return YES
    return no("projects.elsewhere", f"L’action « {content.title} » ne porte pas sur {name} : ajoutez ce site à l’action.")


def may_pass(facts: ProjectFacts) -> Verdict:
    """Whether a project may leave its stage; never without a trace of its residents."""
    if facts.stage is Stage.CLOSED:
        return no("projects.closed", "Le projet est terminé.")
    asked = {
        Stage.DIAGNOSIS: _diagnosed,
        Stage.DEFINITION: _defined,
        Stage.IMPLEMENTATION: _carried_out,
        Stage.EVALUATION: _evaluated,
    }[facts.stage](facts)
    return asked & residents_heard(facts)


def residents_heard(facts: ProjectFacts) -> Verdict:
    """Whether residents took part in the present stage."""
    if facts.traces:
        return YES
    return no(
        "projects.residents_missing",
        f"Les habitants n’ont pas encore été associés à l’étape « {facts.stage.label} ».",
        Remedy("Associer les habitants", "project_involve", facts.args),
        detail="Il y faut une trace : une réunion, un diagnostic en marchant ou un avis.",
    )


def _diagnosed(facts: ProjectFacts) -> Verdict:
    wrong = []
    if not facts.diagnosed:
        wrong.append(
            no(
                "projects.diagnosis_open",
                "Le diagnostic approfondi n’est pas terminé.",
                Remedy("Ouvrir le diagnostic", "project_diagnosis", facts.args),
            )
        )
    if not facts.findings:
        wrong.append(
            no(
                "projects.no_finding",
                "Le diagnostic n’a encore aucun constat.",
                Remedy("Ajouter un constat", "project_finding_add", facts.args),
            )
        )
    return Verdict.all(wrong)


def _defined(facts: ProjectFacts) -> Verdict:
    wanted = ((facts.objectives.strip(), "les objectifs"), (facts.steering.strip(), "le pilotage"),
              (facts.starts_on and facts.ends_on, "la période"))  # fmt: skip
    missing = [words for given, words in wanted if not given]
    wrong = []
    if missing:
        wrong.append(
            no(
                "projects.undefined",
                f"Il manque au projet {' et '.join(missing)}.",
                Remedy("Compléter le projet", "project_change", facts.args),
            )
        )
    if not facts.live:
        wrong.append(
            no(
                "projects.no_action",
                "Le projet n’a encore aucune action.",
                Remedy("Ajouter une action", "project_action_add", facts.args),
            )
        )
    return Verdict.all(wrong) & _all_measurable(facts)


def _all_measurable(facts: ProjectFacts) -> Verdict:
    return Verdict(
        tuple(
            Reason(
                reason.code,
                reason.sentence,
                Remedy(f"Compléter {action.code}", "action_change", {"landlord_id": facts.landlord, "action_id": action.pk}),
            )
            for action in facts.live
            for reason in measurable(action.content).reasons
        )
    )


def _carried_out(facts: ProjectFacts) -> Verdict:
    return Verdict.all(
        no(
            "projects.not_measured",
            f"L’action {action.code}, {action.title}, n’a aucune mesure depuis sa valeur de départ.",
            Remedy(f"Mesurer {action.code}", "action_measure", {"landlord_id": facts.landlord, "action_id": action.pk}),
        )
        for action in facts.live
        if not action.measured
    )


def _evaluated(facts: ProjectFacts) -> Verdict:
    if facts.outcome.strip() and facts.next_steps.strip():
        return YES
    return no(
        "projects.not_evaluated",
        "Écrivez ce que le projet a changé, et ce qui suit.",
        Remedy("Écrire l’évaluation", "project_evaluate", facts.args),
    )


def help_due_on(standing: Standing, asked_on: date) -> date | None:
    """The day by which the label's team has to move a request for help; None once it is answered."""
    if standing is Standing.ASKED:
        return add_working_days(asked_on, ACKNOWLEDGE_WITHIN)
    return add_working_days(asked_on, ANSWER_WITHIN) if standing is Standing.ACKNOWLEDGED else None
