"""The results of a wave: page, note of method, report, files; what people say of them; the page for tenants."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify

from palier.answers import printing
from palier.answers import queries as answers
from palier.answers.models import Recount
from palier.answers.operations import results as operations
from palier.answers.queries import results as queries
from palier.answers.statistics import files, remarks, telling
from palier.answers.statistics.counting import OVERALL
from palier.answers.statistics.results import Results
from palier.calendar import in_words
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.surveys import queries as surveys
from palier.surveys.rules.waves import Design, State
from palier.web.answers.forms import CommitmentForm, ContextForm, QuestionForm, WordsForm
from palier.web.doors import Open, Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet

READ, WRITE = (Thing.SURVEYS, Right.READ), (Thing.SURVEYS, Right.WRITE)
PER_PAGE = 40
ANSWERS = "repartitions"
"""What the file of answers to each question is called in its address."""
TOLD = 3
"""Questions told to tenants as what goes best, and as many as what goes worst."""


def _recount(landlord: Landlord, wave_id: int) -> Recount:
    return get_object_or_404(queries.full(landlord=landlord), wave=wave_id)


def _shown(wave_id: int) -> Recount:
    return get_object_or_404(queries.shown(), wave=wave_id)


def _back(recount: Recount, anchor: str = "") -> HttpResponse:
    address = redirect("results", landlord_id=recount.wave.landlord_id, wave_id=recount.wave_id)
    if anchor:
        address["Location"] += anchor
    return address


@door(GET=READ, POST=WRITE)
def results(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """The figures of a wave; a POST notes the circumstances, without which nothing is compared."""
    recount = queries.full(landlord=landlord).filter(wave=wave_id).first()
    if recount is None:
        wave = get_object_or_404(surveys.waves(landlord=landlord), pk=wave_id)
        if wave.design == Design.HOT:  # read while it goes on, a year long
            return redirect(f"{reverse('hot_results', args=[landlord.pk])}?evenement={wave.trigger}")
        return render(
            request, "answers/results_wait.html", {"landlord": landlord, "wave": wave, "closed": wave.state == State.CLOSED}
        )
    context_form = ContextForm(request.POST or None)
    if request.method == "POST" and context_form.is_valid():
        operations.note_context(recount=recount, text=context_form.cleaned_data["context"], by=request.user, at=request.at)
        return _back(recount)
    asked = request.GET.get("question", "")
    keys = queries.grouped(recount=recount)
    one = queries.results(recount=recount, keys=[asked if asked in keys else _first(keys)])
    question = one.asked(asked if asked in keys else _first(keys))
    agencies, sides, residences = one.groups_of(question.key) if question else ([], [], [])
    context = {
        "landlord": landlord,
        "wave": recount.wave,
        "recount": recount,
        "results": one,
        "overall": one.overall,
        "distribution": one.distribution(one.overall.key) if one.overall else [],
        "change": one.change_of(one.overall) if one.overall else "",
        "modes": telling.mode_mix(one.counted.get("modes", {})),
        "asked": question,
        "asked_name": telling.said(question.text) if question else "",
        "question_form": QuestionForm(
            {"question": question.key if question else ""},
            questions=[(q.key, telling.said(q.text)) for q in one.form.questions if q.key in keys],
        ),
        "agencies": agencies,
        "sides": sides,
        "page": Paginator(residences, PER_PAGE).get_page(request.GET.get("page")),
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
        "context_form": context_form,
        "commitment_form": CommitmentForm(
            initial={"question": question.key, "percent": queries.promised(landlord=landlord, question=question.key)}
        )
        if question
        else None,
        "remarks": _remarks(recount),
        "words_form": WordsForm(initial={"words": recount.words}),
    }
    return render(request, "answers/results.html", context, status=422 if context_form.errors else 200)


def _remarks(recount: Recount) -> dict[str, Any]:
    """What free answers speak of, as pages and the report tell it."""
    tally = answers.tally_of(wave=recount.wave)
    return {
        "tally": tally,
        "lead": remarks.lead(tally),
        "lines": remarks.told(tally, answers.themes()),
        "agreement": remarks.agreement(tally),
    }


def _first(keys: list[str]) -> str:
    return OVERALL if OVERALL in keys else keys[0] if keys else ""


@door(POST=WRITE)
def commitment(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """Set or take back a commitment."""
    recount = _recount(landlord, wave_id)
    form = CommitmentForm(request.POST)
    if not form.is_valid():
        return render(
            request, "answers/results_form.html", {"landlord": landlord, "wave": recount.wave, "form": form}, status=422
        )
    operations.commit_to(landlord=landlord, by=request.user, at=request.at, **form.cleaned_data)
    return _back(recount, f"?question={slugify(form.cleaned_data['question']).replace('-', '_')}#commit")


@door(POST=WRITE)
def show(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """Publish the page for tenants, or change the landlord's words there."""
    recount = _recount(landlord, wave_id)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return render(
            request, "answers/results_form.html", {"landlord": landlord, "wave": recount.wave, "form": form}, status=422
        )
    operations.show_to_tenants(recount=recount, words=form.cleaned_data["words"], by=request.user, at=request.at)
    return _back(recount, "#show")


def _method(recount: Recount, one: Results) -> list[tuple[str, list[str]]]:
    wave = recount.wave
    return telling.method_note(
        one.counted, drawn=Design(wave.design).label, opened=in_words(wave.opens_on), closed=in_words(wave.closes_on)
    )


def _told(recount: Recount, keys: list[str] | None = None) -> Results:
    one = queries.results(recount=recount, keys=keys)
    if one.hidden:
        raise Http404
    return one


@door(GET=READ)
def method_note(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """The note of method, written from the counts."""
    recount = _recount(landlord, wave_id)
    one = _told(recount, [])
    context = {
        "landlord": landlord,
        "wave": recount.wave,
        "note": _method(recount, one),
        "margins": telling.margins(one.counted),
    }
    return render(request, "answers/method_note.html", context)


@door(GET=READ)
def report(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """The report of the wave, as a PDF."""
    recount = _recount(landlord, wave_id)
    one = _told(recount)
    wave = recount.wave
    spoken = _remarks(recount)
    content = one.report(
        title=wave.name,
        landlord=landlord.name,
        facts=f"Du {in_words(wave.opens_on)} au {in_words(wave.closes_on)}. {telling.mode_mix(one.counted['modes']).capitalize()}.",
        method=_method(recount, one),
        remarks={"lead": spoken["lead"], "lines": [asdict(line) for line in spoken["lines"]]},
    )
    pdf = printing.report(content, fonts=settings.PRINT_FONTS, at=recount.counted_at)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="resultats-{slugify(wave.name)}.pdf"'
    return response


@door(GET=READ)
def file(request: Request, landlord: Landlord, wave_id: int, form: str) -> HttpResponse:
    """Every figure shown inside, as a spreadsheet."""
    return _file(_recount(landlord, wave_id), form, public=False)


@door(GET=Open.PUBLIC)
def open_file(request: Request, wave_id: int, form: str) -> HttpResponse:
    """Every figure shown to everybody, and what its columns mean."""
    return _file(_shown(wave_id), form, public=True)


def _file(recount: Recount, form: str, *, public: bool) -> HttpResponse:
    if public and form == "dictionnaire":
        return spreadsheet("csv", "dictionnaire", ("colonne", "sens"), files.DICTIONARY)
    if form not in MEDIA_TYPES and form != ANSWERS:
        raise Http404
    one = queries.results(recount=recount, public=public)
    figures, answers = ([], []) if one.hidden else ([*files.rows_of_file(one)], [*files.rows_of_answers(one)])
    if form == ANSWERS:
        return spreadsheet("csv", f"reponses-{slugify(recount.wave.name)}", files.ANSWERS_HEADER, answers)
    return spreadsheet(
        "xlsx" if form == "xlsx" else "csv",
        f"resultats-{slugify(recount.wave.name)}",
        files.FILE_HEADER,
        figures,
        more={"Répartitions": (files.ANSWERS_HEADER, answers)},
    )


@door(GET=Open.PUBLIC)
def shown_results(request: Request, wave_id: int) -> HttpResponse:
    """What tenants read: a few sentences, the best and the worst, how their answers are protected."""
    recount = _shown(wave_id)
    one = queries.results(recount=recount, keys=[], public=True)
    lines = sorted(one.common, key=lambda line: -(line.figure.value if line.figure else 0))
    several = len(lines) >= 2 * TOLD
    context = {
        "wave": recount.wave,
        "recount": recount,
        "results": one,
        "overall": one.overall,
        "best": lines[:TOLD] if several else [],
        "worst": lines[::-1][:TOLD] if several else [],
    }
    return render(request, "answers/shown_results.html", context)
