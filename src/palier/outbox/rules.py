"""Which messages exist, when they leave, and how often one tries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from palier.ledger.rules import Audience

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
    """A kind of message: its French name, to which roles, the pace proposed, whether one may refuse it, who reads it too.

    What calls for an act of the person (a vote, an opinion, a correction) cannot be refused, only grouped. A ``secret``
    one carries a link that lets somebody in: it leaves at once, no page shows the link, and it is erased once sent.
    ``audience`` says who, besides its addressee, reads it in the landlord's file, as for the lines of the ledger.
    """

    label: str
    to: frozenset[str] = frozenset()
    pace: Pace = Pace.NOW
    may_refuse: bool = True
    secret: bool = False
    audience: Audience = Audience.FILE


# Roles, by the codes that the directory gives them.
_LANDLORD = frozenset({"quality_lead", "director"})
_TENANTS = frozenset({"tenant_representative"})
_AUDITOR = frozenset({"auditor"})
_REFERENT = frozenset({"referent"})
_COMMITTEE = frozenset({"committee_member", "committee_chair"})
_HOLDERS = _LANDLORD | _TENANTS | _AUDITOR | _REFERENT | {"committee_chair"}
_TEAM = Audience.LANDLORD

EVENTS: dict[str, Event] = {
    "directory.invited": Event("Un organisme vous invite", may_refuse=False, secret=True),
    "directory.access_link": Event("Votre lien d’accès", may_refuse=False, secret=True),
    "directory.account": Event("Sécurité de votre compte", may_refuse=False, secret=True),
    "directory.board_declared": Event("On vous inscrit à un conseil", _COMMITTEE | _AUDITOR | _REFERENT, may_refuse=False),
    "consultation.informed": Event("Un organisme vous informe d’une étape", _TENANTS, may_refuse=False),
    "consultation.asked": Event("Un organisme vous demande votre avis", _TENANTS, may_refuse=False),
    "consultation.reminded": Event("Rappel d’un avis attendu", _TENANTS, may_refuse=False),
    "consultation.replied": Event("Un organisme répond à votre avis", _TENANTS, may_refuse=False),
    "consultation.answered": Event("Des représentants ont répondu", frozenset({"quality_lead"})),
    "sites.alert": Event("Une résidence bascule", frozenset({"quality_lead"}), Pace.DAILY, audience=_TEAM),
    "label.your_turn": Event("La main est à vous", _HOLDERS, may_refuse=False),
    "label.moved": Event("Un parcours avance", _LANDLORD | _TENANTS, Pace.DAILY),
    "label.reminded": Event("Rappel d’échéance", _HOLDERS, may_refuse=False, audience=_TEAM),
    "label.decided": Event("Une décision est rendue", _LANDLORD | _TENANTS | _AUDITOR | {"relay"}, may_refuse=False),
    "label.undecided": Event("Le comité n’a pas décidé un dossier", _LANDLORD | _TENANTS, may_refuse=False),
    "register.right_changed": Event(
        "Votre certificat, votre droit d’utiliser la marque", _LANDLORD, may_refuse=False, audience=_TEAM
    ),
    "committee.appointed": Event("On vous nomme à un comité", _COMMITTEE, may_refuse=False),
    # Nobody gets it who did not ask for it.
    "ledger.checkpoint": Event(
        "Le point de contrôle du journal, chaque nuit", _COMMITTEE | _REFERENT, Pace.NEVER, audience=_TEAM
    ),
    "committee.convened": Event("On vous convoque à une séance", _COMMITTEE, may_refuse=False),
    "committee.vote_asked": Event("On attend votre voix", _COMMITTEE, may_refuse=False),
    "committee.voiding": Event("Un scrutin est annulé, ou quelqu’un le demande", _COMMITTEE | _REFERENT, may_refuse=False),
    "minutes.moved": Event("Un procès-verbal est à relire, ou signé", _COMMITTEE, may_refuse=False),
    "minutes.commented": Event("Un procès-verbal reçoit une remarque, ou sa réponse", _COMMITTEE | _REFERENT),
    "label.correction_asked": Event("Une correction est demandée", _LANDLORD, may_refuse=False, audience=_TEAM),
    "label.correction_withdrawn": Event("Une demande est retirée", _LANDLORD, may_refuse=False, audience=_TEAM),
    "label.correction_answered": Event("Une correction est faite", _REFERENT, audience=_TEAM),
    "audits.mission_offered": Event("Une mission vous est proposée", _AUDITOR, may_refuse=False, audience=_TEAM),
    "audits.mission_answered": Event("Un auditeur répond à votre consultation", _LANDLORD, may_refuse=False, audience=_TEAM),
    "audits.mission_changed": Event("Une mission d’audit commence, avance ou s’arrête", _LANDLORD | _AUDITOR, audience=_TEAM),
    "audits.plan_proposed": Event("Un plan d’audit attend votre accord", _LANDLORD, may_refuse=False, audience=_TEAM),
    "audits.accreditation_changed": Event("Votre agrément change", _AUDITOR, may_refuse=False, audience=_TEAM),
    "audits.report_ready": Event("Un rapport est prêt à relire", _LANDLORD, may_refuse=False, audience=_TEAM),
    "audits.report_reopened": Event(
        "Un auditeur reprend un rapport rendu", _LANDLORD | _REFERENT, may_refuse=False, audience=_TEAM
    ),
    "audits.report_answered": Event("Un rapport reçoit des remarques ou une approbation", _AUDITOR, audience=_TEAM),
    "plans.condition_found": Event("Une réserve du comité est constatée", _LANDLORD, may_refuse=False),
    "plans.condition_due": Event("Une réserve du comité arrive à échéance", _LANDLORD, may_refuse=False, audience=_TEAM),
    "projects.partner_link": Event("Un organisme partage un projet local", may_refuse=False, secret=True, audience=_TEAM),
    "projects.partner_spoke": Event("Un partenaire s’exprime sur un projet local", _LANDLORD, audience=_TEAM),
    "projects.help_asked": Event("Un organisme demande un appui sur un site", _REFERENT, may_refuse=False, audience=_TEAM),
    "projects.help_moved": Event("Une demande d’appui avance", _LANDLORD | _REFERENT, may_refuse=False, audience=_TEAM),
    "cases.danger": Event("Un locataire signale un danger", _LANDLORD | {"contributor"}, may_refuse=False, audience=_TEAM),
    "cases.opened": Event(
        "Un locataire est à rappeler", _LANDLORD | {"contributor"}, Pace.DAILY, may_refuse=False, audience=_TEAM
    ),
    "cases.handed": Event("Un rappel vous est confié", _LANDLORD | {"contributor"}, Pace.DAILY, audience=_TEAM),
    "cases.climbed": Event(
        "Un rappel est en retard, ou n’est pas réglé", _LANDLORD | {"contributor"}, Pace.DAILY, may_refuse=False, audience=_TEAM
    ),
    "studies.invited": Event(
        "Votre association régionale vous interroge", frozenset({"quality_lead"}), may_refuse=False, audience=_TEAM
    ),
    "studies.reminded": Event("Rappel d’une étude régionale", _LANDLORD, may_refuse=False, audience=_TEAM),
    "studies.handed": Event("Une réponse attend votre validation", frozenset({"director"}), may_refuse=False, audience=_TEAM),
    "studies.published": Event("Une étude régionale est publiée", _LANDLORD, Pace.DAILY, audience=_TEAM),
    "plans.action_assigned": Event("Une action vous est confiée", _LANDLORD | {"contributor"}),
    "visits.entrusted": Event(
        "Une visite vous est confiée", frozenset({"quality_lead", "contributor"}), Pace.DAILY, audience=_TEAM
    ),
    "stock.imported": Event("Un import est terminé", frozenset({"quality_lead", "contributor"}), audience=_TEAM),
    "frameworks.assessment_finished": Event("Une évaluation est terminée", _LANDLORD | _REFERENT, Pace.DAILY, audience=_TEAM),
}


def next_try(attempts: int, at: datetime) -> datetime | None:
    """When to try again after ``attempts`` failures; None once all tries are spent."""
    return at + RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
