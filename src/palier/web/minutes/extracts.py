"""The extract of minutes, for whoever a decision concerns: landlord and representatives, auditor and firm, users of rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from palier.committee import queries as committee
from palier.committee.models import Decision, Item
from palier.committee.rules.outcomes import Outcome
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.minutes import printing, queries
from palier.web.doors import Open, Request, door
from palier.web.minutes.views import moments

READ = (Thing.DECISION_NOTICE, Right.READ)


def _decision(landlord: Landlord, decision_id: int) -> Decision:
    found = committee.decisions(landlord=landlord.pk).select_related("item__session__committee", "item__session__first")
    return get_object_or_404(found, pk=decision_id)


@door(GET=READ)
def extract(request: Request, landlord: Landlord, decision_id: int) -> HttpResponse:
    """The extract of a decision; one that was recorded without a session shows what was recorded."""
    decision = _decision(landlord, decision_id)
    found = queries.extract_of(decision=decision, person=request.user)
    context: dict[str, Any] = {
        "landlord": landlord,
        "decision": decision,
        "outcome": Outcome(decision.outcome).about.label,
        "extract": moments(found) if found else None,
        "conditions": decision.conditions,
        "reasons": decision.reasons,
    }
    return render(request, "minutes/extract.html", context)


@door(GET=READ)
def extract_pdf(request: Request, landlord: Landlord, decision_id: int) -> HttpResponse:
    """The extract on paper."""
    decision = _decision(landlord, decision_id)
    found = queries.extract_of(decision=decision, person=request.user)
    if found is None:
        raise Http404
    return _pdf(found, decision.recorded_at, f"extrait-{decision.pk}")


def _item(request: Request, item_id: int) -> Item:
    """A matter whose extract the person may read; unknown to the others."""
    return get_object_or_404(queries.extracts_for(person=request.user, roles=request.roles, on=request.on), pk=item_id)


@door(GET=Open.SIGNED_IN)
def item(request: Request, item_id: int) -> HttpResponse:
    """The extract of a matter that is no landlord's: an accreditation, new rules, a new grid."""
    one = _item(request, item_id)
    found = queries.extract_of_item(item=one, person=request.user)
    context: dict[str, Any] = {
        "item": one,
        "outcome": found["decision"]["label"],
        "extract": moments(found),
        "reasons": found["decision"]["reasons"],
    }
    return render(request, "minutes/extract.html", context)


@door(GET=Open.SIGNED_IN)
def item_pdf(request: Request, item_id: int) -> HttpResponse:
    """The same on paper."""
    one = _item(request, item_id)
    assert one.concluded_at is not None  # extracts_for
    found = queries.extract_of_item(item=one, person=request.user)
    return _pdf(found, one.concluded_at, f"extrait-point-{one.pk}")


def _pdf(content: Mapping[str, Any], at: datetime, name: str) -> HttpResponse:
    pdf = printing.extract(content, fonts=settings.PRINT_FONTS, at=at)
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
