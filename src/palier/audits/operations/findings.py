"""What an auditor writes: findings, recommendations, verdicts on actions, checks of priority sites."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max

from palier.audits import queries
from palier.audits.models import (
    ActionCheck,
    Finding,
    FindingEvidence,
    Mission,
    Recommendation,
    RecommendationBasis,
    Report,
    SiteCheck,
)
from palier.audits.operations.moving import lock, own, reasoned, remember, unfixed
from palier.audits.rules.findings import FindingKind, Treatment, unexplained
from palier.audits.rules.missions import WRITING, State
from palier.directory.models import Person
from palier.documents.models import Document
from palier.label.rules.rulesets import Audit
from palier.ledger.rules import Audience
from palier.plans.models import Action
from palier.plans.rules.terms import Effect, Outcome
from palier.sites.models import PrioritySite
from palier.stock.models import Residence
from palier.verdict import Conflict, Refusal, no


@dataclass(frozen=True, slots=True)
class Written:
    """A finding as the auditor writes it."""

    kind: FindingKind
    theme: str
    text: str
    residence: Residence | None = None
    documents: tuple[Document, ...] = ()


@transaction.atomic
def write_finding(*, mission: Mission, written: Written, by: Person, at: datetime) -> Finding:
    """Add a finding; its number follows the last.

    Raises:
        Refusal: before the plan is agreed or once the report is delivered, or when the finding does not hold.
    """
    mission = _writing(mission, by)
    _require_sound(mission, written)
    number = _next(Finding, mission)
    finding = Finding.objects.create(
        mission=mission,
        number=number,
        kind=written.kind,
        theme=written.theme,
        text=written.text.strip(),
        residence=written.residence,
        written_at=at,
    )
    FindingEvidence.objects.bulk_create(FindingEvidence(finding=finding, document=one) for one in written.documents)
    _touch_report(mission)
    _remember(
        mission, "finding_written", by, at, f"a écrit le constat {finding.code}.", {"finding": finding.pk, "kind": finding.kind}
    )
    return finding


@transaction.atomic
def change_finding(*, mission: Mission, finding: Finding, revision: int, written: Written, by: Person, at: datetime) -> Finding:
    """Change a finding, over the revision that was read; until the report is delivered.

    Raises:
        Conflict: when it was changed meanwhile; ``theirs`` is the finding as it stands.
        Refusal: once the report is delivered, or when the finding does not hold.
    """
    mission = _writing(mission, by)
    _require_sound(mission, written)
    changed = Finding.objects.filter(pk=finding.pk, mission=mission, revision=revision, withdrawn_because="").update(
        revision=revision + 1,
        kind=written.kind,
        theme=written.theme,
        text=written.text.strip(),
        residence=written.residence,
        changed_at=at,
    )
    finding.refresh_from_db()
    if not changed:
        raise Conflict(
            no("audits.finding_stale", f"Le constat {finding.code} a changé entre-temps. Rien n’est enregistré, relisez-le."),
            finding,
        )
    FindingEvidence.objects.filter(finding=finding).exclude(document__in=written.documents).delete()
    FindingEvidence.objects.bulk_create(
        (FindingEvidence(finding=finding, document=one) for one in written.documents), ignore_conflicts=True
    )
    _touch_report(mission)
    summary = f"a modifié le constat {finding.code}."
    _remember(mission, "finding_changed", by, at, summary, {"finding": finding.pk, "revision": revision + 1})
    return finding


@transaction.atomic
def remove_finding(*, mission: Mission, finding: Finding, because: str = "", by: Person, at: datetime) -> None:
    """Remove a finding; once the landlord has read it, it is withdrawn instead, with a reason that they read.

    Raises:
        Refusal: once the report is delivered, or without a reason in a report that was delivered before.
    """
    mission = _writing(mission, by)
    if Report.objects.filter(mission=mission, delivered_at__gte=finding.written_at).exists():
        reasoned(because)
        Finding.objects.filter(pk=finding.pk, mission=mission).update(
            withdrawn_because=because.strip()[:300], changed_at=at, revision=F("revision") + 1
        )
        summary = f"a retiré le constat {finding.code} : {because.strip()}"
    else:
        Finding.objects.filter(pk=finding.pk, mission=mission).delete()
        summary = f"a supprimé le constat {finding.code}."
    _touch_report(mission)
    _remember(mission, "finding_removed", by, at, summary, {"finding": finding.pk})


def _require_sound(mission: Mission, written: Written) -> None:
    if not written.text.strip():
        raise Refusal(no("audits.finding_empty", "Écrivez le constat : ce qui a été vu, où, et ce qui le prouve."))
    if written.theme not in queries.themes():
        raise Refusal(no("audits.theme", "Choisissez un thème de la liste."))
    if written.residence is not None and written.residence.landlord_id != mission.landlord_id:
        raise Refusal(no("audits.item_site", "Cette résidence n’est pas dans le patrimoine de l’organisme."))
    if any(document.landlord_id != mission.landlord_id for document in written.documents):
        raise Refusal(no("audits.not_your_document", "Cette pièce n’est pas dans le dossier de l’organisme."))


@transaction.atomic
def write_recommendation(
    *,
    mission: Mission,
    title: str,
    text: str,
    theme: str,
    findings: Collection[Finding],
    by: Person,
    at: datetime,
    recommendation: Recommendation | None = None,
    revision: int = 0,
) -> Recommendation:
    """Add a recommendation, or change one over the ``revision`` that was read: what to do, resting on at least one finding.

    Raises:
        Conflict: when it was changed meanwhile; ``theirs`` is the recommendation as it stands.
        Refusal: once the report is delivered, without a title or a finding, or with a finding of another mission.
    """
    mission = _writing(mission, by)
    if not title.strip():
        raise Refusal(no("audits.recommendation_empty", "Dites en une phrase ce que vous préconisez."))
    if theme not in queries.themes():
        raise Refusal(no("audits.theme", "Choisissez un thème de la liste."))
    if not findings or any(finding.mission_id != mission.pk for finding in findings):
        raise Refusal(no("audits.recommendation_basis", "Reliez la préconisation à au moins un constat de la mission."))
    if recommendation is None:
        number = _next(Recommendation, mission)
        recommendation = Recommendation.objects.create(
            mission=mission, number=number, title=title.strip(), text=text.strip(), theme=theme, written_at=at
        )
        act = "recommendation_written"
    else:
        same = Recommendation.objects.filter(pk=recommendation.pk, mission=mission, revision=revision)
        changed = same.update(title=title.strip(), text=text.strip(), theme=theme, revision=revision + 1)
        recommendation.refresh_from_db()
        if not changed:
            stale = f"La préconisation {recommendation.code} a changé entre-temps. Rien n’est enregistré, relisez-la."
            raise Conflict(no("audits.recommendation_stale", stale), recommendation)
        RecommendationBasis.objects.filter(recommendation=recommendation).delete()
        act = "recommendation_changed"
    RecommendationBasis.objects.bulk_create(
        RecommendationBasis(recommendation=recommendation, finding=finding) for finding in findings
    )
    _touch_report(mission)
    verb = "écrit" if act == "recommendation_written" else "modifié"
    _remember(mission, act, by, at, f"a {verb} la préconisation {recommendation.code}.", {"recommendation": recommendation.pk})
    return recommendation


@transaction.atomic
def remove_recommendation(*, mission: Mission, recommendation: Recommendation, by: Person, at: datetime) -> None:
    """Remove a recommendation, until the report is delivered.

    Raises:
        Refusal: once the report is delivered.
    """
    mission = _writing(mission, by)
    Recommendation.objects.filter(pk=recommendation.pk, mission=mission).delete()
    _touch_report(mission)
    _remember(mission, "recommendation_removed", by, at, f"a supprimé la préconisation {recommendation.code}.", {})


# --- Implementation and verification -------------------------------------------------------------------------------


@transaction.atomic
def check_action(
    *, mission: Mission, action: Action, outcome: Outcome, effect: Effect | None, note: str, by: Person, at: datetime
) -> ActionCheck:
    """Say what is found of an action of the plan; it becomes a verdict of the plan when the report is approved.

    Raises:
        Refusal: for a diagnosis, an action of another plan; without a note, for a verdict that is unfavourable or is not
            what the landlord says of the action.
    """
    mission = _checking(mission, by)
    if (action.plan.landlord_id, action.plan.cycle) != (mission.landlord_id, mission.cycle):
        raise Refusal(no("audits.other_plan", "Cette action n’est pas du plan audité."))
    if outcome not in {Outcome.DONE, Outcome.UNDER_WAY} and not note.strip():
        raise Refusal(no("audits.check_note", f"« {outcome.label} » s’accompagne d’une observation : écrivez-la."))
    if unexplained(outcome=outcome, status=action.status, note=note):
        said = f"L’organisme dit « {action.get_status_display()} », vous dites « {outcome.label} »"
        raise Refusal(no("audits.check_differs", f"{said} : écrivez ce que vous avez vu."))
    check, _ = ActionCheck.objects.update_or_create(
        mission=mission,
        action=action,
        defaults={"outcome": outcome, "effect": effect or "", "note": note.strip(), "checked_at": at},
    )
    _touch_report(mission)
    _remember(
        mission,
        "action_checked",
        by,
        at,
        f"a donné son verdict sur l’action {action.code}.",
        {"action": action.pk, "outcome": outcome.value},
    )
    return check


@transaction.atomic
def check_site(
    *,
    mission: Mission,
    site: PrioritySite,
    identified: bool,
    has_action: bool,
    treatment: Treatment,
    note: str,
    by: Person,
    at: datetime,
) -> SiteCheck:
    """Say what is found of a priority site: known to the teams, given its own action, how far it is treated.

    Raises:
        Refusal: for a diagnosis, another landlord's site, or an unfavourable finding without a note.
    """
    mission = _checking(mission, by)
    if site.landlord_id != mission.landlord_id:
        raise Refusal(no("audits.other_site", "Ce site n’est pas dans le patrimoine audité."))
    favourable = identified and has_action and treatment is not Treatment.NOT_TREATED
    if not favourable and not note.strip():
        raise Refusal(no("audits.check_note", f"{site.residence.name} : dites ce qui manque, en une phrase."))
    check, _ = SiteCheck.objects.update_or_create(
        mission=mission,
        site=site,
        defaults={
            "identified": identified,
            "has_action": has_action,
            "treatment": treatment,
            "note": note.strip(),
            "checked_at": at,
        },
    )
    _touch_report(mission)
    summary = f"a contrôlé le site prioritaire {site.residence.name}."
    _remember(mission, "site_checked", by, at, summary, {"site": site.pk, "treatment": treatment.value})
    return check


def _checking(mission: Mission, by: Person) -> Mission:
    mission = _writing(mission, by)
    if mission.audit == Audit.HQS:
        raise Refusal(no("audits.no_plan_yet", "Un diagnostic précède le plan : il n’a pas d’action à contrôler."))
    return mission


def _writing(mission: Mission, by: Person) -> Mission:
    mission = lock(mission)
    own(mission, by)
    unfixed(mission)
    if mission.state not in WRITING:
        raise Refusal(
            no("audits.not_writing", f"Les constats ne s’écrivent pas à l’état « {State(mission.state).label.lower()} ».")
        )
    return mission


def _next(model: type[Finding | Recommendation], mission: Mission) -> int:
    """The number after the last; the mission's lock keeps two from being the same."""
    last = model.objects.filter(mission=mission).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def _touch_report(mission: Mission) -> None:
    Report.objects.filter(mission=mission).update(revision=F("revision") + 1)


def _remember(mission: Mission, act: str, by: Person, at: datetime, summary: str, facts: dict[str, object]) -> None:
    remember(mission, act, by=by, at=at, summary=summary, facts=facts, audience=Audience.AUDIT)
