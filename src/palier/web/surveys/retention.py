"""What is kept of tenants, how long, why, and what erases it: one table, with the figures of the day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from palier.answers import queries as answers
from palier.cases import queries as cases
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.surveys import queries
from palier.surveys.rules.retention import RULES
from palier.web.doors import Request, door

READ = (Thing.HOUSEHOLDS, Right.READ)


@door(GET=READ)
def table(request: Request, landlord: Landlord) -> HttpResponse:
    """The table for one landlord: how many of each kind are kept, how many are past their term, when the night last passed."""
    held = {
        **queries.kept(landlord=landlord, on=request.on),
        **answers.kept(landlord=landlord, on=request.on),
        **cases.kept(landlord=landlord, on=request.on),
    }
    months = queries.terms_of(landlord=landlord).months_kept
    runs = queries.last_runs()
    context = {
        "landlord": landlord,
        "rows": [(rule, rule.term(months), held[rule.held], runs.get(rule.held)) for rule in RULES.values()],
        "late": sum(one.past for one in held.values()),
        "months": months,
        "may_write": bool(request.may(Right.WRITE, Thing.SURVEYS)),
    }
    return render(request, "surveys/retention.html", context)
