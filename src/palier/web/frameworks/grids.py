"""Grids: every version side by side, what changed between two, and the publication of a new one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.committee import queries as committee
from palier.directory.rules import Right, Thing
from palier.documents.rules import KINDS
from palier.frameworks import operations, queries
from palier.frameworks.models import FrameworkVersion
from palier.frameworks.rules.changes import Sort, compare
from palier.frameworks.rules.grid import Framework, build
from palier.frameworks.rules.purposes import PURPOSES, same_use
from palier.frameworks.rules.reading import read
from palier.minutes import queries as minutes
from palier.verdict import require
from palier.web.doors import Request, door
from palier.web.frameworks.written import WrittenForm, with_lines

READ, WRITE = (Thing.RULE_SET, Right.READ), (Thing.RULE_SET, Right.WRITE)


class GridForm(WrittenForm):
    """A grid written in YAML, from a file or typed, and the day it takes effect."""

    noun = "de la grille"
    effective_from = forms.DateField(label="En vigueur à partir du", help_text="Par exemple 24/02/2026.")


@door(GET=READ)
def frameworks(request: Request) -> HttpResponse:
    """Every grid with its versions."""
    rows = [
        {"framework": f, "purpose": PURPOSES[f.purpose].label, "latest": f.versions.all()[0]}
        for f in queries.frameworks(on=request.on)
    ]
    return render(
        request, "frameworks/frameworks.html", {"rows": rows, "may_publish": bool(request.may(Right.WRITE, Thing.RULE_SET))}
    )


@door(GET=READ)
def version(request: Request, code: str, number: int) -> HttpResponse:
    """One version, to be read."""
    one = get_object_or_404(queries.versions(code=code), number=number)
    grid = queries.framework(one)
    others = [v for v in queries.versions(code=code) if v.pk != one.pk]
    context = {
        "version": one,
        "framework": grid,
        "purpose": PURPOSES[one.framework.purpose].label,
        "themes": [
            {
                "theme": t,
                "rows": [{"criterion": c, "kinds": ", ".join(KINDS[k].label.lower() for k in c.evidence)} for c in t.criteria],
            }
            for t in grid.themes
        ],
        "others": others,
        "adopted": minutes.evolutions().filter(framework=one).first(),
        "may_publish": bool(request.may(Right.WRITE, Thing.RULE_SET)),
    }
    return render(request, "frameworks/version.html", context)


@door(GET=READ)
def source(request: Request, code: str, number: int) -> HttpResponse:
    """The YAML of a version as it was given, to be changed and published again."""
    one = get_object_or_404(FrameworkVersion.objects.select_related("framework"), framework__code=code, number=number)
    response = HttpResponse(one.source, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{one.framework.code}-v{one.number}.yaml"'
    return response


@door(GET=READ)
def changes(request: Request, code: str, old: int, new: int) -> HttpResponse:
    """What changed between two versions, criterion by criterion."""
    before, after = (get_object_or_404(queries.versions(code=code), number=number) for number in (old, new))
    context = {"before": before, "after": after, "groups": grouped(queries.framework(before), queries.framework(after))}
    return render(request, "frameworks/changes.html", context)


def grouped(old: Framework, new: Framework) -> list[dict[str, Any]]:
    """The changes by sort, the most serious first, what is the same last; what a whole group shares is said once."""
    found = compare(old, new)
    groups = []
    for sort in Sort:
        changes = [c for c in found if c.sort is sort]
        shared = set.intersection(*(set(c.details) for c in changes)) if len(changes) > 1 else set()
        rows = [{"change": c, "details": [d for d in c.details if d not in shared]} for c in changes]
        if rows:
            groups.append({"sort": sort, "rows": rows, "shared": sorted(shared)})
    return groups


@door(GET=WRITE, POST=WRITE)
def publish(request: Request) -> HttpResponse:
    """Read a grid, show its errors by line or what it changes, then publish it."""
    form = GridForm(request.POST or None, request.FILES or None, initial={"effective_from": request.on})
    context: dict[str, Any] = {"form": form}
    if request.method == "GET":
        if start := request.GET.get("from", ""):
            one = get_object_or_404(FrameworkVersion, pk=int(start) if start.isascii() and start.isdigit() else 0)
            form.initial["text"] = one.source
        context["models"] = [f.versions.all()[0] for f in queries.frameworks(on=request.on)]
        return render(request, "frameworks/publish.html", context)
    if not form.is_valid():
        return render(request, "frameworks/publish.html", context, status=422)
    text, starts = form.cleaned_data["text"], form.cleaned_data["effective_from"]
    body, problems = read(text)
    publishable = committee.may_publish(waiting=None if problems else committee.awaiting_grid(code=body["code"]))
    if "publish" in request.POST:
        require(publishable)
        return _publish(request, text, starts)
    context["form"] = GridForm(initial={"text": text, "effective_from": starts})
    if problems:
        context["problems"] = with_lines(text, problems)
        return render(request, "frameworks/publish.html", context, status=422)
    grid = build(body)
    latest = queries.versions(code=grid.code).first()
    if latest and not (verdict := same_use(grid.code, was=latest.framework.purpose, now=grid.purpose)):
        context["form"] = form = GridForm({"text": text, "effective_from": starts})
        form.full_clean()
        form.add_error("text", verdict.sentence)
        return render(request, "frameworks/publish.html", context, status=422)
    context |= {
        "framework": grid,
        "latest": latest,
        "groups": grouped(queries.framework(latest), grid) if latest else [],
        "text": text,
        "starts": starts,
        "publishable": publishable,
    }
    return render(request, "frameworks/publish.html", context)


def _publish(request: Request, text: str, starts: date) -> HttpResponse:
    known = set(FrameworkVersion.objects.values_list("pk", flat=True))
    one = operations.import_version(text=text, by=request.user, at=request.at, effective_from=starts)
    if one.pk in known:
        messages.info(request, f"Cette grille est déjà la version {one.number} : rien n’est publié.")
    else:
        messages.success(request, f"La version {one.number} est publiée. Les évaluations en cours gardent la leur.")
    return redirect("framework_version", code=one.framework.code, number=one.number)
