"""Audits: the register of auditors, missions, their plan, and once they may be read their findings and report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Open, Pk, Room, Search
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.audits import queries
from palier.audits.models import ActionCheck, DocumentRequest, Finding, Mission, PlanItem, Recommendation, Remark, SiteCheck
from palier.audits.rules.accreditation import Standing
from palier.audits.rules.findings import FindingKind, Treatment, reads_findings
from palier.audits.rules.missions import ItemKind, State
from palier.directory.rules import Role, Thing
from palier.label.rules.rulesets import Audit
from palier.plans.models import Action
from palier.plans.rules.terms import Effect, Outcome
from palier.sites.models import PrioritySite

room = Room("audits", "Audits")
HERE = "/landlords/{landlord_id}/missions/{pk}"
# These compare proposals: amounts and declarations are not for the others.
_COMPARE = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR, Role.REFERENT, Role.ADMINISTRATOR})


class AuditorOut(Schema):
    """The latest accreditation of an auditor, and what it is worth today."""

    id: int
    person: Named
    firm: Named
    standing: Term
    scope: list[Term]
    starts_on: date
    ends_on: date
    withdrawn_on: date | None


@room.reads("/auditors", Thing.AUDITOR_APPROVAL, "Lister les auditeurs et leur agrément")
def auditors(
    request: Call,
    search: Search = "",
    audit: Annotated[str, OneOf(Audit)] | None = None,
    standing: Annotated[str, OneOf(Standing)] | None = None,
) -> Page[AuditorOut]:
    """The register, by name; an auditor reads their own line alone."""
    found = queries.register(on=request.on, search=search, audit=Audit(audit) if audit else None)
    if request.roles <= {Role.AUDITOR}:
        found = found.filter(person=request.user)
    if standing:
        found = found.filter(standing=standing)
    return paged(request, found.order_by("person__name", "pk"), lambda rows: [_auditor(row) for row in rows])


def _auditor(row: Any) -> AuditorOut:
    return AuditorOut(
        id=row.pk,
        person=named(row.person),
        firm=named(row.firm),
        standing=term(Standing(row.standing)),
        scope=[term(audit) for audit in Audit if audit.value in row.scope],
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        withdrawn_on=row.withdrawn_on,
    )


class MissionOut(Schema):
    """One audit of one landlord. The proposal and the declaration are there for those who compare them."""

    id: int
    landlord: Named
    cycle: int
    audit: Term
    state: Term
    firm: Named
    auditor: Named
    request: str
    consulted_at: datetime
    answer_by: date | None
    proposed_at: datetime | None
    starts_on: date | None
    ends_on: date | None
    amount: Decimal | None
    days: Decimal | None
    approach: str
    declared_at: datetime | None
    statement: str
    accepted_at: datetime | None
    plan_agreed_at: datetime | None
    on_site_at: datetime | None
    ended_at: datetime | None
    ended_because: str
    reads_findings: bool = Field(description="Les constats et le rapport se lisent aujourd’hui avec cette clé.")


@room.reads("/landlords/{landlord_id}/missions", Thing.AUDIT_PLAN, "Lister les missions d’audit")
def missions(request: Call) -> Page[MissionOut]:
    """The missions that the person may know of, the latest first."""
    return paged(request, _visible(request), lambda rows: [_mission(request, row) for row in rows])


@room.reads(HERE, Thing.AUDIT_PLAN, "Lire une mission d’audit")
def mission(request: Call, pk: Pk) -> MissionOut:
    """One mission."""
    return _mission(request, _found(request, pk).mission)


@room.reads("/me/missions", Open.ANY_KEY, "Lister ses propres missions d’audit")
def mine(request: Call) -> Page[MissionOut]:
    """The missions of an auditor, in every landlord's file, the latest first."""
    found = queries.offers(person=request.user, on=request.on)
    return paged(request, found, lambda rows: [_mission(request, row) for row in rows])


def _visible(request: Call) -> QuerySet[Mission]:
    return queries.visible(landlord=request.landlord.pk, person=request.user, roles=request.roles)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A mission, and whether the person reads its findings today."""

    mission: Mission
    reads: bool


def _found(request: Call, pk: int) -> _Seen:
    mission = get_object_or_404(_visible(request), pk=pk)
    return _Seen(mission, _reads(request, mission))


def _own(request: Call, mission: Mission) -> bool:
    return mission.auditor_id == request.user.pk and Role.AUDITOR in request.roles


def _reads(request: Call, mission: Mission) -> bool:
    return reads_findings(request.roles, State(mission.state), own=_own(request, mission))


def _mission(request: Call, row: Mission) -> MissionOut:
    compares = bool(request.roles & _COMPARE) or _own(request, row)
    return MissionOut(
        id=row.pk,
        landlord=named(row.landlord),
        cycle=row.cycle,
        audit=term(Audit(row.audit)),
        state=term(State(row.state)),
        firm=named(row.firm),
        auditor=named(row.auditor),
        request=row.request,
        consulted_at=row.consulted_at,
        answer_by=row.answer_by,
        proposed_at=row.proposed_at,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        amount=row.amount if compares else None,
        days=row.days if compares else None,
        approach=row.approach if compares else "",
        declared_at=row.declared_at,
        statement=row.statement if compares else "",
        accepted_at=row.accepted_at,
        plan_agreed_at=row.plan_agreed_at,
        on_site_at=row.on_site_at,
        ended_at=row.ended_at,
        ended_because=row.ended_because,
        reads_findings=_reads(request, row),
    )


class ItemOut(Schema):
    """A moment of an audit plan. What became of it is there for those who read the findings."""

    kind: Term
    day: date
    starts_at: str = Field(description="Heure de Paris, comme 09:30.")
    ends_at: str
    title: str
    people: str
    residence: Named | None
    held: bool | None
    notes: str


@room.reads(f"{HERE}/plan", Thing.AUDIT_PLAN, "Lire le plan d’une mission")
def plan(request: Call, pk: Pk) -> Page[ItemOut]:
    """The moments of a mission's plan, in their order."""
    seen = _found(request, pk)
    return paged(request, queries.items(seen.mission), lambda rows: [_item(row, reads=seen.reads) for row in rows])


def _item(row: PlanItem, *, reads: bool) -> ItemOut:
    return ItemOut(
        kind=term(ItemKind(row.kind)),
        day=row.day,
        starts_at=f"{row.starts_at:%H:%M}" if row.starts_at else "",
        ends_at=f"{row.ends_at:%H:%M}" if row.ends_at else "",
        title=row.title,
        people=row.people,
        residence=maybe_named(row.residence),
        held=row.held if reads else None,
        notes=row.notes if reads else "",
    )


class RequestOut(Schema):
    """A document that the auditor asks for: awaited, received, or given up with the reason."""

    id: int
    title: str
    detail: str
    asked_at: datetime
    document: int | None
    received_at: datetime | None
    missing_because: str
    withdrawn_because: str = Field(description="Non vide quand l’auditeur ne demande plus ce document.")


@room.reads(f"{HERE}/requests", Thing.AUDIT_PLAN, "Lister les documents demandés par l’auditeur")
def requests(request: Call, pk: Pk) -> Page[RequestOut]:
    """The documents asked for a mission, those still awaited first."""
    found = queries.document_requests(_found(request, pk).mission)
    return paged(request, found, lambda rows: [_request(row) for row in rows])


def _request(row: DocumentRequest) -> RequestOut:
    return RequestOut(
        id=row.pk,
        title=row.title,
        detail=row.detail,
        asked_at=row.asked_at,
        document=row.document_id,
        received_at=row.received_at,
        missing_because=row.missing_because,
        withdrawn_because=row.withdrawn_because,
    )


# --- Findings and report: empty until they may be read -------------------------------------------------------------


class FindingOut(Schema):
    """What an auditor found. One withdrawn after the report was delivered keeps its reason."""

    code: str
    kind: Term
    theme: Term
    text: str
    residence: Named | None
    documents: list[int]
    recommendations: list[str] = Field(description="Codes des préconisations qui s’y appuient.")
    withdrawn_because: str


@room.reads(f"{HERE}/findings", Thing.FINDINGS, "Lister les constats d’une mission")
def findings(request: Call, pk: Pk) -> Page[FindingOut]:
    """The findings of a mission, by number; none until the person may read them."""
    seen, words = _found(request, pk), queries.themes()
    found = queries.findings(seen.mission, withdrawn=True) if seen.reads else ()
    return paged(request, found, lambda rows: [_finding(row, words) for row in rows])


def _finding(row: Finding, words: dict[str, str]) -> FindingOut:
    return FindingOut(
        code=row.code,
        kind=term(FindingKind(row.kind)),
        theme=_theme(row.theme, words),
        text=row.text,
        residence=maybe_named(row.residence),
        documents=[document.pk for document in row.documents.all()],
        recommendations=[one.code for one in row.recommendations.all()],
        withdrawn_because=row.withdrawn_because,
    )


def _theme(code: str, words: dict[str, str]) -> Term:
    return Term(code=code, label=words.get(code, code))


class AuditRecommendationOut(Schema):
    """What an auditor recommends, resting on findings."""

    code: str
    title: str
    text: str
    theme: Term
    findings: list[str]


@room.reads(f"{HERE}/recommendations", Thing.FINDINGS, "Lister les préconisations d’une mission")
def recommendations(request: Call, pk: Pk) -> Page[AuditRecommendationOut]:
    """The recommendations of a mission, by number; none until the person may read them."""
    seen, words = _found(request, pk), queries.themes()
    found = queries.recommendations(seen.mission) if seen.reads else ()
    return paged(request, found, lambda rows: [_recommendation(row, words) for row in rows])


def _recommendation(row: Recommendation, words: dict[str, str]) -> AuditRecommendationOut:
    return AuditRecommendationOut(
        code=row.code,
        title=row.title,
        text=row.text,
        theme=_theme(row.theme, words),
        findings=[one.code for one in row.findings.all()],
    )


class RemarkOut(Schema):
    """The landlord's word on a report, or on one finding, and the auditor's answer."""

    finding: str = Field(description="Code du constat, vide pour tout le rapport.")
    text: str
    by: Named
    at: datetime
    answer: str
    answered_at: datetime | None


@room.reads(f"{HERE}/remarks", Thing.FINDINGS, "Lister les remarques sur un rapport")
def remarks(request: Call, pk: Pk) -> Page[RemarkOut]:
    """The landlord's remarks and their answers, in their order."""
    seen = _found(request, pk)
    found = queries.remarks(seen.mission) if seen.reads else ()
    return paged(request, found, lambda rows: [_remark(row) for row in rows])


def _remark(row: Remark) -> RemarkOut:
    return RemarkOut(
        finding=row.finding.code if row.finding else "",
        text=row.text,
        by=named(row.by),
        at=row.at,
        answer=row.answer,
        answered_at=row.answered_at,
    )


class ActionCheckOut(Schema):
    """What an audit says of an action of the plan; ``outcome`` is absent while it says nothing."""

    action: int
    code: str
    title: str
    outcome: Term | None
    effect: Term | None
    note: str


@room.reads(f"{HERE}/actions", Thing.FINDINGS, "Lister ce qu’un audit dit de chaque action")
def actions(request: Call, pk: Pk) -> Page[ActionCheckOut]:
    """The actions of the plan with the auditor's verdict; a diagnosis judges none."""
    seen = _found(request, pk)
    judged: Sequence[tuple[Action, ActionCheck | None]] = ()
    if seen.reads and seen.mission.audit != Audit.HQS:
        judged = queries.actions_to_check(seen.mission)
    return paged(request, judged, lambda rows: [_action(*row) for row in rows])


def _action(row: Action, check: ActionCheck | None) -> ActionCheckOut:
    return ActionCheckOut(
        action=row.pk,
        code=row.code,
        title=row.title,
        outcome=term(Outcome(check.outcome)) if check else None,
        effect=term(Effect(check.effect)) if check and check.effect else None,
        note=check.note if check else "",
    )


class SiteCheckOut(Schema):
    """What an audit says of a priority site; ``treatment`` is absent while it says nothing."""

    site: int
    residence: Named
    identified: bool | None
    has_action: bool | None
    treatment: Term | None
    note: str


@room.reads(f"{HERE}/sites", Thing.FINDINGS, "Lister ce qu’un audit dit de chaque site prioritaire")
def sites(request: Call, pk: Pk) -> Page[SiteCheckOut]:
    """The priority sites with the auditor's check; a diagnosis checks none."""
    seen = _found(request, pk)
    checked: Sequence[tuple[PrioritySite, SiteCheck | None]] = ()
    if seen.reads and seen.mission.audit != Audit.HQS:
        checked = queries.sites_to_check(seen.mission, on=request.on)
    return paged(request, checked, lambda rows: [_site(*row) for row in rows])


def _site(row: PrioritySite, check: SiteCheck | None) -> SiteCheckOut:
    return SiteCheckOut(
        site=row.pk,
        residence=named(row.residence),
        identified=check.identified if check else None,
        has_action=check.has_action if check else None,
        treatment=term(Treatment(check.treatment)) if check else None,
        note=check.note if check else "",
    )


class ReportOut(Schema):
    """An audit report. Approved, it is frozen: ``digest`` is its fingerprint, ``document`` its PDF among the documents."""

    summary: str
    conclusion: str
    revision: int
    drafted_at: datetime
    delivered_at: datetime | None
    approved_at: datetime | None
    approved_by: Named | None
    digest: str
    document: int | None
    content: dict[str, Any] | None = Field(description="Le rapport figé, tel qu’il a été approuvé.")


@room.reads(f"{HERE}/report", Thing.FINDINGS, "Lire le rapport d’une mission")
def report(request: Call, pk: Pk) -> ReportOut:
    """The report of a mission; 404 while there is none that the person may read."""
    seen = _found(request, pk)
    found = getattr(seen.mission, "report", None)
    if found is None or not seen.reads:
        raise Http404
    return ReportOut(
        summary=found.summary,
        conclusion=found.conclusion,
        revision=found.revision,
        drafted_at=found.drafted_at,
        delivered_at=found.delivered_at,
        approved_at=found.approved_at,
        approved_by=maybe_named(found.approved_by),
        digest=found.digest,
        document=found.document_id,
        content=found.content,
    )
