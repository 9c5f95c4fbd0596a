"""What may be answered, and when."""

from __future__ import annotations

from palier.frameworks.rules.grid import Criterion
from palier.verdict import YES, Verdict, no

MAX_JUSTIFICATION = 8_000
OPEN, FINISHED, SUPERSEDED = "open", "finished", "superseded"
STATUSES = {OPEN: "En cours", FINISHED: "Terminée", SUPERSEDED: "Reprise dans une version plus récente"}


def still_open(status: str) -> Verdict:
    """Whether an assessment still takes answers."""
    if status == OPEN:
        return YES
    return no("frameworks.not_open", f"L’évaluation ne change plus : elle est {STATUSES[status].lower()}.")


def admissible(criterion: Criterion, *, value: int | None, not_applicable: bool, justification: str) -> Verdict:
    """Whether an answer can be kept as it is, complete or not: a step of the scale, « sans objet » where it is allowed."""
    if not_applicable and not criterion.na_allowed:
        return no(
            "frameworks.na_refused", f"Le critère {criterion.number} concerne tous les organismes : choisissez un niveau."
        )
    if not_applicable and value is not None:
        return no("frameworks.two_answers", "Choisissez un niveau ou « sans objet », pas les deux.")
    if value is not None and criterion.scale.level(value) is None:
        steps = ", ".join(str(level.value) for level in criterion.scale.levels)
        return no("frameworks.off_scale", f"« {value} » n’est pas sur l’échelle du critère {criterion.number} : {steps}.")
    if len(justification) > MAX_JUSTIFICATION:
        return no(
            "frameworks.too_long",
            f"La justification compte {len(justification)} caractères ; la limite est {MAX_JUSTIFICATION}. "
            "Déposez le détail comme pièce.",
        )
    return YES
