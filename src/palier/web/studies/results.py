"""The results of an edition, for its association: tables, key messages to edit, report, file, publication."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.text import slugify

from palier.calendar import in_words, paris_day
from palier.directory.rules import Right, Thing
from palier.questionnaires import queries as questionnaires
from palier.studies import operations, printing
from palier.studies.models import Study
from palier.studies.rules.editions import may_publish, share
from palier.studies.rules.telling import Told, rows, told
from palier.studies.rules.telling import messages as proposed
from palier.studies.statistics import ALL, GROUPS, POLICY, shown_groups
from palier.verdict import Conflict
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet
from palier.web.studies.forms import GroupsForm, WordsForm
from palier.web.studies.views import READ, WRITE, study_of

FILE_HEADER = ("Thème", "Question", "Réponse", "Groupe", "Organismes", "Chiffre", "Masqué")


def closed(study: Study) -> dict[str, Any]:
    """The figures of an edition, or a 404 while it is open."""
    if study.counted is None:
        raise Http404
    figures: dict[str, Any] = study.counted
    return figures


def shown(study: Study, given: QueryDict, mine: dict[str, Any] | None = None) -> dict[str, Any]:
    """What every page of results shows: the groups asked for beside the whole, coverage, themes with their messages."""
    counted, form = closed(study), questionnaires.questionnaire(study.questionnaire)
    by = GroupsForm({"par": given.get("par", "status")})
    chosen = by.cleaned_data["par"] if by.is_valid() and by.cleaned_data["par"] else "status"
    groups = {code: GROUPS[code] for code in shown_groups(counted, f"{chosen}:")}
    words = words_of(study)
    return {
        "study": study,
        "groups_form": GroupsForm({"par": chosen}),
        "alone": len(groups) == 1,
        "coverage": covered(counted),
        "themes": [(_drawn(theme), words.get(theme.code, "")) for theme in told(form, counted, groups, mine)],
        "policy": POLICY,
        "largest": round(POLICY.largest * 100),
        "overall": counted["coverage"][ALL],
    }


def _drawn(theme: Told) -> dict[str, Any]:
    """A theme for a page: each figure beside the name of its group."""
    return {
        "code": theme.code,
        "title": theme.title,
        "hidden": theme.hidden,
        "questions": [
            {
                "text": question.text,
                "note": question.note,
                "names": question.names,
                "answered": list(zip(question.names, question.answered, strict=True)),
                "lines": [
                    {
                        "label": one.label,
                        "mine": one.mine,
                        "of_all": one.of_all,
                        "cells": list(zip(question.names, one.cells, strict=True)),
                    }
                    for one in question.lines
                ],
            }
            for question in theme.questions
        ],
    }


def words_of(study: Study) -> dict[str, str]:
    """The key messages of an edition: those that the association kept, or those proposed."""
    kept: dict[str, str] = study.words
    return kept or proposed(questionnaires.questionnaire(study.questionnaire), closed(study))


def covered(counted: dict[str, Any]) -> list[dict[str, Any]]:
    """The coverage by group, the hidden ones said so."""
    whole = counted["coverage"][ALL]
    return [
        {
            "name": GROUPS[code],
            "invited": line["invited"],
            "hidden": line["counted"] is None,
            "counted": line["counted"],
            "landlords": _share(line["counted"], line["invited"]),
            "homes": _share(line["homes_counted"], line["homes_invited"]),
            "weight": _share(line["homes_counted"], whole["homes_counted"]),
            "weight_there": _share(line["homes_invited"], whole["homes_invited"]),
        }
        for code in GROUPS
        if (line := counted["coverage"].get(code))
    ]


def _share(part: int | None, whole: int) -> int | None:
    return None if part is None else share(part, whole)


def _words_form(study: Study, given: QueryDict | None = None) -> WordsForm:
    form = questionnaires.questionnaire(study.questionnaire)
    themes = {theme.code: theme.title[form.reference] for theme in form.themes}
    return WordsForm(given, themes=themes, words=words_of(study), revision=study.revision)


@door(GET=READ)
def results(request: Request, study_id: int) -> HttpResponse:
    """The figures of a closed edition, and its key messages to edit."""
    study = study_of(request, study_id)
    if study.counted is None:
        return redirect("study", study_id=study_id)
    context = shown(study, request.GET)
    context |= {
        "form": _words_form(study),
        "publishing": may_publish(study.closed_at, study.published_at),
        "may_write": bool(request.may(Right.WRITE, Thing.STUDIES)),
    }
    return render(request, "studies/results.html", context)


@door(POST=WRITE)
def words(request: Request, study_id: int) -> HttpResponse:
    """Keep the key messages; those of somebody else meanwhile are shown beside one's own."""
    study = study_of(request, study_id)
    context = shown(study, QueryDict())
    form = _words_form(study, request.POST)
    if form.is_valid():
        try:
            operations.keep_words(
                study=study, words=form.words, revision=form.cleaned_data["revision"], by=request.user, at=request.at
            )
        except Conflict as conflict:
            form = _words_form(study, _again(request.POST, study.revision))
            form.add_error(None, conflict.verdict.sentence)
            return render(request, "studies/words.html", context | {"form": form}, status=409)
        messages.success(request, "Les messages sont enregistrés.")
        return redirect("study_results", study_id=study_id)
    return render(request, "studies/words.html", context | {"form": form}, status=422)


def _again(given: QueryDict, revision: int) -> QueryDict:
    """What was sent, over what now stands."""
    sent = given.copy()
    sent["revision"] = str(revision)
    return sent


@door(POST=WRITE)
def publish(request: Request, study_id: int) -> HttpResponse:
    """Show the report to the landlords."""
    operations.publish(study=study_of(request, study_id), by=request.user, at=request.at)
    messages.success(request, "L’étude est publiée : les organismes invités la lisent.")
    return redirect("study_results", study_id=study_id)


@door(GET=READ)
def report(request: Request, study_id: int) -> HttpResponse:
    """The report, as a PDF."""
    return pdf(study_of(request, study_id))


def pdf(study: Study) -> HttpResponse:
    """The report of a closed edition."""
    counted, form = closed(study), questionnaires.questionnaire(study.questionnaire)
    assert study.closed_at is not None
    groups = {code: GROUPS[code] for code in shown_groups(counted)}
    said = words_of(study)
    content = {
        "title": str(study),
        "association": study.association.name,
        "lead": _lead(counted),
        "facts": f"Questionnaire « {study.questionnaire.title} », version {study.questionnaire.number}. "
        f"Réponses validées par les directions, du {in_words(paris_day(study.opened_at))} au {in_words(paris_day(study.closed_at))}.",
        "coverage": covered(counted),
        "themes": [
            {
                "title": theme.title,
                "message": said.get(theme.code, ""),
                "hidden": theme.hidden,
                "questions": [
                    {
                        "text": question.text,
                        "note": question.note,
                        "names": question.names,
                        "answered": question.answered,
                        "lines": [{"label": line.label, "cells": line.cells, "of_all": line.of_all} for line in question.lines],
                    }
                    for question in theme.questions
                ],
            }
            for theme in told(form, counted, groups, None)
        ],
        "fewest": POLICY.fewest,
        "largest": round(POLICY.largest * 100),
    }
    response = HttpResponse(
        printing.report(content, fonts=settings.PRINT_FONTS, at=study.closed_at), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="etude-{slugify(str(study))}.pdf"'
    return response


def _lead(counted: dict[str, Any]) -> str:
    whole = covered(counted)[0]
    return f"{whole['landlords']} % des organismes ont répondu ; ils gèrent {whole['homes']} % des logements."


@door(GET=READ)
def file(request: Request, study_id: int, form: Format) -> HttpResponse:
    """Every figure, as a spreadsheet; hidden figures are hidden there too."""
    if form not in MEDIA_TYPES:
        raise Http404
    study = study_of(request, study_id)
    counted = closed(study)
    groups = {code: GROUPS[code] for code in shown_groups(counted)}
    lines = rows(questionnaires.questionnaire(study.questionnaire), counted, groups)
    return spreadsheet(form, f"etude-{slugify(str(study))}", FILE_HEADER, lines)
