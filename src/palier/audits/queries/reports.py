"""Findings, recommendations, verdicts and the report: what a mission says, and what it still misses."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from palier.audits.models import ActionCheck, Finding, Mission, PlanItem, Recommendation, Remark, SiteCheck
from palier.audits.rules.findings import FindingKind, ReportFacts, unexplained
from palier.audits.rules.missions import WRITING, ItemKind, State, unfixed
from palier.calendar import paris_day
from palier.documents.models import Document
from palier.frameworks import queries as frameworks
from palier.frameworks.models import Assessment
from palier.frameworks.rules.answering import FINISHED
from palier.frameworks.rules.completeness import Place, assessment_complete
from palier.label.rules.rulesets import Audit
from palier.ledger.queries import history_of
from palier.ledger.rules import Audience
from palier.plans import queries as plans
from palier.plans.models import Action
from palier.plans.rules.terms import Effect, Outcome, Vocabulary
from palier.sites import queries as sites
from palier.sites.models import PrioritySite
from palier.sites.rules import Level
from palier.verdict import YES, Remedy, Verdict, no

GRID = "hqs"
SUBJECT = "mission"
_VERSIONS = ("audits.report_delivered", "audits.report_reopened")


def themes() -> dict[str, str]:
    """The themes of findings and recommendations: those of the action plans, so that one follows from the other."""
    return plans.terms()[Vocabulary.THEME]


def findings(mission: Mission, *, withdrawn: bool = False) -> QuerySet[Finding]:
    """The findings of a mission, by number, with their site, evidence and recommendations. Three SQL queries."""
    found = Finding.objects.filter(mission=mission).select_related("residence")
    found = found.prefetch_related(
        Prefetch("documents", Document.objects.order_by("plain_title", "pk")),
        Prefetch("recommendations", Recommendation.objects.order_by("number")),
    )
    return (found if withdrawn else found.filter(withdrawn_because="")).order_by("number")


def recommendations(mission: Mission) -> QuerySet[Recommendation]:
    """The recommendations of a mission, by number, with the findings they rest on. Two SQL queries."""
    standing = Prefetch("findings", Finding.objects.filter(withdrawn_because="").order_by("number"))
    return Recommendation.objects.filter(mission=mission).prefetch_related(standing).order_by("number")


def remarks(mission: Mission) -> QuerySet[Remark]:
    """The landlord's remarks and their answers, in their order."""
    return Remark.objects.filter(mission=mission).select_related("finding", "by").order_by("at", "pk")


def assessment(mission: Mission) -> Assessment | None:
    """The grid of a diagnosis, if it was started."""
    return frameworks.latest_by_subject(landlord=mission.landlord, code=GRID, kind=SUBJECT).get(mission.pk)


def actions_to_check(mission: Mission) -> list[tuple[Action, ActionCheck | None]]:
    """The actions of the cycle's plan, by code, each with what the mission says of it. Five SQL queries."""
    said = {check.action_id: check for check in ActionCheck.objects.filter(mission=mission)}
    return [(action, said.get(action.pk)) for action in plans.actions(landlord=mission.landlord_id, cycle=mission.cycle)]


def sites_to_check(mission: Mission, *, on: date) -> list[tuple[PrioritySite, SiteCheck | None]]:
    """The priority sites on a day, the worst first, each with what the mission says of it. Two SQL queries."""
    said = {check.site_id: check for check in SiteCheck.objects.filter(mission=mission)}
    return [(site, said.get(site.pk)) for site in sites.priority_sites(landlord=mission.landlord_id, on=on)]


def grid_writable(grid: Assessment) -> Verdict:
    """Whether a grid may be answered, closed or reopened: that of a mission only while its report is not delivered."""
    mission = Mission.objects.filter(pk=grid.subject_id).first() if grid.subject_kind == SUBJECT else None
    if mission is None or mission.state in WRITING:
        return YES
    state = State(mission.state)
    return unfixed(state, landlord=mission.landlord_id, mission=mission.pk) and no(
        "audits.grid_closed", f"La grille ne change plus : la mission est à l’état « {state.label.lower()} »."
    )


def grid_verdict(mission: Mission) -> Verdict:
    """Whether the grid of a diagnosis is complete, with each theme that is not."""
    found = assessment(mission)
    args: dict[str, int | str] = {"landlord_id": mission.landlord_id, "mission_id": mission.pk}
    if found is None:
        return no(
            "audits.no_grid", "La grille du diagnostic n’est pas commencée.", Remedy("Ouvrir la mission", "mission", args)
        )
    if found.status == FINISHED:
        return YES
    grid = frameworks.framework(found.version)
    return assessment_complete(grid, frameworks.given(found), Place(mission.landlord_id, found.pk))


def report_facts(mission: Mission, *, on: date) -> ReportFacts:
    """What a mission's report is made of, counted, in a fixed number of SQL queries."""
    audit = Audit(mission.audit)
    unlinked = Recommendation.objects.filter(mission=mission).annotate(
        standing=Count("findings", filter=Q(findings__withdrawn_because=""))
    )
    report = getattr(mission, "report", None)
    later = audit is not Audit.HQS
    actions = actions_to_check(mission) if later else []
    found = None if later else assessment(mission)
    return ReportFacts(
        landlord=mission.landlord_id,
        mission=mission.pk,
        audit=audit,
        findings=Finding.objects.filter(mission=mission, withdrawn_because="").count(),
        unlinked=tuple(one.code for one in unlinked.filter(standing=0).order_by("number")),
        summary=report.summary if report else "",
        grid=YES if later else grid_verdict(mission),
        grid_open=found is not None and found.status != FINISHED,
        unjudged_actions=sum(check is None for _, check in actions),
        unexplained=tuple(
            action.code
            for action, check in actions
            if check and unexplained(outcome=check.outcome, status=action.status, note=check.note)
        ),
        unchecked_sites=tuple(site.residence.name for site, check in sites_to_check(mission, on=on) if check is None)
        if later
        else (),
        unheld=PlanItem.objects.filter(mission=mission, held__isnull=True).count(),
        unanswered=Remark.objects.filter(mission=mission, answered_at__isnull=True).count(),
    )


# --- What a report says, as plain data -----------------------------------------------------------------------------


def titled(mission: Mission) -> str:
    """« Diagnostic HQS 2026, Montfictif Habitat »: one landlord's reports are told apart by their year on site."""
    label, on = Audit(mission.audit).label, mission.on_site_at or mission.consulted_at
    return f"{label[0].upper()}{label[1:]} {paris_day(on).year}, {mission.landlord.name}"


def versions(mission: Mission) -> list[dict[str, Any]]:
    """The versions of the report that were delivered, by number; one that was reopened says when, why, and its document.

    One SQL query. The ledger, which nobody rewrites, is where they are counted.
    """
    found: list[dict[str, Any]] = []
    for line in (
        history_of(kind="audits.mission", pk=mission.pk, audiences=set(Audience)).filter(act__in=_VERSIONS).order_by("number")
    ):
        if line.act == "audits.report_delivered":
            found.append({"number": len(found) + 1, "on": _day(line.at), "reopened_on": None, "because": "", "document": None})
        elif line.act == "audits.report_reopened" and found:
            facts = line.content["facts"] if line.content else {}
            found[-1] |= {"reopened_on": _day(line.at), "because": facts.get("because", ""), "document": facts.get("document")}
    return found


def content(mission: Mission) -> dict[str, Any]:
    """Everything a report says, as plain JSON values with their words, so that it is read without this database."""
    report = mission.report
    words = themes()
    return {
        "title": titled(mission),
        "landlord": mission.landlord.name,
        "audit": mission.audit,
        "audit_label": Audit(mission.audit).label,
        "cycle": mission.cycle,
        "firm": mission.firm.name,
        "auditor": mission.auditor.name,
        "days": str(mission.days),
        "statement": mission.statement,
        "declared_on": _day(mission.declared_at),
        "advised_until": mission.advised_until.isoformat() if mission.advised_until else None,
        "ties": mission.ties,
        "summary": report.summary,
        "conclusion": report.conclusion,
        "delivered_on": _day(report.delivered_at),
        "versions": [{name: said for name, said in one.items() if name != "document"} for one in versions(mission)],
        "plan": [_item(item) for item in _items(mission)],
        "documents": [
            {"title": r.title, "received": r.document is not None, "missing_because": r.missing_because}
            for r in mission.document_requests.filter(withdrawn_at=None).select_related("document").order_by("pk")
        ],
        "findings": [_finding(one, words) for one in findings(mission)],
        "withdrawn": [
            {"code": f.code, "because": f.withdrawn_because} for f in findings(mission, withdrawn=True) if f.withdrawn_because
        ],
        "recommendations": [
            {
                "code": one.code,
                "title": one.title,
                "text": one.text,
                "theme": words.get(one.theme, one.theme),
                "findings": [finding.code for finding in one.findings.all()],
            }
            for one in recommendations(mission)
        ],
        "grid": _grid(mission),
        "actions": [_action(action, check) for action, check in actions_to_check(mission) if check],
        "sites": [
            _site(check.site, check)
            for check in mission.site_checks.select_related("site__residence").order_by("site__residence__plain_name", "pk")
        ],
        "remarks": [
            {
                "finding": one.finding.code if one.finding else None,
                "text": one.text,
                "by": one.by.name,
                "on": _day(one.at),
                "answer": one.answer,
            }
            for one in remarks(mission)
        ],
    }


def _day(at: Any) -> str | None:
    return paris_day(at).isoformat() if at else None


def _items(mission: Mission) -> QuerySet[PlanItem]:
    return PlanItem.objects.filter(mission=mission).select_related("residence").order_by("day", "starts_at", "pk")


def _item(item: PlanItem) -> dict[str, Any]:
    return {
        "kind": ItemKind(item.kind).label,
        "day": item.day.isoformat(),
        "title": item.title,
        "people": item.people,
        "site": item.residence.name if item.residence else None,
        "held": bool(item.held),
        "notes": item.notes,
    }


def _finding(one: Finding, words: dict[str, str]) -> dict[str, Any]:
    return {
        "code": one.code,
        "kind": FindingKind(one.kind).value,
        "kind_label": FindingKind(one.kind).label,
        "theme": words.get(one.theme, one.theme),
        "text": one.text,
        "site": one.residence.name if one.residence else None,
        "evidence": [document.title for document in one.documents.all()],
        "recommendations": [recommendation.code for recommendation in one.recommendations.all()],
    }


def _grid(mission: Mission) -> dict[str, Any] | None:
    found = assessment(mission) if mission.audit == Audit.HQS else None
    if found is None:
        return None
    score, said = frameworks.score(found), frameworks.answers(found)
    return {
        "title": found.version.title,
        "version": found.version.number,
        "notice": frameworks.framework(found.version).notice,
        "themes": [
            {
                "number": theme.theme.number,
                "title": theme.theme.title,
                "formula": theme.formula,
                "criteria": [
                    {
                        "number": line.criterion.number,
                        "title": line.criterion.title,
                        "level": _level(line),
                        "justification": said[line.criterion.code].justification if line.criterion.code in said else "",
                    }
                    for line in theme.lines
                ],
            }
            for theme in score.themes
        ],
    }


def _level(line: Any) -> str:
    if line.given.not_applicable:
        return "Sans objet"
    level = line.criterion.scale.level(line.given.value) if line.given.value is not None else None
    return f"{level.value} {level.label}" if level else "Non noté"


def _action(action: Action, check: ActionCheck) -> dict[str, Any]:
    return {
        "code": action.code,
        "title": action.title,
        "outcome": Outcome(check.outcome).label,
        "effect": Effect(check.effect).label if check.effect else "",
        "note": check.note,
    }


def _site(site: PrioritySite, check: SiteCheck) -> dict[str, Any]:
    return {
        "name": site.residence.name,
        "level": Level(site.level).label,
        "identified": check.identified,
        "has_action": check.has_action,
        "treatment": check.get_treatment_display(),
        "note": check.note,
    }
