"""A landlord's assessments: the list, one of them as a whole, and its life (finish, reopen, entrust, carry over)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import Role
from palier.frameworks import operations, queries
from palier.frameworks.models import Assessment, Framework, FrameworkVersion
from palier.frameworks.rules.answering import OPEN, STATUSES, SUPERSEDED
from palier.frameworks.rules.grid import NOTHING
from palier.frameworks.rules.purposes import PURPOSES, may_write, readable
from palier.verdict import Refusal, Remedy, no
from palier.web.doors import Open, Request, door, refused
from palier.web.export import MEDIA_TYPES, spreadsheet
from palier.web.frameworks.grids import grouped
from palier.web.frameworks.shown import (
    found,
    may_answer,
    rating_in_words,
    right_to_answer,
    score_in_words,
    shown,
    stored_in_words,
)
from palier.web.ledger.history import entries_of

PER_PAGE = 25
SORTS = {"title": ("title",), "subject": ("subject_label",), "saved": ("saved_at", "started_at"), "score": ("score",)}


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(
        label="Titre ou sujet", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    purpose = forms.ChoiceField(label="Type", required=False)
    status = forms.ChoiceField(label="Où elle en est", required=False, choices=[("", "Toutes"), *STATUSES.items()])

    def __init__(self, *args: Any, roles: frozenset[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Tous"), *((code, PURPOSES[code].label) for code in sorted(readable(roles)))]


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN)
def assessments(request: Request, landlord: Landlord) -> HttpResponse:
    """The assessments of a landlord's file; a POST starts one that its team starts by itself."""
    offered = [code for code, purpose in PURPOSES.items() if purpose.self_started and may_write(code, request.roles)]
    if request.method == "POST":
        return _start(request, landlord, offered)
    filters = FilterForm(request.GET, roles=request.roles)
    asked: dict[str, Any] = filters.cleaned_data if filters.is_valid() else {}
    sort = request.GET.get("sort", "-saved")
    if sort.removeprefix("-") not in SORTS:
        sort = "-saved"
    rows = queries.assessments(landlord=landlord, roles=request.roles)
    rows = queries.narrowed(rows, search=asked.get("q", ""), purpose=asked.get("purpose", ""), status=asked.get("status", ""))
    page = Paginator(queries.sorted_by(rows, *SORTS[sort.removeprefix("-")], reverse=sort.startswith("-")), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "landlord": landlord,
        "page": page,
        "rows": [{"assessment": a, "score": stored_in_words(a), "status": STATUSES[a.status]} for a in page],
        "filters": filters,
        "narrowed": any(asked.values()),
        "sort": sort,
        "startable": list(queries.in_force(purposes=offered, on=request.on)) if offered else [],
    }
    return render(request, "frameworks/assessments.html", context)


def _start(request: Request, landlord: Landlord, offered: list[str]) -> HttpResponse:
    framework = get_object_or_404(Framework.objects.filter(purpose__in=offered), code=request.POST.get("framework", ""))
    version = queries.current_version(code=framework.code, on=request.on)
    started = operations.start(
        version=version,
        landlord=landlord,
        subject=("landlord", landlord.pk, landlord.name),
        title=f"{version.title} {request.on.year}",
        by=request.user,
        at=request.at,
    )
    return redirect("assessment", landlord_id=landlord.pk, assessment_id=started.pk)


@door(GET=Open.SIGNED_IN)
def assessment(request: Request, landlord: Landlord, assessment_id: int) -> HttpResponse:
    """One assessment as a whole: themes, score explained, what is missing before it is finished."""
    one = found(request, landlord, assessment_id)
    data = shown(one)
    writing = bool(right_to_answer(request, one))
    team = (
        people_of(landlord=landlord.pk, roles=frozenset({Role.CONTRIBUTOR, Role.QUALITY_LEAD}), on=request.on)
        if may_write(one.version.framework.purpose, request.roles) and one.status == OPEN
        else Person.objects.none()
    )
    context = {
        "landlord": landlord,
        "assessment": one,
        "status": STATUSES[one.status],
        "purpose": PURPOSES[one.version.framework.purpose],
        "framework": data.framework,
        "lines": data.theme_lines(),
        "score": data.score,
        "score_value": score_in_words(data.score),
        "complete": data.complete,
        "writing": writing,
        "answering": bool(may_answer(request, one)),
        "newer": queries.successor(one, on=request.on) if writing and one.status != SUPERSEDED else None,
        "team": list(team),
        "history": entries_of(request, "frameworks.assessment", one.pk, 8),
    }
    return render(request, "frameworks/assessment.html", context)


@door(GET=Open.SIGNED_IN)
def printable(request: Request, landlord: Landlord, assessment_id: int) -> HttpResponse:
    """The whole assessment on paper: every rating with its justification and the names of its evidence."""
    data = shown(found(request, landlord, assessment_id))
    themes = [{"line": line, "rows": [data.row(criterion) for criterion in line.theme.criteria]} for line in data.theme_lines()]
    context = {
        "landlord": landlord,
        "assessment": data.assessment,
        "status": STATUSES[data.assessment.status],
        "framework": data.framework,
        "themes": themes,
        "score": data.score,
        "score_value": score_in_words(data.score),
    }
    return render(request, "frameworks/print.html", context)


@door(GET=Open.SIGNED_IN)
def export(request: Request, landlord: Landlord, assessment_id: int, form: str) -> HttpResponse:
    """The whole assessment as a table, one line a criterion."""
    if form not in MEDIA_TYPES:
        raise Http404
    data = shown(found(request, landlord, assessment_id))
    header = ["Critère", "Intitulé", "Thème", "Note", "En mots", "Poids", "Justification", "Preuves", "Complet", "Par", "Le"]
    rows = (
        [
            row.criterion.number,
            row.criterion.title,
            theme.title,
            row.given.value,
            row.rated,
            row.criterion.weight,
            row.justification,
            ", ".join(piece.document.title for piece in row.pieces),
            bool(row.complete),
            row.answer.by.name if row.answer and row.answer.by else "",
            row.saved_at,
        ]
        for theme in data.framework.themes
        for row in map(data.row, theme.criteria)
    )
    return spreadsheet(form, f"evaluation-{data.assessment.pk}", header, rows)


@door(POST=Open.SIGNED_IN)
def finish(request: Request, landlord: Landlord, assessment_id: int) -> HttpResponse:
    """Close an assessment that is complete."""

    def act(one: Assessment) -> str:
        operations.finish(assessment=one, by=request.user, at=request.at)
        return "L’évaluation est terminée : elle ne change plus."

    return _act(request, landlord, assessment_id, act)


@door(POST=Open.SIGNED_IN)
def reopen(request: Request, landlord: Landlord, assessment_id: int) -> HttpResponse:
    """Open a finished assessment again, for a reason."""

    def act(one: Assessment) -> str:
        operations.reopen(assessment=one, because=request.POST.get("because", ""), by=request.user, at=request.at)
        return "L’évaluation est rouverte."

    return _act(request, landlord, assessment_id, act)


@door(POST=Open.SIGNED_IN)
def entrust(request: Request, landlord: Landlord, assessment_id: int) -> HttpResponse:
    """Let somebody of the team answer, or nobody any longer."""
    chosen = request.POST.get("person", "")
    person = get_object_or_404(Person, pk=int(chosen)) if chosen.isascii() and chosen.isdigit() else None

    def act(one: Assessment) -> str:
        operations.entrust(assessment=one, person=person, by=request.user, at=request.at)
        return f"{person.name} peut répondre à cette évaluation." if person else "Cette évaluation n’est plus confiée."

    one = found(request, landlord, assessment_id)
    if not (verdict := may_write(one.version.framework.purpose, request.roles)):
        return refused(request, verdict, status=403)
    return _act(request, landlord, assessment_id, act)


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN)
def carry_over(request: Request, landlord: Landlord, assessment_id: int) -> HttpResponse:
    """What becomes of each answer in the version now in force; a POST starts the new assessment.

    For an assessment that was itself carried over, the report of what happened.
    """
    one = found(request, landlord, assessment_id)
    if request.method == "GET" and one.carried_from_id and not request.GET.get("next"):
        before = get_object_or_404(queries.of_landlord(landlord=landlord), pk=one.carried_from_id)
        return render(request, "frameworks/carry_over.html", _report(landlord, before, one.version) | {"done": one})
    version = queries.successor(one, on=request.on)
    if version is None:
        raise Refusal(
            no(
                "frameworks.none_later",
                f"Aucune version de la grille plus récente que la version {one.version.number} n’est en vigueur.",
                Remedy("Ouvrir l’évaluation", "assessment", {"landlord_id": landlord.pk, "assessment_id": one.pk}),
            )
        )
    if request.method == "POST":
        if not (verdict := right_to_answer(request, one)):
            return refused(request, verdict, status=403)
        carried = operations.carry_over(assessment=one, version=version, by=request.user, at=request.at)
        messages.success(request, "L’évaluation est reprise dans la nouvelle version de la grille.")
        return redirect("assessment_carry_over", landlord_id=landlord.pk, assessment_id=carried.pk)
    context = _report(landlord, one, version) | {"may_carry": bool(right_to_answer(request, one)) and one.status != SUPERSEDED}
    return render(request, "frameworks/carry_over.html", context)


def _report(landlord: Landlord, one: Assessment, version: FrameworkVersion) -> dict[str, Any]:
    """What changes for each criterion, beside the rating that it had."""
    groups = grouped(queries.framework(one.version), queries.framework(version))
    given = queries.given(one)
    for row in (row for group in groups for row in group["rows"]):
        row["rated"] = ", ".join(rating_in_words(c, given.get(c.code, NOTHING)) for c in row["change"].old)
    return {"landlord": landlord, "assessment": one, "version": version, "groups": groups}


def _act(request: Request, landlord: Landlord, assessment_id: int, act: Callable[[Assessment], str]) -> HttpResponse:
    """Do one thing to an assessment that the person may answer, and come back to it."""
    one = found(request, landlord, assessment_id)
    if not (verdict := right_to_answer(request, one)):
        return refused(request, verdict, status=403)
    messages.success(request, act(one))
    return redirect("assessment", landlord_id=landlord.pk, assessment_id=one.pk)
