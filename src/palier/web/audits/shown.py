"""A mission as one person sees it: what they may read, who acts next, the sections of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from palier.audits import queries
from palier.audits.models import Mission
from palier.audits.rules.findings import reads_findings
from palier.audits.rules.missions import BY_ACT, HELD, OFFERED, Side, State, by_whom, holder
from palier.directory.models import Landlord
from palier.directory.rules import Right, Role, Thing
from palier.label.rules.rulesets import Audit
from palier.verdict import Conflict, Refusal
from palier.web.doors import Request, refused

LANDLORD = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR})
READ_PLAN = (Thing.AUDIT_PLAN, Right.READ)
READ_FINDINGS = (Thing.FINDINGS, Right.READ)
WRITE_PLAN = (Thing.AUDIT_PLAN, Right.WRITE)
WRITE_FINDINGS = (Thing.FINDINGS, Right.WRITE)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a mission's pages."""

    name: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A mission, and what the person is for it."""

    mission: Mission
    own: bool
    reads: bool
    """Whether they read its findings today."""
    reads_delivered: bool
    """Whether they read a version of its report that was delivered, then taken back."""
    side: Side | None
    """Who acts next."""
    yours: bool

    @property
    def audit(self) -> Audit:
        """Which of the three."""
        return Audit(self.mission.audit)

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.mission.state)

    @property
    def is_hqs(self) -> bool:
        """Whether it is a diagnosis, with a grid; the other two judge a plan."""
        return self.audit is Audit.HQS


def show(request: Request, landlord: Landlord, mission_id: int) -> Shown:
    """The mission of a page, through the landlord and through what the person may know of; 404 otherwise."""
    found = queries.visible(landlord=landlord.pk, person=request.user, roles=request.roles)
    return shown(request, get_object_or_404(found, pk=mission_id))


def shown(request: Request, mission: Mission) -> Shown:
    """A mission as the person sees it."""
    own = mission.auditor_id == request.user.pk and Role.AUDITOR in request.roles
    state = State(mission.state)
    unanswered = state is State.REPORT_DELIVERED and mission.remarks.filter(answered_at__isnull=True).exists()
    side = holder(state, plan_proposed=mission.plan_proposed_at is not None, unanswered=unanswered)
    who = BY_ACT["agree_plan"].roles if state is State.ACCEPTED else LANDLORD
    yours = (side is Side.AUDITOR and own) or (side is Side.LANDLORD and bool(request.roles & who))
    reads, delivered = (reads_findings(request.roles, at, own=own) for at in (state, State.REPORT_DELIVERED))
    return Shown(mission, own, reads, delivered, side, yours)


def not_for(request: Request, act: str, mission: Mission | None = None) -> HttpResponse | None:
    """The refusal of an act that is not this person's to take, or None."""
    own = mission is not None and mission.auditor_id == request.user.pk
    verdict = by_whom(act, request.roles, own=own)
    return None if verdict else refused(request, verdict, status=403)


@dataclass(slots=True)
class Said:
    """What came of an act: ``theirs`` is what was recorded meanwhile, after a conflict."""

    theirs: Any = None


@contextmanager
def said_in(form: forms.Form, field: str | None = None) -> Iterator[Said]:
    """Let a refusal be an error of the form, what was typed kept; nothing of the act is, an uploaded file included.

    After a conflict the page shows both texts and the form stands on what is now recorded: sent again, it replaces it.
    """
    outcome = Said()
    try:
        with transaction.atomic():
            yield outcome
    except Conflict as conflict:
        outcome.theirs = conflict.theirs
        form.data = given = cast(QueryDict, form.data).copy()
        given["revision"] = str(outcome.theirs.revision)
    except Refusal as refusal:
        form.add_error(field, refusal.verdict.sentence)


def frame(request: Request, one: Shown, section: str) -> dict[str, Any]:
    """What every page of a mission shows around its section."""
    return {
        "landlord": one.mission.landlord,
        "mission": one.mission,
        "one": one,
        "title": f"{one.audit.label[0].upper()}{one.audit.label[1:]}",
        "sections": sections(request, one, section),
        "may_choose": bool(request.roles & LANDLORD),
    }


def sections(request: Request, one: Shown, current: str) -> list[Section]:
    """The sections that make sense for this mission and this person."""
    mission = one.mission
    offered = [("mission", "La mission")]
    if mission.state in HELD:
        offered.append(("mission_plan", "Le plan"))
        if request.may(Right.READ, Thing.FINDINGS):
            offered += [("mission_on_site", "Sur place"), ("mission_findings", "Constats")]
            if not one.is_hqs:
                offered.append(("mission_verdicts", "Actions et sites"))
            offered += [("mission_report", "Rapport"), ("mission_remarks", "Remarques")]
    elif one.reads_delivered and (report := getattr(mission, "report", None)) and report.delivered_at:
        offered.append(("mission_report", "Rapport"))
    args = {"landlord_id": mission.landlord_id, "mission_id": mission.pk}
    return [Section(name, label, reverse(name, kwargs=args), name == current) for name, label in offered]


def is_offered(mission: Mission) -> bool:
    """Whether the mission is still a consultation."""
    return mission.state in OFFERED
