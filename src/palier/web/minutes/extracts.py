"""One decision, for the landlord and its tenants’ representatives: the extract of the minutes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from palier.committee import queries as committee
from palier.committee.models import Decision
from palier.committee.rules.outcomes import Outcome
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.minutes import printing, queries
from palier.web.doors import Request, door
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
    }
    return render(request, "minutes/extract.html", context)


@door(GET=READ)
def extract_pdf(request: Request, landlord: Landlord, decision_id: int) -> HttpResponse:
    """The extract on paper."""
    decision = _decision(landlord, decision_id)
    found = queries.extract_of(decision=decision, person=request.user)
    if found is None:
        raise Http404
    pdf = printing.extract(found, fonts=settings.PRINT_FONTS, at=decision.recorded_at)
    headers = {"Content-Disposition": f'attachment; filename="extrait-{decision.pk}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
