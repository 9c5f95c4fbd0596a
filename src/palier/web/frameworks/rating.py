"""Answering on the page of a theme: each criterion saves itself, and a stale save shows both texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from palier.directory.models import Landlord
from palier.frameworks import operations, queries
from palier.frameworks.models import Answer, AnswerRevision, Assessment
from palier.frameworks.operations import Theirs
from palier.frameworks.rules import completeness, scoring
from palier.frameworks.rules.grid import NOTHING, Criterion, Theme
from palier.verdict import Conflict, Refusal, no
from palier.web.doors import Open, Request, door, refused
from palier.web.frameworks.shown import (
    Attempt,
    Row,
    found,
    may_answer,
    place,
    rating_in_words,
    score_in_words,
    shown,
    theme_lines,
)


class AnswerForm(forms.Form):
    """What the form of a criterion sends. ``keep`` and ``over`` settle a conflict: whose text, over which revision."""

    value = forms.CharField(required=False)
    justification = forms.CharField(required=False)
    revision = forms.IntegerField(min_value=0)
    keep = forms.ChoiceField(required=False, choices=[(k, k) for k in ("mine", "theirs", "both")])
    over = forms.IntegerField(required=False, min_value=0)

    def attempt(self) -> Attempt:
        """The answer that was sent."""
        given = self.cleaned_data
        value = given["value"]
        revision = given["over"] if given["keep"] and given["over"] is not None else given["revision"]
        return Attempt(
            value=int(value) if value.isascii() and value.isdigit() else None,
            not_applicable=value == "na",
            justification=given["justification"],
            revision=revision,
        )


@door(GET=Open.SIGNED_IN)
def theme(request: Request, landlord: Landlord, assessment_id: int, theme: str) -> HttpResponse:
    """One theme: its criteria to rate, and where its score comes from."""
    assessment = found(request, landlord, assessment_id)
    one = queries.framework(assessment.version).theme(theme)
    if one is None:
        raise Http404
    return _page(request, assessment, one)


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN)
def criterion(request: Request, landlord: Landlord, assessment_id: int, criterion: str) -> HttpResponse:
    """The place of a criterion on its theme's page; a POST keeps an answer."""
    assessment = found(request, landlord, assessment_id)
    asked = _asked(assessment, criterion)
    if request.method == "GET":
        return redirect(_there(assessment, asked))
    if not (verdict := may_answer(request, assessment)):
        return refused(request, verdict, status=403)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Refusal(no("frameworks.incomplete_form", "L’envoi est incomplet. Rechargez la page, puis recommencez."))
    keep = form.cleaned_data["keep"]
    if keep == "theirs":
        return redirect(_there(assessment, asked))
    if keep == "both":
        return _both(request, assessment, asked, form.attempt())
    return _save(request, assessment, asked, form.attempt())


@door(GET=Open.SIGNED_IN)
def texts(request: Request, landlord: Landlord, assessment_id: int, criterion: str) -> HttpResponse:
    """Every text that the answer to a criterion has had, each with what changed since the one before."""
    assessment = found(request, landlord, assessment_id)
    asked = _asked(assessment, criterion)
    answer = queries.answers(assessment)[asked.code]
    rows: list[Answer | AnswerRevision] = [answer, *queries.revisions(answer)] if answer.revision else []
    said = [
        {
            "revision": row.revision,
            "who": row.by.name if row.by else "",
            "at": row.at,
            "rated": rating_in_words(asked, Theirs(row.value, row.not_applicable, row.justification, row.revision, "", None)),
            "text": row.justification,
            "before": before.justification if before else "",
        }
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ]
    context = {
        "landlord": landlord,
        "assessment": assessment,
        "criterion": asked,
        "texts": said,
        "back": _there(assessment, asked),
    }
    return render(request, "frameworks/texts.html", context)


def _save(request: Request, assessment: Assessment, asked: Criterion, attempt: Attempt) -> HttpResponse:
    try:
        saved = operations.save_answer(
            assessment=assessment,
            criterion=asked.code,
            revision=attempt.revision,
            value=attempt.value,
            not_applicable=attempt.not_applicable,
            justification=attempt.justification,
            by=request.user,
            at=request.at,
        )
    except Conflict as conflict:
        return _conflict(request, assessment, asked, attempt, conflict)
    if not request.htmx:
        messages.success(request, f"Critère {asked.number} enregistré.")
        return redirect(_there(assessment, asked))
    one = queries.framework(assessment.version).theme_of(asked.code)
    given = saved.answers.get(asked.code, NOTHING)
    row = Row(asked, given, completeness.criterion_complete(asked, given, place(assessment)))
    context = _around(assessment, one, saved.answers) | {"row": row, "saved": saved, "swap": True, "may_answer": True}
    return render(request, "frameworks/theme.html#saved", context)


def _asked(assessment: Assessment, code: str) -> Criterion:
    asked = queries.framework(assessment.version).criteria.get(code)
    if asked is None:
        raise Http404
    return asked


def _there(assessment: Assessment, asked: Criterion) -> str:
    """The address of a criterion on its theme's page."""
    one = queries.framework(assessment.version).theme_of(asked.code)
    args = {"landlord_id": assessment.landlord_id, "assessment_id": assessment.pk, "theme": one.code}
    return f"{reverse('assessment_theme', kwargs=args)}#c-{asked.code}"


def _around(assessment: Assessment, theme: Theme, given: Any) -> dict[str, Any]:
    """What surrounds the criteria: the list of themes, the score of this one, what it misses."""
    framework = queries.framework(assessment.version)
    lines = theme_lines(framework, given)
    here = lines[theme.number - 1]
    score = scoring.theme_score(theme, given)
    return {
        "landlord": assessment.landlord,
        "assessment": assessment,
        "framework": framework,
        "theme": theme,
        "lines": lines,
        "progress": here.progress,
        "all": completeness.progress(framework, given),
        "score": score,
        "score_value": score_in_words(score),
        "missing": completeness.theme_in_short(theme, given, place(assessment)),
        "before": framework.themes[theme.number - 2] if theme.number > 1 else None,
        "after": framework.themes[theme.number] if theme.number < len(framework.themes) else None,
    }


def _page(
    request: Request, assessment: Assessment, theme: Theme, attempts: dict[str, Attempt] | None = None, *, status: int = 200
) -> HttpResponse:
    data = shown(assessment)
    attempts = attempts or {}
    rows = [data.row(one, attempts.get(one.code)) for one in theme.criteria]
    context = _around(assessment, theme, data.given) | {
        "rows": rows,
        "may_answer": bool(may_answer(request, assessment)),
    }
    return render(request, "frameworks/theme.html", context, status=status)


def _conflict(request: Request, assessment: Assessment, asked: Criterion, attempt: Attempt, conflict: Conflict) -> HttpResponse:
    theirs = conflict.theirs
    assert isinstance(theirs, Theirs)
    stale = Attempt(attempt.value, attempt.not_applicable, attempt.justification, attempt.revision, theirs)
    if request.htmx:
        context = {"row": Row(asked, NOTHING, conflict.verdict, attempt=stale)}
        return render(request, "frameworks/theme.html#conflict", context, status=409)
    one = queries.framework(assessment.version).theme_of(asked.code)
    return _page(request, assessment, one, {asked.code: stale}, status=409)


def _both(request: Request, assessment: Assessment, asked: Criterion, attempt: Attempt) -> HttpResponse:
    """Both texts in the field, to be read again before they are kept."""
    answer = queries.answers(assessment)[asked.code]
    text = "\n\n".join(dict.fromkeys(filter(None, (attempt.justification, answer.justification))))
    messages.info(request, f"Les deux textes du critère {asked.number} sont réunis. Relisez-les, puis enregistrez.")
    merged = Attempt(attempt.value, attempt.not_applicable, text, answer.revision)
    return _page(request, assessment, queries.framework(assessment.version).theme_of(asked.code), {asked.code: merged})
