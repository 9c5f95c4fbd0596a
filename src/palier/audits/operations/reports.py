"""The report: drafted, delivered, answered, approved; then frozen, with its PDF, for ever."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import transaction

from palier.audits import printing, queries
from palier.audits.models import Finding, Mission, Remark, Report
from palier.audits.operations.missions import leave_file
from palier.audits.operations.moving import (
    LANDLORD,
    lock,
    move,
    own,
    reasoned,
    remember,
    tell_auditor,
    tell_landlord,
    unfixed,
)
from palier.audits.rules.findings import approvable, deliverable
from palier.audits.rules.missions import APPROVED_MILESTONE, STAYS_DAYS, State, follows
from palier.calendar import paris_day
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.documents.operations import Received, keep, receive, widen
from palier.frameworks import operations as frameworks
from palier.frameworks.rules.answering import FINISHED, OPEN
from palier.label import queries as label
from palier.label.operations import forget, reach
from palier.label.rules.guards import Milestone
from palier.label.rules.rulesets import Audit
from palier.ledger.rules import Audience, canonical
from palier.outbox.operations import cancel
from palier.plans import operations as plans
from palier.plans.rules.terms import Effect, Outcome, Source
from palier.verdict import Conflict, Refusal, Verdict, no, require


@transaction.atomic
def draft_report(*, mission: Mission, by: Person, at: datetime) -> Report:
    """Begin the report: what was written during the mission is already in it.

    Raises:
        Refusal: when the mission is not on site, or is somebody else's.
    """
    mission = lock(mission)
    own(mission, by)
    move(mission, "draft_report")
    report, _ = Report.objects.get_or_create(mission=mission, defaults={"drafted_at": at})
    remember(mission, "report_drafted", by=by, at=at, summary="a commencé la rédaction du rapport.", audience=Audience.AUDIT)
    return report


@transaction.atomic
def save_report(*, mission: Mission, revision: int, summary: str, conclusion: str, by: Person, at: datetime) -> Report:
    """Keep the summary and the conclusion, over the revision that was read; until the report is delivered.

    Raises:
        Conflict: when the report changed meanwhile; ``theirs`` is the report as it stands.
        Refusal: when no report is being written: a delivered one is reopened first.
    """
    mission = lock(mission)
    own(mission, by)
    unfixed(mission)
    if mission.state != State.REPORT_DRAFTED:
        raise Refusal(no("audits.no_report", "Aucun rapport n’est en rédaction pour cette mission."))
    changed = Report.objects.filter(mission=mission, revision=revision).update(
        revision=revision + 1, summary=summary.strip(), conclusion=conclusion.strip()
    )
    report = Report.objects.get(mission=mission)
    if not changed:
        raise Conflict(no("audits.report_stale", "Le rapport a changé entre-temps. Rien n’est enregistré, relisez-le."), report)
    remember(mission, "report_saved", by=by, at=at, summary="a modifié le texte du rapport.", audience=Audience.AUDIT)
    return report


def may_deliver(*, mission: Mission, at: datetime) -> Verdict:
    """Whether the report may be delivered: all it is made of, and the accreditation on each day that was held."""
    facts = queries.report_facts(mission, on=paris_day(at))
    held = {item.day for item in queries.items(mission) if item.held}
    return follows("deliver", State(mission.state)) & deliverable(facts) & queries.accreditation_on(mission=mission, days=held)


@transaction.atomic
def deliver(*, mission: Mission, by: Person, at: datetime) -> Report:
    """Deliver the report to the landlord, who reads it and may answer it. A diagnosis closes its grid.

    Raises:
        Refusal: with all that the report misses.
    """
    mission = lock(mission)
    own(mission, by)
    require(may_deliver(mission=mission, at=at))
    grid = queries.assessment(mission) if mission.audit == Audit.HQS else None
    if grid is not None and grid.status == OPEN:
        frameworks.finish(assessment=grid, by=by, at=at)
    move(mission, "deliver")
    Report.objects.filter(mission=mission).update(delivered_at=at)
    _open_evidence(mission, by=by, at=at)
    if mission.audit == Audit.HQS and (journey := label.open_journey(landlord=mission.landlord_id)):
        reach(journey=journey, milestone=Milestone.HQS_REPORT, by=by, at=at)
    name = Audit(mission.audit).label
    _remember(mission, "report_delivered", by, at, f"a rendu le rapport ({name}) à l’organisme.")
    tell_landlord(
        mission,
        "audits.report_ready",
        at=at,
        subject=f"Le rapport est rendu : {name}",
        body=f"{mission.auditor.name} a rendu son rapport. Vous pouvez répondre à chaque constat ; la direction l’approuve.",
        undo_key=f"report:{mission.pk}",
    )
    return Report.objects.get(mission=mission)


def print_delivered(*, mission: Mission, at: datetime) -> Received:
    """Lay the PDF of a report as it was delivered on disk, before any row exists."""
    require(follows("reopen", State(mission.state)))
    return receive(
        file=BytesIO(printing.report(queries.content(mission), fonts=settings.PRINT_FONTS, at=at)),
        name=f"rapport-{mission.audit}-{mission.pk}-rendu.pdf",
    )


@transaction.atomic
def reopen(*, mission: Mission, delivered: Received, because: str, by: Person, at: datetime) -> Report:
    """Take a delivered report back to correct it: what was delivered (``print_delivered``) stays for those who had read it.

    The landlord and the label's team are told; another version is then delivered. A diagnosis opens its grid again.

    Raises:
        Refusal: without a reason, when the report is not delivered, or is somebody else's.
    """
    reasoned(because)
    mission = lock(mission)
    own(mission, by)
    move(mission, "reopen")
    name, number = Audit(mission.audit).label, len(queries.versions(mission))
    former = keep(
        received=delivered,
        landlord=mission.landlord,
        title=f"Rapport repris, {name}, cycle {mission.cycle}, version {number}",
        kind="other",
        audience=Audience.SCHEME,
        by=by,
        at=at,
    )
    grid = queries.assessment(mission) if mission.audit == Audit.HQS else None
    if grid is not None and grid.status == FINISHED:
        frameworks.reopen(assessment=grid, because=because, by=by, at=at)
    if mission.audit == Audit.HQS and (journey := label.open_journey(landlord=mission.landlord_id)):
        forget(journey=journey, milestone=Milestone.HQS_REPORT, at=at)
    _remember(
        mission,
        "report_reopened",
        by,
        at,
        f"a repris le rapport ({name}) pour en rendre une nouvelle version.",
        {"because": because.strip(), "version": number, "document": former.document_id},
    )
    cancel(undo_key=f"report:{mission.pk}", at=at)
    tell_landlord(
        mission,
        "audits.report_reopened",
        at=at,
        subject=f"L’auditeur reprend son rapport : {name}",
        body=f"Le motif se lit sur la page du rapport, où la version {number} reste. Une nouvelle version vous sera rendue.",
        roles=LANDLORD | {Role.REFERENT},
    )
    return Report.objects.get(mission=mission)


@transaction.atomic
def say(*, mission: Mission, text: str, by: Person, at: datetime, finding: Finding | None = None) -> Remark:
    """The landlord's word on a delivered report, or on one of its findings. It stays with the report.

    Raises:
        Refusal: when the report is not delivered, or is approved already; without a text; on another mission's finding.
    """
    mission = lock(mission)
    _require_delivered(mission)
    if not text.strip():
        raise Refusal(no("audits.remark_empty", "Écrivez votre remarque."))
    if finding is not None and finding.mission_id != mission.pk:
        raise Refusal(no("audits.other_finding", "Ce constat n’est pas de ce rapport."))
    remark = Remark.objects.create(mission=mission, finding=finding, text=text.strip(), by=by, at=at)
    about = f"le constat {finding.code}" if finding else "le rapport"
    _remember(mission, "remark_made", by, at, f"a fait une remarque sur {about}.", {"remark": remark.pk})
    tell_auditor(
        mission,
        "audits.report_answered",
        at=at,
        subject=f"{mission.landlord.name} : une remarque sur {about}",
        body="Lisez-la et répondez-y sur la page des remarques.",
    )
    return remark


@transaction.atomic
def answer(*, mission: Mission, remark: Remark, text: str, by: Person, at: datetime) -> Remark:
    """The auditor's answer to a remark, whose text never changes; another answer replaces the first until the approval.

    Raises:
        Refusal: when the report is approved, the answer empty, or the mission somebody else's.
    """
    mission = lock(mission)
    own(mission, by)
    _require_delivered(mission)
    if not text.strip():
        raise Refusal(no("audits.answer_empty", "Écrivez votre réponse."))
    Remark.objects.filter(pk=remark.pk, mission=mission).update(answer=text.strip(), answered_at=at)
    remark.refresh_from_db()
    about = f"sur le constat {remark.finding.code}" if remark.finding else "sur le rapport"
    _remember(mission, "remark_answered", by, at, f"a répondu à la remarque {about}.", {"remark": remark.pk})
    tell_landlord(
        mission,
        "audits.report_ready",
        at=at,
        subject=f"L’auditeur répond à votre remarque {about}",
        body="Sa réponse se lit sur la page des remarques.",
    )
    return remark


def _remember(mission: Mission, act: str, by: Person, at: datetime, summary: str, facts: dict[str, Any] | None = None) -> None:
    """The line of an act between the landlord and the auditor, which both read: it tells nothing of what is said."""
    remember(mission, act, by=by, at=at, summary=summary, facts=facts, audience=Audience.FILE)


def _require_delivered(mission: Mission) -> None:
    if mission.state != State.REPORT_DELIVERED:
        raise Refusal(no("audits.not_delivered", "Les remarques se font entre la remise du rapport et son approbation."))


# --- Approval ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepared:
    """A report ready to be frozen: what it says, its fingerprint, its PDF on disk and not yet a document."""

    revision: int
    content: dict[str, Any]
    digest: str
    pdf: Received


def may_approve(*, mission: Mission, at: datetime) -> Verdict:
    """Whether the landlord's direction may approve the report."""
    return follows("approve", State(mission.state)) & approvable(queries.report_facts(mission, on=paris_day(at)))


def approve(*, mission: Mission, revision: int, by: Person, at: datetime) -> Report:
    """``prepare`` then ``freeze``.

    Raises:
        Conflict: when the report changed since it was read.
        Refusal: when it is not delivered, or a remark waits for its answer.
    """
    return freeze(mission=mission, prepared=prepare(mission=mission, revision=revision, by=by, at=at), by=by, at=at)


def prepare(*, mission: Mission, revision: int, by: Person, at: datetime) -> Prepared:
    """Write out what the report says and lay its PDF on disk, before any row exists."""
    mission = queries.missions(landlord=mission.landlord_id).get(pk=mission.pk)
    require(may_approve(mission=mission, at=at))
    content, digest = _said(mission, by=by, at=at)
    pdf = receive(
        file=BytesIO(printing.report(content, fonts=settings.PRINT_FONTS, at=at, digest=digest)),
        name=f"rapport-{mission.audit}-{mission.pk}.pdf",
    )
    return Prepared(revision, content, digest, pdf)


def _said(mission: Mission, *, by: Person, at: datetime) -> tuple[dict[str, Any], str]:
    content = queries.content(mission) | {"approved_on": paris_day(at).isoformat(), "approved_by": by.name}
    return content, hashlib.sha256(canonical(content)).hexdigest()


@transaction.atomic
def freeze(*, mission: Mission, prepared: Prepared, by: Person, at: datetime) -> Report:
    """Approve and freeze: the report no longer changes, its recommendations and verdicts go to the plan, all may read it.

    Raises:
        Conflict: when the report changed since it was read.
        Refusal: when it is not delivered, or a remark waits for its answer.
    """
    mission = lock(mission)
    require(may_approve(mission=mission, at=at))
    report = Report.objects.select_for_update().get(mission=mission)
    if report.revision != prepared.revision or _said(mission, by=by, at=at)[1] != prepared.digest:
        raise Conflict(
            no("audits.report_changed", "L’auditeur a modifié le rapport depuis votre lecture. Relisez-le, puis approuvez-le."),
            report,
        )
    audit = Audit(mission.audit)
    version = keep(
        received=prepared.pdf,
        landlord=mission.landlord,
        title=f"Rapport, {audit.label}, cycle {mission.cycle}",
        kind="report",
        by=by,
        at=at,
    )
    _publish(mission, at=at)
    _open_evidence(mission, by=mission.auditor, at=at)
    report.approved_at, report.approved_by = at, by
    report.content, report.digest, report.document = prepared.content, prepared.digest, version.document
    report.save(update_fields=["approved_at", "approved_by", "content", "digest", "document"])
    move(mission, "approve", ended_at=at)
    if journey := label.open_journey(landlord=mission.landlord_id):
        reach(journey=journey, milestone=APPROVED_MILESTONE[audit], by=by, at=at, detail=prepared.digest[:12])
    leave_file(mission, by=by, at=at, on=paris_day(at) + timedelta(days=STAYS_DAYS))
    remember(
        mission,
        "report_approved",
        by=by,
        at=at,
        summary=f"a approuvé le rapport ({audit.label}), désormais figé.",
        facts={"digest": prepared.digest, "document": version.document_id},
        audience=Audience.FILE,
    )
    tell_auditor(
        mission,
        "audits.report_answered",
        at=at,
        subject=f"{mission.landlord.name} approuve le rapport",
        body="Le rapport est figé. Ses préconisations rejoignent le plan d’actions de l’organisme.",
    )
    return report


def _open_evidence(mission: Mission, *, by: Person, at: datetime) -> None:
    """Let the landlord read what the auditor deposited as evidence of findings."""
    evidence = Document.objects.filter(audience=Audience.AUDIT, pk__in=mission.findings.values("documents"))
    widen(documents=list(evidence.order_by("pk")), audience=Audience.FILE, by=by, at=at)


def _publish(mission: Mission, *, at: datetime) -> None:
    """Hand the recommendations and the verdicts to the plan, and let the landlord read the grid."""
    grid = queries.assessment(mission) if mission.audit == Audit.HQS else None
    if grid is not None:
        frameworks.release(assessment=grid, by=mission.auditor, at=at)
    plan = plans.open_plan(landlord=mission.landlord, cycle=mission.cycle, by=None, at=at)
    for one in queries.recommendations(mission):
        plans.add_recommendation(
            plan=plan,
            title=one.title,
            text=one.text,
            theme=one.theme,
            source=Source.HQS if mission.audit == Audit.HQS else Source.AUDIT,
            source_id=one.pk,
            by=mission.auditor,
            at=at,
        )
    for check in mission.action_checks.select_related("action__plan").order_by("action__code"):
        plans.set_verdict(
            action=check.action,
            occasion=mission.audit,
            mission_id=mission.pk,
            outcome=Outcome(check.outcome),
            effect=Effect(check.effect) if check.effect else None,
            note=check.note,
            by=mission.auditor,
            at=at,
        )
