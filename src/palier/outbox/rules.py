"""Which messages exist, when they leave, and how often one tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A few minutes' delay, so that an act undone at once tells nobody.
DELAY = timedelta(minutes=5)
# The day's digest leaves at this hour in Paris.
DIGEST_HOUR = 7
# Waiting time before each new try; after the last one the message is a dead letter that staff can see and resend.
RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 720))


class Pace(StrEnum):
    """How a person wants to be told of an event."""

    NOW = "now"
    DAILY = "daily"
    NEVER = "never"

    @property
    def label(self) -> str:
        """In French, for the preferences page."""
        return {"now": "Tout de suite", "daily": "Résumé du jour", "never": "Jamais"}[self.value]


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of message: its French name, the pace proposed, and whether one may refuse it.

    What calls for an act of the person (a vote, an opinion, a correction) cannot be refused, only grouped. A ``secret``
    one carries a link that lets somebody in: it leaves at once, no page shows the link, and it is erased once sent.
    """

    label: str
    pace: Pace = Pace.NOW
    may_refuse: bool = True
    secret: bool = False


EVENTS: dict[str, Event] = {
    "directory.invited": Event("Un organisme vous invite", may_refuse=False, secret=True),
    "directory.access_link": Event("Votre lien d’accès", may_refuse=False, secret=True),
    "directory.account": Event("Sécurité de votre compte", may_refuse=False, secret=True),
    "consultation.informed": Event("Un organisme vous informe d’une étape", may_refuse=False),
    "consultation.asked": Event("Un organisme vous demande votre avis", may_refuse=False),
    "consultation.reminded": Event("Rappel d’un avis attendu", may_refuse=False),
    "consultation.replied": Event("Un organisme répond à votre avis", may_refuse=False),
    "consultation.answered": Event("Des représentants ont répondu"),
    "label.your_turn": Event("La main est à vous", may_refuse=False),
    "label.moved": Event("Un parcours avance", Pace.DAILY),
    "label.reminded": Event("Rappel d’échéance", may_refuse=False),
    "label.decided": Event("Une décision est rendue", may_refuse=False),
    "label.correction_asked": Event("Une correction est demandée", may_refuse=False),
    "label.correction_answered": Event("Une correction est faite"),
    "audits.mission_offered": Event("Une mission vous est proposée", may_refuse=False),
    "audits.mission_answered": Event("Un auditeur répond à votre consultation", may_refuse=False),
    "audits.mission_changed": Event("Une mission d’audit commence, avance ou s’arrête"),
    "audits.plan_proposed": Event("Un plan d’audit attend votre accord", may_refuse=False),
    "audits.accreditation_changed": Event("Votre agrément change", may_refuse=False),
    "audits.report_ready": Event("Un rapport est prêt à relire", may_refuse=False),
    "audits.report_answered": Event("Un rapport reçoit des remarques ou une approbation"),
    "plans.action_assigned": Event("Une action vous est confiée"),
    "stock.imported": Event("Un import est terminé", Pace.NOW),
    "frameworks.assessment_finished": Event("Une évaluation est terminée", Pace.DAILY),
}


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When to try again after ``attempts`` failures; None once all tries are spent."""
    return at + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
